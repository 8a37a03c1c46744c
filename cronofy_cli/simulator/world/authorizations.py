"""What the account's owner allowed the application: codes, access tokens and refresh tokens.

Pure: `now` comes in, new tokens come from a function. Who may ask for them is checked in `oauth_requests`.

Choices where the documentation is silent: a code lives 60 seconds, is gone after the first try whatever comes of it,
and does not outlive a restart; a refresh leaves older access tokens valid until they expire; refresh tokens never
expire; a refresh token that was rotated away is refused at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct, structs

from cronofy_cli.errors import RequestFailed
from cronofy_cli.simulator.world.model import DEFAULT_APPLICATION

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
    account_id: str = ""
    application: str = DEFAULT_APPLICATION


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
    account_id: str


class TokenRules(NamedTuple):
    """The choices about tokens."""

    lifetime_s: float
    rotate_refresh_tokens: bool


class Grant(NamedTuple):
    """What an account's owner allows an application."""

    account_id: str
    application: str
    scope: str


class _Code(NamedTuple):
    grant: Grant
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

    def of(self, access_token: str, now: datetime) -> Authorization | None:
        """Return the login that an access token belongs to, or None when it is unknown, expired or revoked."""
        access = self._access_tokens.get(access_token)
        if access is None or access.expires_at <= now:
            return None
        return self._authorizations[access.authorization_number]

    def has_any(self, account_id: str, application: str) -> bool:
        """Whether an account has a login with an application that is not revoked."""
        return any(self._is_of(one, account_id, application) for one in self._authorizations.values())

    def issue_code(self, grant: Grant, redirect_uri: str, now: datetime) -> str:
        """Return a code for a login that the owner has just allowed."""
        self._codes = {code: one for code, one in self._codes.items() if one.expires_at > now}
        code = self._new_token()
        self._codes[code] = _Code(grant, redirect_uri, now + CODE_LIFETIME)
        return code

    def exchange(self, code: str, redirect_uri: str, application: str, now: datetime) -> IssuedTokens:
        """Turn a code into tokens.

        Raises:
            OAuthRefused: the code is unknown, used, expired, or was issued for another application or redirect URI.
        """
        issued = self._codes.pop(code, None)
        if issued is None or issued.expires_at <= now or issued.redirect_uri != redirect_uri:
            raise OAuthRefused("invalid_grant", "the code is not valid for this redirect URI, or no longer")
        if issued.grant.application != application:
            raise OAuthRefused("invalid_grant", "the code was issued for another application")
        return self.authorize(issued.grant, now)

    def authorize(self, grant: Grant, now: datetime) -> IssuedTokens:
        """Return tokens for a login that needs no code."""
        self._last_number += 1
        authorization = Authorization(
            self._last_number, grant.scope, self._new_token(), grant.account_id, grant.application
        )
        self._keep(authorization)
        return self._issue(authorization, now)

    def refresh(self, refresh_token: str, application: str, now: datetime) -> IssuedTokens:
        """Return a new access token, with the same refresh token or, by the rules, with a new one.

        Raises:
            OAuthRefused: the refresh token is unknown, revoked, rotated away, or another application's.
        """
        number = self._numbers.get(refresh_token)
        if number is None or self._authorizations[number].application != application:
            raise OAuthRefused("invalid_grant", "the refresh token is not valid, or no longer")
        authorization = self._authorizations[number]
        if self._rules.rotate_refresh_tokens:
            del self._numbers[refresh_token]
            authorization = structs.replace(authorization, refresh_token=self._new_token())
            self._keep(authorization)
        return self._issue(authorization, now)

    def revoke(self, token: str, application: str) -> Authorization | None:
        """Take back the login that a refresh or access token stands for; return it, or None when there was none."""
        access = self._access_tokens.get(token)
        number = self._numbers.get(token) if access is None else access.authorization_number
        if number is None or self._authorizations[number].application != application:
            return None
        return self._remove(number)

    def revoke_all(self, account_id: str, application: str) -> list[Authorization]:
        """Take back every login of an account with an application; return them."""
        numbers = [n for n, one in self._authorizations.items() if self._is_of(one, account_id, application)]
        return [self._remove(number) for number in numbers]

    def _remove(self, number: int) -> Authorization:
        authorization = self._authorizations.pop(number)
        del self._numbers[authorization.refresh_token]
        self._access_tokens = {
            name: one for name, one in self._access_tokens.items() if one.authorization_number != number
        }
        return authorization

    @staticmethod
    def _is_of(authorization: Authorization, account_id: str, application: str) -> bool:
        return authorization.account_id == account_id and authorization.application == application

    def _keep(self, authorization: Authorization) -> None:
        self._authorizations[authorization.number] = authorization
        self._numbers[authorization.refresh_token] = authorization.number

    def _issue(self, authorization: Authorization, now: datetime) -> IssuedTokens:
        self._access_tokens = {name: one for name, one in self._access_tokens.items() if one.expires_at > now}
        token = self._new_token()
        expires_at = now + timedelta(seconds=self._rules.lifetime_s)
        self._access_tokens[token] = AccessToken(token, authorization.number, expires_at)
        lifetime_s = int(self._rules.lifetime_s)
        return IssuedTokens(
            token, authorization.refresh_token, authorization.scope, lifetime_s, authorization.account_id
        )
