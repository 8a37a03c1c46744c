"""What all routes share: answers, and errors as answers.

The codes are Cronofy's (docs: /developers/api/error-codes/). Bodies other than that of a 422 are not documented; the
choice is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn, RateLimited
from cronofy_cli.simulator.errors import NotSimulated, OptionForbids, UnknownInvite
from cronofy_cli.simulator.http.call import PersonalTokenRefused
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.pages import HEADERS
from cronofy_cli.simulator.messages.rendering import render_errors
from cronofy_cli.simulator.world.authorizations import OAuthRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.errors import CronofyError

JSON_TYPE: Final = "application/json; charset=utf-8"
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For everything around tokens (docs: /developers/api/authorization/request-token/)."""

_STATUSES: Final[tuple[tuple[type[CronofyError], int], ...]] = (
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (RateLimited, 429),
)


def html_answer(page: bytes, status: int = 200) -> Response:
    """Return a page for people."""
    return Response(page, status, headers=HEADERS)


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return bytes_answer(msgspec.json.encode(document), status, headers)


def bytes_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer whose JSON is encoded already."""
    return Response(body, status, headers={"Content-Type": JSON_TYPE, **(headers or {})})


def redirect(url: str, status: int) -> Response:
    """Send a browser on; not RedirectResponse, which would quote the address once more."""
    return Response(
        status=status, headers={"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


def refusal(error: CronofyError, *, wrong_client_status: int) -> Response | None:
    """Return the answer for one of our errors, or None when it is not a refusal."""
    if isinstance(error, InvalidRequest):
        return json_answer(render_errors(error), 422)
    if isinstance(error, OAuthRefused):
        status = wrong_client_status if error.error == "invalid_client" else 400
        return json_answer({"error": error.error}, status, NO_STORE)
    if isinstance(error, NotSimulated):
        return explained(501, "not_simulated", error.message)
    if isinstance(error, PersonalTokenRefused | OptionForbids | UnknownInvite):
        return Response(status=error.status)
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            headers = {"WWW-Authenticate": 'Bearer realm="Cronofy"'} if status == 401 else None
            return Response(status=status, headers=headers)
    return None


class ExplainedResponse(Response):
    """An answer that Cronofy would not give: the simulator speaks for itself."""

    def __init__(self, status: int, code: str, message: str, **more: object) -> None:
        document = {"error": code, "message": message, "simulator": True, **more}
        super().__init__(msgspec.json.encode(document), status, headers={"Content-Type": JSON_TYPE})
        self.explanation = message


def explained(status: int, code: str, message: str, **more: object) -> ExplainedResponse:
    """Return an answer in which the simulator speaks for itself."""
    return ExplainedResponse(status, code, message, **more)
