"""A context that is in use: its secrets, read when they are first asked for, and its tokens."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.auth.context_store import application_of, sign_in_command
from cronofy_cli.auth.refreshing_token import Keeping, StoredTokens, not_signed_in
from cronofy_cli.errors import CronofyError, NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
    from cronofy_cli.adapters.secrets import Kept
    from cronofy_cli.adapters.settings.resolution import Resolved
    from cronofy_cli.auth.context_store import AccountKeeper
    from cronofy_cli.core.accounts.contexts import Context, StoredSecrets
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.accounts.oauth import TokenAnswer


@dataclass
class SignedInContext:
    """A context and what is kept for it. `observe` is called with every exchange, without its secrets.

    Its tokens are not waited for beyond the keeper's deadline.
    """

    context: Context
    data_center: DataCenter
    keeper: AccountKeeper
    observe: Callable[[Exchange], None] | None = None
    budget: Budget | None = None

    @cached_property
    def secrets(self) -> StoredSecrets:
        """Its secrets, empty ones if there are none.

        Raises:
            SecretsUnavailable: there are some, and they cannot be read.
        """
        return self.keeper.secrets_of(self.context)

    @property
    def has_tokens(self) -> bool:
        """Whether it is signed in."""
        return self.secrets.access_token is not None

    @cached_property
    def tokens(self) -> StoredTokens:
        """Its tokens, renewed when need be."""
        keeping = Keeping(
            store=self.keeper.store,
            lock=lambda: self.keeper.lock(self.context.name),
            clock=lambda: datetime.now(UTC),
            on_kept=self._note_place,
        )
        return StoredTokens(self.context, self.secrets, self._refresh, keeping)

    def revoke(self) -> bool:
        """Take the authorization back at Cronofy, and return whether there was one.

        Raises:
            NotSignedIn: the application is refused, or not known.
            Unreachable: there was no answer.
        """
        # The refresh token rather than the access token: that one may have ended already.
        held = self.secrets.refresh_token or self.secrets.access_token
        if held is not None:
            self._endpoint(self.secrets).revoke(held)
        return held is not None

    def _refresh(self, secrets: StoredSecrets) -> TokenAnswer:
        assert secrets.refresh_token is not None, "asked only with one"
        return self._endpoint(secrets).refresh(secrets.refresh_token)

    def _endpoint(self, secrets: StoredSecrets) -> TokenEndpoint:
        from cronofy_cli.adapters.oauth.tokens import TokenEndpoint

        application = application_of(self.context, secrets)
        again, deadline = sign_in_command(self.context), self.keeper.deadline
        return TokenEndpoint(
            self.data_center,
            application,
            again=again,
            observe=self.observe,
            deadline=deadline,
            budget=self.budget,
        )

    def _note_place(self, kept: Kept) -> None:
        if (kept.place, kept.keyring_backend) != (self.context.secret_place, self.context.keyring_backend):
            # The tokens are kept; where they are is found again by looking.
            with suppress(CronofyError):
                self.context = self.keeper.note_place(self.keeper.latest(self.context), kept)


def no_token_for(context: Context | None, data_center: Resolved) -> NotSignedIn:
    """Return the error that says why a context, or none, has no access token for the chosen data center."""
    choice = str(data_center)
    sign_in = f"cronofy auth login --data-center {shlex.quote(choice)}"
    if context is None:
        return NotSignedIn(
            f"not signed in to data center {choice}",
            hint=f"{sign_in}, set {Variable.ACCESS_TOKEN}, or try everything without an account: "
            "add --data-center simulator, or run cronofy demo",
        )
    if context.data_center is None or context.is_at(choice):
        return not_signed_in(context)
    return NotSignedIn(
        f"the context {context.name} is of data center {context.data_center}: its access token is not sent to {choice}",
        hint=f"leave out {data_center.origin}, or sign in there too: {sign_in}",
    )
