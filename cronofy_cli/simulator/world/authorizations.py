"""What the account's owner allowed the application: codes, access tokens and refresh tokens.

Pure: `now` comes in, new tokens come from a function. Who may ask for them is checked in `oauth_requests`.

Choices where the documentation is silent: a code lives 60 seconds, is gone after the first try whatever comes of it,
and does not outlive a restart; a refresh leaves older access tokens valid until they expire; refresh tokens never
expire; a refresh token that was rotated away is refused at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from cronofy_cli.errors import RequestFailed

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_LIFETIME: Final = timedelta(seconds=60)


class OAuthRefused(RequestFailed):
    """A refusal with an error code of RFC 6749 (docs: /developers/api/authorization/request-token/)."""

    code = "oauth_refused"

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


class Authorization(Struct, frozen=True):
    """A login that was allowed, and the refresh token that stands for it."""

    number: int
    scope: str
    refresh_token: str


class AccessToken(Struct, frozen=True):
    """A token for calls, until it expires."""

    token: str
    authorization_number: int
    expires_at: datetime


class AuthorizationsState(Struct, frozen=True):
    """All of them, for storing."""

    authorizations: tuple[Authorization, ...] = ()
    access_tokens: tuple[AccessToken, ...] = ()
    last_number: int = 0


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What the application gets for a code or a refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class TokenRules:
    """The choices about tokens."""

    lifetime_s: float
    rotate_refresh_tokens: bool


@dataclass(frozen=True, slots=True)
class _Code:
    scope: str
    redirect_uri: str
    expires_at: datetime


class Authorizations:
    """The codes and tokens that are valid."""

    def __init__(
        self, rules: TokenRules, new_token: Callable[[], str], state: AuthorizationsState | None = None
    ) -> None:
        state = state or AuthorizationsState()
        self._rules = rules
        self._new_token = new_token
        self._codes: dict[str, _Code] = {}
        self._authorizations = {one.number: one for one in state.authorizations}
        self._numbers = {one.refresh_token: one.number for one in state.authorizations}
        self._access_tokens = {access.token: access for access in state.access_tokens}
        self._last_number = state.last_number

    def __len__(self) -> int:
        """How many logins are not revoked."""
        return len(self._authorizations)

    def state(self) -> AuthorizationsState:
        """Return what to store."""
        return AuthorizationsState(
            tuple(self._authorizations.values()), tuple(self._access_tokens.values()), self._last_number
        )

    def scope_of(self, access_token: str, now: datetime) -> str | None:
        """Return what an access token allows, or None when it is unknown, expired or revoked."""
        access = self._access_tokens.get(access_token)
        if access is None or access.expires_at <= now:
            return None
        return self._authorizations[access.authorization_number].scope

    def issue_code(self, scope: str, redirect_uri: str, now: datetime) -> str:
        """Return a code for a login that the owner has just allowed."""
        self._codes = {code: one for code, one in self._codes.items() if one.expires_at > now}
        code = self._new_token()
        self._codes[code] = _Code(scope, redirect_uri, now + CODE_LIFETIME)
        return code

    def exchange(self, code: str, redirect_uri: str, now: datetime) -> IssuedTokens:
        """Turn a code into tokens.

        Raises:
            OAuthRefused: the code is unknown, used, expired, or was issued for another redirect URI.
        """
        issued = self._codes.pop(code, None)
        if issued is None or issued.expires_at <= now or issued.redirect_uri != redirect_uri:
            raise OAuthRefused("invalid_grant", "the code is not valid for this redirect URI, or no longer")
        self._last_number += 1
        authorization = Authorization(self._last_number, issued.scope, self._new_token())
        self._keep(authorization)
        return self._issue(authorization, now)

    def refresh(self, refresh_token: str, now: datetime) -> IssuedTokens:
        """Return a new access token, with the same refresh token or, by the rules, with a new one.

        Raises:
            OAuthRefused: the refresh token is unknown, revoked or rotated away.
        """
        number = self._numbers.get(refresh_token)
        if number is None:
            raise OAuthRefused("invalid_grant", "the refresh token is not valid, or no longer")
        authorization = self._authorizations[number]
        if self._rules.rotate_refresh_tokens:
            del self._numbers[refresh_token]
            authorization = structs.replace(authorization, refresh_token=self._new_token())
            self._keep(authorization)
        return self._issue(authorization, now)

    def revoke(self, token: str) -> bool:
        """Take back the login that a refresh or access token stands for; return whether there was one."""
        access = self._access_tokens.get(token)
        number = self._numbers.get(token) if access is None else access.authorization_number
        if number is None:
            return False
        del self._numbers[self._authorizations.pop(number).refresh_token]
        self._access_tokens = {
            name: one for name, one in self._access_tokens.items() if one.authorization_number != number
        }
        return True

    def revoke_all(self) -> bool:
        """Take back every login; return whether there was one."""
        had_any = bool(self._authorizations)
        self._authorizations.clear()
        self._numbers.clear()
        self._access_tokens.clear()
        return had_any

    def _keep(self, authorization: Authorization) -> None:
        self._authorizations[authorization.number] = authorization
        self._numbers[authorization.refresh_token] = authorization.number

    def _issue(self, authorization: Authorization, now: datetime) -> IssuedTokens:
        self._access_tokens = {name: one for name, one in self._access_tokens.items() if one.expires_at > now}
        token = self._new_token()
        expires_at = now + timedelta(seconds=self._rules.lifetime_s)
        self._access_tokens[token] = AccessToken(token, authorization.number, expires_at)
        return IssuedTokens(token, authorization.refresh_token, authorization.scope, int(self._rules.lifetime_s))
