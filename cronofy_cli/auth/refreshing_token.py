"""The access token of a context that is signed in: renewed when it has ended or is refused, and kept for the next run.

Refresh tokens may rotate, so the one that comes back is always kept, and only one process at a time refreshes: the
others take over what it kept (docs: /developers/api/authorization/refresh-token/).
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.secrets import KeyringUnusable
from cronofy_cli.auth.context_store import sign_in_command
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from cronofy_cli.adapters.secrets import Kept, SecretStore
    from cronofy_cli.core.accounts.contexts import Context, StoredSecrets
    from cronofy_cli.core.accounts.oauth import TokenAnswer

EARLY: Final = timedelta(seconds=30)
"""How long before its end a token is renewed: it must last for the request that it is sent with. Also how long one
counts as new: what lives shorter is used to its end, and where a new one is refused another does not help."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a context's secrets are kept, and what keeps two processes apart."""

    store: SecretStore
    lock: Callable[[], AbstractContextManager[None]]
    clock: Callable[[], datetime]
    on_kept: Callable[[Kept], None]
    """Told where the secrets are after each save, so that the context remembers it."""


class StoredTokens:
    """The tokens of one context. Can be used by several threads."""

    def __init__(
        self,
        context: Context,
        secrets: StoredSecrets,
        refresh: Callable[[StoredSecrets], TokenAnswer],
        keeping: Keeping,
    ) -> None:
        """`secrets` are those that were read just now; `refresh` asks the token endpoint with the refresh token."""
        self._context = context
        self._secrets = secrets
        self._refresh = refresh
        self._keeping = keeping
        self._one_thread = threading.Lock()
        self._renewed_at: datetime | None = None

    def current(self) -> str:
        """Return a token that should work.

        Raises:
            NotSignedIn: the context has none, or Cronofy does not renew it any more.
        """
        secrets = self._secrets
        token = secrets.access_token
        if token is None:
            raise not_signed_in(self._context)
        early = timedelta() if self._is_new() else EARLY
        if secrets.refresh_token is None or not self._has_ended(secrets, early):
            return token
        return self.renewed(token) or token

    def known(self) -> str | None:
        """Return the token that was kept last, whether it still works or not."""
        return self._secrets.access_token

    def renewed(self, refused: str) -> str | None:
        """Return another token than the refused one; None if there is nothing to renew it with, or if it is new.

        Raises:
            NotSignedIn: Cronofy does not renew it any more.
        """
        with self._one_thread:
            if refused == self._secrets.access_token and self._is_new() and not self._has_ended(self._secrets):
                return None
            with self._keeping.lock():
                return self._renew(refused)

    def _renew(self, refused: str) -> str | None:
        """Take over what another process or thread has kept meanwhile, else refresh."""
        found = self._keeping.store.load(self._context)
        if found is None:
            raise not_signed_in(self._context)
        self._secrets = found.secrets
        token = self._secrets.access_token
        if token not in {None, refused} and not self._has_ended(self._secrets):
            return token
        if self._secrets.refresh_token is None:
            return None
        self._keep(self._refresh(self._secrets))
        return self._secrets.access_token

    def _is_new(self) -> bool:
        return self._renewed_at is not None and self._keeping.clock() - self._renewed_at < EARLY

    def _has_ended(self, secrets: StoredSecrets, early: timedelta = timedelta()) -> bool:
        return secrets.expires_at is not None and secrets.expires_at - early <= self._keeping.clock()

    def _keep(self, answer: TokenAnswer) -> None:
        before, now = self._secrets, self._keeping.clock()
        self._secrets, self._renewed_at = with_tokens(before, answer, now), now
        # A rotated refresh token that is not kept is a lost sign-in: then a private file is better than nothing.
        has_rotated = self._secrets.refresh_token != before.refresh_token
        with suppress(KeyringUnusable):  # raised only if it has not: the next process refreshes with the same one
            self._keeping.on_kept(self._keeping.store.save(self._context, self._secrets, allow_file=has_rotated))


def with_tokens(secrets: StoredSecrets, answer: TokenAnswer, now: datetime) -> StoredSecrets:
    """Return a context's secrets with what the token endpoint answered. A refresh token left out stays the same."""
    return replace(
        secrets,
        access_token=answer.access_token,
        refresh_token=answer.refresh_token or secrets.refresh_token,
        expires_at=None if answer.expires_in_s is None else now + timedelta(seconds=answer.expires_in_s),
        scope=answer.scope or secrets.scope,
    )


def not_signed_in(context: Context) -> NotSignedIn:
    """Return the error for a context without an access token."""
    return NotSignedIn(f"the context {context.name} is not signed in", hint=sign_in_command(context))
