"""Signing in and out of the simulated Cronofy: what asking, allowing, exchanging and revoking set off.

Routes call it with typed values; it knows nothing of HTTP.
"""

from __future__ import annotations

import hmac
import secrets
import string
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import NotSignedIn
from cronofy_cli.simulator.messages.oauth_requests import CodeExchange
from cronofy_cli.simulator.world.one_time_tokens import Tickets
from cronofy_cli.simulator.world.scopes import Access

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.oauth_requests import Consent, Refresh, Revocation
    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.world.authorizations import Authorizations, IssuedTokens

TOKEN_LENGTH: Final = 32
"""Of codes and tokens (docs: /developers/api/authorization/request-token/)."""
_TOKEN_CHARACTERS: Final = string.ascii_letters + string.digits


def new_token() -> str:
    """Return a code or a token that nobody can guess."""
    return "".join(secrets.choice(_TOKEN_CHARACTERS) for _ in range(TOKEN_LENGTH))


class SigningIn:
    """The acts around tokens."""

    def __init__(self, simulator: Simulator, authorizations: Authorizations) -> None:
        self._simulator = simulator
        self._authorizations = authorizations
        self._consents: Tickets[Consent] = Tickets(new_token)

    @property
    def count(self) -> int:
        """How many logins are not revoked."""
        return len(self._authorizations)

    def access(self, token: str) -> Access:
        """Return what a token allows: an issued one, or one of the two that are published and never expire.

        Raises:
            NotSignedIn: it is not known, expired or revoked.
        """
        settings, everything = self._simulator.settings, self._simulator.world.account.scope
        if _is_same(token, settings.access_token):
            return Access(everything)
        if _is_same(token, settings.personal_token):
            return Access(everything, is_personal=True)
        scope = self._authorizations.scope_of(token, self._simulator.clock())
        if scope is None:
            raise NotSignedIn("the access token is not known, or no longer valid")
        return Access(scope, is_authorized=True)

    def ask(self, consent: Consent) -> str:
        """Return the ticket for a page that asks the owner."""
        return self._consents.issue(consent, self._simulator.clock())

    def asked(self, ticket: str) -> Consent:
        """Return what was asked on the page with this ticket; it counts once.

        Raises:
            WrongUsage: it was answered before, or is too old.
        """
        return self._consents.take(ticket, self._simulator.clock())

    def answer(self, consent: Consent, *, is_allowed: bool) -> str:
        """Return the address that the browser is sent to with the owner's answer."""
        if not is_allowed:
            return consent.back.url(error="access_denied")
        code = self._authorizations.issue_code(consent.scope, consent.back.redirect_uri, self._simulator.clock())
        return consent.back.url(code=code)

    def issue(self, wish: CodeExchange | Refresh) -> IssuedTokens:
        """Return tokens for a code or a refresh token.

        Raises:
            OAuthRefused: it is not valid, or no longer.
        """
        now = self._simulator.clock()
        if isinstance(wish, CodeExchange):
            issued = self._authorizations.exchange(wish.code, wish.redirect_uri, now)
        else:
            issued = self._authorizations.refresh(wish.refresh_token, now)
        self._simulator.note_act()
        return issued

    def revoke(self, revocation: Revocation) -> None:
        """Take back one login or all. What is not known counts as taken back (RFC 7009)."""
        if revocation.token is not None:
            is_gone = self._authorizations.revoke(revocation.token)
        else:
            is_gone = revocation.sub == self._simulator.world.account.account_id and self._authorizations.revoke_all()
        if not is_gone:
            return
        if not self._authorizations and self._simulator.settings.close_channels_on_revoke:
            self._simulator.close_authorized_channels()
        self._simulator.note_act()


def _is_same(token: str, known: str) -> bool:
    return hmac.compare_digest(token.encode(), known.encode())
