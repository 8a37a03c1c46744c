"""Signing in and out of the simulated Cronofy: what asking, allowing, exchanging and revoking set off.

Routes call it with typed values; it knows nothing of HTTP.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.errors import NotSignedIn
from cronofy_cli.simulator.messages.oauth_requests import CodeExchange
from cronofy_cli.simulator.world.application_calendars import application_calendar_in, new_application_calendar
from cronofy_cli.simulator.world.authorizations import Grant
from cronofy_cli.simulator.world.one_time_tokens import OneTimeTokens, new_token
from cronofy_cli.simulator.world.scopes import Access
from cronofy_cli.simulator.world.state import AccountState

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.oauth_requests import Consent, Refresh, Revocation
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.authorizations import IssuedTokens
    from cronofy_cli.simulator.world.model import Application


class SigningIn:
    """The acts around tokens."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._consents: OneTimeTokens[Consent] = OneTimeTokens(new_token)

    @property
    def count(self) -> int:
        """How many logins are not revoked."""
        return len(self._world.authorizations)

    def access(self, token: str) -> Access:
        """Return what a token allows: an issued one, or a published one, which never expires.

        Raises:
            NotSignedIn: it is not known, expired or revoked.
        """
        # Looked up as it is: these tokens are published, so the time that takes tells nothing.
        published = self._world.published_tokens.get(token)
        if published is not None:
            scope = self._world.accounts[published.account_id].account.scope
            return Access(scope, published.account_id, published.application)
        authorization = self._world.authorizations.of(token, self._world.clock())
        if authorization is None:
            raise NotSignedIn("the access token is not known, or no longer valid")
        return Access(authorization.scope, authorization.account_id, authorization.application, is_authorized=True)

    def application_of_secret(self, client_secret: str) -> Application | None:
        """Return the application that a client secret, used as a bearer token, belongs to."""
        for application in self._world.applications.values():
            if any(is_same(client_secret, known) for known in application.client_secrets):
                return application
        return None

    def ask(self, consent: Consent) -> str:
        """Return the one-time token for a page that asks the owner."""
        return self._consents.issue(consent, self._world.clock())

    def asked(self, token: str) -> Consent:
        """Return what was asked on the page with this one-time token; it counts once.

        Raises:
            WrongUsage: it was answered before, or is too old.
        """
        return self._consents.take(token, self._world.clock())

    def answer(self, consent: Consent, account_id: str, *, is_allowed: bool) -> str:
        """Return the address that the browser is sent to with the owner's answer."""
        if not is_allowed:
            return consent.back.url(error="access_denied")
        grant = Grant(account_id, consent.application, consent.scope)
        code = self._world.authorizations.issue_code(grant, consent.back.redirect_uri, self._world.clock())
        return consent.back.url(code=code)

    def issue(self, wanted: CodeExchange | Refresh, application: Application) -> IssuedTokens:
        """Return tokens for a code or a refresh token.

        Raises:
            OAuthRefused: it is not valid, or no longer.
        """
        now, authorizations = self._world.clock(), self._world.authorizations
        if isinstance(wanted, CodeExchange):
            issued = authorizations.exchange(wanted.code, wanted.redirect_uri, application.name, now)
            self._show_again(issued.account_id, application.name)
        else:
            issued = authorizations.refresh(wanted.refresh_token, application.name, now)
        self._world.note_act()
        return issued

    def revoke(self, revocation: Revocation, application: Application) -> None:
        """Take back one login or all of an account. What is not known counts as taken back (RFC 7009)."""
        authorizations, name = self._world.authorizations, application.name
        if revocation.token is not None:
            revoked = authorizations.revoke(revocation.token, name)
            accounts = set() if revoked is None else {revoked.account_id}
        else:
            accounts = {one.account_id for one in authorizations.revoke_all(revocation.sub or "", name)}
        for account_id in accounts:
            if self._world.settings.close_channels_on_revoke and not authorizations.has_any(account_id, name):
                self._close_channels(account_id, name)
        if accounts:
            self._world.note_act()

    def application_calendar(self, application: Application, application_calendar_id: str) -> IssuedTokens:
        """Return tokens for an application calendar, which is made when it is first asked for.

        Documented: one profile with one primary calendar (docs: /developers/api/calendars/application-calendars/).
        """
        world, now = self._world, self._world.clock()
        account = application_calendar_in(world.accounts.values(), application.name, application_calendar_id)
        if account is None:
            account = AccountState(
                new_application_calendar(world.ids, application.name, application_calendar_id, now), world.ids
            )
            world.accounts[account.account.account_id] = account
        grant = Grant(account.account.account_id, application.name, account.account.scope)
        issued = world.authorizations.authorize(grant, now)
        world.note_act()
        return issued

    def _show_again(self, account_id: str, application: str) -> None:
        """Let an application see the profiles again whose access had been revoked: the owner allowed it again."""
        account = self._world.accounts[account_id]
        for profile in account.profiles:
            hidden_from = tuple(name for name in profile.hidden_from if name != application)
            account.put_profile(structs.replace(profile, hidden_from=hidden_from))

    def _close_channels(self, account_id: str, application: str) -> None:
        for channel in self._world.channels.of(account_id, application):
            if channel.is_authorized:
                self._world.close_channel(channel.channel_id)


def is_same(secret: str, known: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(secret.encode("utf-8", "replace"), known.encode())
