"""OAuth as Cronofy does it (docs: /developers/api/authorization/request-authorization/, …/request-token/).

Pure: addresses, redirects and answers. No PKCE: no official client uses it and nothing documents it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import NotAllowed, NotSignedIn, RequestFailed, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.accounts.data_centers import DataCenter

DEFAULT_PORT: Final = 7777
"""Of the loopback redirect. Fixed, because a redirect URI is entered in the dashboard as it is, port and all."""
CALLBACK_PATH: Final = "/callback"
DEFAULT_SCOPE: Final = (
    "read_account list_calendars read_events create_event delete_event read_free_busy change_participation_status"
)
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks for the authorization."""

    client_id: str
    client_secret: str = field(repr=False)


class AuthorizationRequest(NamedTuple):
    """What the browser is sent to Cronofy with."""

    client_id: str
    redirect_uri: str
    state: str
    """Returned unchanged. Compared, so that no one else's redirect is taken for ours."""
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


def redirect_uri(port: int | str) -> str:
    """Return the loopback redirect URI that is entered in the dashboard."""
    return f"http://localhost:{port}{CALLBACK_PATH}"


def checked_application(client_id: str, client_secret: str) -> Application:
    """Return an application whose id and secret can be sent.

    Raises:
        WrongUsage: one of them cannot be meant. A file that begins with a byte order mark is a usual reason.
    """
    for name, value in (("client id", client_id), ("client secret", client_secret)):
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise WrongUsage(
                f"the {name} is empty, or has characters that a {name} cannot have",
                hint="copy it from the Cronofy dashboard; a file must hold only that, as plain text without a BOM",
            )
    return Application(client_id, client_secret)


def code_from_redirect(redirected: str, state: str, *, again: str) -> str:
    """Return the code of a redirect, given as its whole address or as its query.

    `again` is the command that starts over, for hints.

    Raises:
        NotAllowed: the account's owner refused.
        NotSignedIn: Cronofy refused the request, or the redirect belongs to another sign-in.
        WrongUsage: it is not a redirect.
    """
    query = _query_of(redirected)
    if not query.keys() & {"code", "error"}:
        raise WrongUsage("there is no code in that URL", hint="paste the whole URL that the browser ended at")
    if not is_same_state(query.get("state", ""), state):
        raise NotSignedIn(
            "the redirect belongs to another sign-in: its state is not the one that was sent",
            hint=f"paste the address of the latest one, or start over: {again}",
        )
    if error := query.get("error"):
        raise _refused(error, query.get("error_description", ""), again)
    return query["code"]


def is_same_state(returned: str, sent: str) -> bool:
    """Whether a redirect brought back the state that was sent."""
    # Bytes, because compare_digest() raises on non-ASCII str and anyone can send a redirect.
    return hmac.compare_digest(returned.encode("utf-8", "replace"), sent.encode())


def parse_token_answer(body: bytes) -> TokenAnswer:
    """Read a success of the token endpoint.

    Raises:
        RequestFailed: there is no access token in it.
    """
    # Not above: it loads msgspec, which costs 10 ms, and `auth status` needs no more than the constants of this module.
    from cronofy_cli.core.fields import decode_object, text

    fields = decode_object(body)
    access_token = text(fields, "access_token")
    if not access_token:
        raise RequestFailed("the token endpoint answered without an access token", hint="cronofy doctor")
    expires_in = fields.get("expires_in")
    return TokenAnswer(
        access_token=access_token,
        refresh_token=text(fields, "refresh_token") or None,
        expires_in_s=expires_in if isinstance(expires_in, int) and not isinstance(expires_in, bool) else None,
        scope=text(fields, "scope"),
        sub=text(fields, "sub") or text(fields, "account_id"),
    )


def _query_of(redirected: str) -> dict[str, str]:
    try:
        query = urlsplit(redirected.strip()).query or redirected.strip()
        return {name: values[0] for name, values in parse_qs(query).items()}
    except ValueError:
        return {}


def _refused(error: str, description: str, again: str) -> NotAllowed | NotSignedIn:
    if error == "access_denied":
        return NotAllowed("access was denied in the browser", hint=f"run it again and choose Allow: {again}")
    said = ": ".join(shorten(clean(each), _SHOWN) for each in (error, description) if each)
    hints = {
        "invalid_scope": f"ask for less: {again} --scope 'read_account list_calendars read_events'",
        "unauthorized_client": f"check the client id: {again} --client-id ID",
    }
    hint = hints.get(error, "check the application and its redirect URIs in the Cronofy dashboard")
    return NotSignedIn(f"Cronofy refused the authorization: {said}", hint=hint)
