"""The routes of signing in: the authorize page, the token endpoint, revoking.

At Cronofy the page is on the app host and the endpoints are on both hosts; here all are on one. `?auto=allow` and
`?auto=deny` answer the page at once, for tests: an addition of the simulator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from cronofy_cli.errors import InvalidRequest, WrongUsage
from cronofy_cli.simulator.http.pages import problem_page, question_page
from cronofy_cli.simulator.http.web import NO_STORE, base_url, html_answer, json_answer, read_body
from cronofy_cli.simulator.messages import identity, oauth_requests
from cronofy_cli.simulator.world.authorizations import OAuthRefused

if TYPE_CHECKING:
    from starlette.requests import Request

    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.signing_in import SigningIn

ALLOW: Final = "allow"
DENY: Final = "deny"


def oauth_routes(simulator: Simulator, signing_in: SigningIn) -> list[Route]:
    """Return the routes of signing in."""
    oauth = _OAuth(simulator, signing_in)
    return [
        Route("/oauth/authorize", oauth.ask, methods=["GET"]),
        Route("/oauth/authorize", oauth.answer, methods=["POST"]),
        Route("/oauth/token", oauth.issue, methods=["POST"]),
        Route("/oauth/token/revoke", oauth.revoke, methods=["POST"]),
    ]


class _OAuth:
    """The handlers."""

    def __init__(self, simulator: Simulator, signing_in: SigningIn) -> None:
        self._simulator = simulator
        self._signing_in = signing_in

    async def ask(self, request: Request) -> Response:
        """The authorize page (docs: /developers/api/authorization/request-authorization/)."""
        query, client_id = request.query_params, self._simulator.settings.client_id
        try:
            back = oauth_requests.parse_return(query, client_id)
        except WrongUsage as problem:
            return html_answer(problem_page(problem.message), 400)
        try:
            consent = oauth_requests.Consent(oauth_requests.parse_scope(query), back)
        except OAuthRefused as refused:
            return _redirect(back.url(error=refused.error, error_description=refused.message), 302)
        decision = query.get("auto")
        if decision in {ALLOW, DENY}:
            return _redirect(self._signing_in.answer(consent, is_allowed=decision == ALLOW), 302)
        ticket = self._signing_in.ask(consent)
        return html_answer(question_page(consent, ticket, client_id, self._simulator.world.account))

    async def answer(self, request: Request) -> Response:
        """What its two buttons send. Everything but Allow is a refusal."""
        body = await read_body(request)
        try:
            consent = self._signing_in.asked(str(body.get("ticket", "")))
        except WrongUsage as problem:
            return html_answer(problem_page(problem.message), 400)
        return _redirect(self._signing_in.answer(consent, is_allowed=body.get("decision") == ALLOW), 303)

    async def issue(self, request: Request) -> Response:
        """The token endpoint (docs: /developers/api/authorization/request-token/, …/refresh-token/)."""
        settings = self._simulator.settings
        wish = oauth_requests.parse_token_request(await _body(request), settings.client_id, settings.client_secrets)
        tokens = self._signing_in.issue(wish)
        document = identity.render_tokens(tokens)
        if isinstance(wish, oauth_requests.CodeExchange):
            document |= identity.render_sign_in(self._simulator.world, tokens.scope, base_url(request))
        return json_answer(document, headers=NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """Revoking (docs: /developers/api/authorization/revoke/)."""
        settings = self._simulator.settings
        self._signing_in.revoke(
            oauth_requests.parse_revocation(await _body(request), settings.client_id, settings.client_secrets)
        )
        return Response()


async def _body(request: Request) -> dict[str, object]:
    """Return the object in a body, whose problems have a shape of their own here.

    Raises:
        OAuthRefused: it is no object.
    """
    try:
        return await read_body(request)
    except InvalidRequest as error:
        raise OAuthRefused("invalid_request", error.message) from error


def _redirect(url: str, status: int) -> Response:
    # Not RedirectResponse: it would quote the address once more.
    return Response(
        status_code=status, headers={"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
