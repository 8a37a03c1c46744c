"""A context that is in use: its secrets, read when they are first asked for, and its tokens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cronofy_cli.accounts.keeping import AccountKeeper, application_of
from cronofy_cli.accounts.stored_tokens import Keeping, StoredTokens
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cronofy_cli.adapters.secrets import Kept
    from cronofy_cli.core.contexts import Context, StoredSecrets
    from cronofy_cli.core.data_centers import DataCenter
    from cronofy_cli.core.oauth import TokenAnswer


@dataclass
class SignedInContext:
    """A context and what is kept for it."""

    context: Context
    data_center: DataCenter
    user_file: Path
    environment: Mapping[str, str]
    warn: Callable[[str], None]

    @cached_property
    def keeper(self) -> AccountKeeper:
        """What reads and writes its secrets."""
        return AccountKeeper(self.user_file, self.environment, self.warn)

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

    def _refresh(self, secrets: StoredSecrets) -> TokenAnswer:
        from cronofy_cli.adapters.oauth.tokens import TokenEndpoint

        assert secrets.refresh_token is not None, "asked only with one"
        endpoint = TokenEndpoint(self.data_center, application_of(self.context, secrets))
        return endpoint.refresh(secrets.refresh_token)

    def _note_place(self, kept: Kept) -> None:
        if (kept.place, kept.keyring_backend) != (self.context.secret_place, self.context.keyring_backend):
            # The tokens are kept; where they are is found again by looking.
            with suppress(CronofyError):
                self.context = self.keeper.note_place(self.context, kept)
