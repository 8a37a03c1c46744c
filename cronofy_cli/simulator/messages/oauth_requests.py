"""The parameters of the authorize page, of the token endpoint and of revoking.

Pure: queries and bodies in, typed values out. Refusals carry the codes of RFC 6749, sections 4.1.2.1 and 5.2, as far as
Cronofy names them (docs: /developers/api/authorization/request-authorization/, …/request-token/, …/revoke/). The status
of a wrong client secret is not documented; the choice is 400.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.authorizations import OAuthRefused
from cronofy_cli.simulator.world.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_URL_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
"""Of RFC 3986, without the fragment's `#`, which a redirect URI may not have (RFC 6749, 3.1.2)."""


@dataclass(frozen=True, slots=True)
class Return:
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


@dataclass(frozen=True, slots=True)
class Consent:
    """What the account's owner is asked, and where the answer goes."""

    scope: str
    back: Return


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """A wish for tokens, with a code."""

    code: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """A wish for a new access token."""

    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revocation:
    """What to take back: the login of a token, or all logins of an account."""

    token: str | None = field(repr=False)
    sub: str | None


def parse_return(query: Mapping[str, str], client_id: str) -> Return:
    """Read where the answer goes. Nobody is redirected before both application and address are known to be good.

    Raises:
        WrongUsage: the application is unknown, or the address is no absolute HTTP or HTTPS URL.
    """
    if not query.get("client_id"):
        raise WrongUsage("The address names no application: client_id is missing.")
    if query["client_id"] != client_id:
        raise WrongUsage(f"The application “{query['client_id']}” is not known here. This one is: {client_id}")
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


def parse_token_request(
    body: Mapping[str, object], client_id: str, client_secrets: Iterable[str]
) -> CodeExchange | Refresh:
    """Read a call of the token endpoint.

    Raises:
        OAuthRefused: the application is not the known one, something is missing, or the grant type is another.
    """
    grant_type = _required(body, "grant_type")
    _check_client(body, client_id, client_secrets)
    if grant_type == "authorization_code":
        return CodeExchange(_required(body, "code"), _required(body, "redirect_uri"))
    if grant_type == "refresh_token":
        return Refresh(_required(body, "refresh_token"))
    raise OAuthRefused("unsupported_grant_type", "the grant types are authorization_code and refresh_token")


def parse_revocation(body: Mapping[str, object], client_id: str, client_secrets: Iterable[str]) -> Revocation:
    """Read what to take back.

    Raises:
        OAuthRefused: the application is not the known one, or neither a token nor an account is named.
    """
    _check_client(body, client_id, client_secrets)
    token, sub = _text(body, "token"), _text(body, "sub")
    if not token and not sub:
        raise OAuthRefused("invalid_request", "token or sub is missing")
    return Revocation(token or None, sub or None)


def _is_redirect_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_absolute = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_absolute and _URL_CHARACTERS.fullmatch(value) is not None


def _check_client(body: Mapping[str, object], client_id: str, client_secrets: Iterable[str]) -> None:
    secret = _text(body, "client_secret").encode("utf-8", "replace")
    is_known = any(hmac.compare_digest(secret, known.encode()) for known in client_secrets)
    if _text(body, "client_id") != client_id or not is_known:
        raise OAuthRefused("invalid_client", "the client id and client secret are not those of a known application")


def _required(body: Mapping[str, object], name: str) -> str:
    value = _text(body, name)
    if not value:
        raise OAuthRefused("invalid_request", f"{name} is missing")
    return value


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
