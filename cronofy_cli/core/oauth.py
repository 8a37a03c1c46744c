"""OAuth as Cronofy does it (docs: /developers/api/authorization/request-authorization/, …/request-token/).

Pure: addresses, redirects and answers. No PKCE: no official client uses it and nothing documents it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from cronofy_cli.core.fields import decode_object, text
from cronofy_cli.errors import NotAllowed, NotSignedIn, RequestFailed, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.data_centers import DataCenter

DEFAULT_PORT: Final = 7777
"""Of the loopback redirect. Fixed, because a redirect URI is entered in the dashboard as it is, port and all."""
CALLBACK_PATH: Final = "/callback"
DEFAULT_SCOPE: Final = (
    "read_account list_calendars read_events create_event delete_event read_free_busy change_participation_status"
)


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks for the authorization."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the browser is sent to Cronofy with."""

    client_id: str
    redirect_uri: str
    state: str
    """Returned unchanged. Compared, so that nobody else's redirect is taken for ours."""
    scope: str = DEFAULT_SCOPE
    provider_name: str | None = None

    def url(self, data_center: DataCenter) -> str:
        """Return the address to open. `avoid_linking` keeps a second account apart from the browser's first one."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "avoid_linking": "true",
        }
        if self.provider_name is not None:
            query["provider_name"] = self.provider_name
        return f"{data_center.app_url}/oauth/authorize?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token endpoint answers; a refresh has no `sub`."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_s: int | None
    scope: str | None
    sub: str | None


def redirect_uri(port: int) -> str:
    """Return the loopback redirect URI that is entered in the dashboard."""
    return f"http://localhost:{port}{CALLBACK_PATH}"


def code_from_redirect(redirected: str, state: str) -> str:
    """Return the code of a redirect, given as its whole address or as its query.

    Raises:
        NotAllowed: the account's owner refused.
        NotSignedIn: Cronofy refused the request, or the redirect belongs to another login.
        WrongUsage: there is no code in it.
    """
    query = {name: values[0] for name, values in parse_qs(urlsplit(redirected).query or redirected).items()}
    if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
        raise NotSignedIn(
            "the redirect belongs to another login: its state is not the one that was sent", hint="cronofy auth login"
        )
    if error := query.get("error"):
        raise _refused(error, query.get("error_description"))
    if not query.get("code"):
        raise WrongUsage("there is no code in the redirect", hint="paste the whole address that the browser ended at")
    return query["code"]


def parse_token_answer(body: bytes) -> TokenAnswer:
    """Read a success of the token endpoint.

    Raises:
        RequestFailed: there is no access token in it.
    """
    fields = decode_object(body)
    access_token = text(fields, "access_token")
    if access_token is None:
        raise RequestFailed("the token endpoint answered without an access token")
    expires_in = fields.get("expires_in")
    return TokenAnswer(
        access_token=access_token,
        refresh_token=text(fields, "refresh_token"),
        expires_in_s=expires_in if isinstance(expires_in, int) and not isinstance(expires_in, bool) else None,
        scope=text(fields, "scope"),
        sub=text(fields, "sub") or text(fields, "account_id"),
    )


def _refused(error: str, description: str | None) -> NotAllowed | NotSignedIn:
    if error == "access_denied":
        return NotAllowed("access was denied in the browser", hint="run it again and allow it: cronofy auth login")
    told = f"Cronofy refused the authorization: {error}" + (f" ({description})" if description else "")
    hints = {
        "invalid_scope": "ask for less: cronofy auth login --scope 'read_account list_calendars read_events'",
        "unauthorized_client": "check the client id: cronofy auth login --client-id ID",
    }
    return NotSignedIn(told, hint=hints.get(error, "check the application's settings in the Cronofy dashboard"))
