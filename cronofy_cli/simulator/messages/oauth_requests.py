"""The parameters of the authorize page, of the token endpoint and of revoking.

Pure: queries and bodies in, typed values out. Refusals carry the codes of RFC 6749, sections 4.1.2.1 and 5.2, as far as
Cronofy names them (docs: /developers/api/authorization/request-authorization/, …/request-token/, …/revoke/). The status
of a wrong client secret is not documented; the choice is 400.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.authorizations import OAuthRefused
from cronofy_cli.simulator.world.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cronofy_cli.simulator.world.model import Application

_URL_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
"""Of RFC 3986, without the fragment's `#`, which a redirect URI may not have (RFC 6749, 3.1.2)."""


class Return(NamedTuple):
    """Where the browser goes with the answer."""

    redirect_uri: str
    state: str | None

    @property
    def host(self) -> str:
        """Host and port, to be shown."""
        return urlsplit(self.redirect_uri).netloc.rpartition("@")[2]

    def url(self, **answer: str) -> str:
        """Return the address with an answer, `state` unchanged, after what the address asks for itself."""
        if self.state is not None:
            answer["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(answer)}"


class Consent(NamedTuple):
    """What the account's owner is asked, and where the answer goes."""

    scope: str
    back: Return
    application: str
    """The name of the application that asks."""
    client_id: str


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """A request for tokens, with a code."""

    code: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """A request for a new access token."""

    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revocation:
    """What to take back: the login of a token, or all logins of an account."""

    token: str | None = field(repr=False)
    sub: str | None


def parse_application(query: Mapping[str, str], applications: Iterable[Application]) -> Application:
    """Read which application asks.

    Raises:
        WrongUsage: it is unknown.
    """
    client_id, known = query.get("client_id"), tuple(applications)
    if not client_id:
        raise WrongUsage("The address names no application: client_id is missing.")
    for application in known:
        if application.client_id == client_id:
            return application
    names = ", ".join(application.client_id for application in known)
    raise WrongUsage(f"The application “{client_id}” is not known here. This one is: {names}")


def parse_return(query: Mapping[str, str]) -> Return:
    """Read where the answer goes. There is no redirect before both application and address are known to be good.

    Raises:
        WrongUsage: the address is no absolute HTTP or HTTPS URL.
    """
    redirect_uri = query.get("redirect_uri", "")
    if not _is_redirect_uri(redirect_uri):
        raise WrongUsage(f"redirect_uri must be a whole http or https address without a #; it is “{redirect_uri}”.")
    return Return(redirect_uri, query.get("state"))


def parse_scope(query: Mapping[str, str]) -> str:
    """Read what is asked for, as known scopes with single spaces between them.

    Raises:
        OAuthRefused: a scope is unknown or none is given, or the kind of answer is not `code`.
    """
    if not query.get("response_type"):
        raise OAuthRefused("invalid_request", "response_type is missing")
    if query["response_type"] != "code":
        raise OAuthRefused("unsupported_response_type", "the only response_type is code")
    scopes = query.get("scope", "").split()
    if not scopes or not SCOPES.keys() >= set(scopes):
        raise OAuthRefused("invalid_scope", "a scope is unknown, or none is given")
    return " ".join(dict.fromkeys(scopes))


def check_application(body: Mapping[str, object], applications: Iterable[Application]) -> Application:
    """Return the application whose id and secret are in a body.

    Raises:
        OAuthRefused: there is none.
    """
    client_id = _text(body, "client_id")
    secret = _text(body, "client_secret").encode("utf-8", "replace")
    for application in applications:
        is_known = any(hmac.compare_digest(secret, known.encode()) for known in application.client_secrets)
        if application.client_id == client_id and is_known:
            return application
    raise OAuthRefused("invalid_client", "the client id and client secret are not those of a known application")


def parse_token_request(body: Mapping[str, object]) -> CodeExchange | Refresh:
    """Read a call of the token endpoint.

    Raises:
        OAuthRefused: something is missing, or the grant type is another.
    """
    grant_type = required(body, "grant_type")
    if grant_type == "authorization_code":
        return CodeExchange(required(body, "code"), required(body, "redirect_uri"))
    if grant_type == "refresh_token":
        return Refresh(required(body, "refresh_token"))
    raise OAuthRefused("unsupported_grant_type", "the grant types are authorization_code and refresh_token")


def parse_revocation(body: Mapping[str, object]) -> Revocation:
    """Read what to take back; with both, the token counts (docs: /developers/api/authorization/revoke/).

    Raises:
        OAuthRefused: neither a token nor an account is named.
    """
    token, sub = _text(body, "token"), _text(body, "sub")
    if not token and not sub:
        raise OAuthRefused("invalid_request", "token or sub is missing")
    return Revocation(token or None, sub or None)


def required(body: Mapping[str, object], name: str) -> str:
    """Return a text of a body.

    Raises:
        OAuthRefused: it is missing.
    """
    value = _text(body, name)
    if not value:
        raise OAuthRefused("invalid_request", f"{name} is missing")
    return value


def _is_redirect_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_absolute = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_absolute and _URL_CHARACTERS.fullmatch(value) is not None


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
