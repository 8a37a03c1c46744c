"""The routes of signing in: the authorize page, the token endpoint, revoking.

At Cronofy the page is on the app host and the endpoints are on both hosts; here all are on one. `?auto=allow` and
`?auto=deny` answer the page at once, for tests: an addition of the simulator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import InvalidRequest, NotFound, WrongUsage
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.pages import problem_page, question_page
from cronofy_cli.simulator.http.web import NO_STORE, html_answer, json_answer, redirect
from cronofy_cli.simulator.messages import fields, identity, oauth_requests
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.authorizations import OAuthRefused
from cronofy_cli.simulator.world.model import ACCOUNT
from cronofy_cli.simulator.world.scopes import Access

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call

ALLOW: Final = "allow"
DENY: Final = "deny"


async def authorize(call: Call) -> Response:
    """The authorize page (docs: /developers/api/authorization/request-authorization/)."""
    query = call.request.query
    try:
        application = oauth_requests.parse_application(query, call.world.applications.values())
        back = oauth_requests.parse_return(query)
        account = call.world.account(query.get("account"))
    except (WrongUsage, NotFound) as problem:
        return html_answer(problem_page(problem.message), 400)
    try:
        scope = oauth_requests.parse_scope(query)
    except OAuthRefused as refused:
        return redirect(back.url(error=refused.error, error_description=refused.message), 302)
    consent = oauth_requests.Consent(scope, back, application.name, application.client_id)
    decision = query.get("auto")
    if decision in {ALLOW, DENY}:
        account_id = account.account.account_id
        return redirect(call.slot.signing_in.answer(consent, account_id, is_allowed=decision == ALLOW), 302)
    accounts = [one.account for one in call.world.accounts.values() if one.account.kind == ACCOUNT]
    return html_answer(question_page(consent, call.slot.signing_in.ask(consent), accounts, call.slot.base_path))


async def answer_authorize(call: Call) -> Response:
    """What its two buttons send. Everything but Allow is a refusal."""
    body = await call.body()
    try:
        consent = call.slot.signing_in.asked(str(body.get("token", "")))
        account = call.world.account(str(body["account"]) if body.get("account") else None)
    except (WrongUsage, NotFound) as problem:
        return html_answer(problem_page(problem.message), 400)
    is_allowed = body.get("decision") == ALLOW
    return redirect(call.slot.signing_in.answer(consent, account.account.account_id, is_allowed=is_allowed), 303)


async def request_token(call: Call) -> Response:
    """The token endpoint (docs: /developers/api/authorization/request-token/, …/refresh-token/)."""
    body = await _body(call)
    oauth_requests.required(body, "grant_type")
    application = call.application = oauth_requests.check_application(body, call.world.applications.values())
    wanted = oauth_requests.parse_token_request(body)
    call.count(application.name)
    tokens = call.slot.signing_in.issue(wanted, application)
    document = identity.render_tokens(tokens)
    if isinstance(wanted, oauth_requests.CodeExchange):
        access = Access(tokens.scope, tokens.account_id, application.name, is_authorized=True)
        document |= identity.render_sign_in(call.world.accounts[tokens.account_id], access, call.base_url)
    return json_answer(document, headers=NO_STORE)


async def revoke_token(call: Call) -> Response:
    """Revoking (docs: /developers/api/authorization/revoke/)."""
    body = await _body(call)
    application = call.application = oauth_requests.check_application(body, call.world.applications.values())
    call.slot.signing_in.revoke(oauth_requests.parse_revocation(body), application)
    return Response()


async def application_calendar(call: Call) -> Response:
    """Application Calendars: id and secret are in the body (docs: …/calendars/application-calendars/)."""
    body = await _body(call)
    application = call.application = oauth_requests.check_application(body, call.world.applications.values())
    call.count(application.name)
    errors = FieldErrors()
    own_id = fields.read_required_text(body.get("application_calendar_id"), "application_calendar_id", errors)
    errors.raise_if_any()
    tokens = call.slot.signing_in.application_calendar(application, own_id)
    account = call.world.accounts[tokens.account_id]
    return json_answer(identity.render_application_calendar(account, tokens), headers=NO_STORE)


HANDLERS: Final[dict[str, Handler]] = {
    "authorize": authorize,
    "answer_authorize": answer_authorize,
    "request_token": request_token,
    "revoke_token": revoke_token,
    "application_calendar": application_calendar,
}


async def _body(call: Call) -> dict[str, object]:
    """Return the object in a body, whose problems have a shape of their own here.

    Raises:
        OAuthRefused: it is no object.
    """
    try:
        return await call.body()
    except InvalidRequest as error:
        raise OAuthRefused("invalid_request", error.message) from error
