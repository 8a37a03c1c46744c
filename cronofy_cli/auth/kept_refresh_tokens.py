"""Refresh tokens that took the place of others that a user's own file or database has.

Cronofy is not known to change a refresh token at a refresh. Should it do so, the old one may be worthless at once: then
the new one is kept in a private file before it is used, with hashes of those that it replaces, and found by whichever
of them the user's list still has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.adapters.paths import data_folder, write_private
from cronofy_cli.adapters.settings.locks import file_lock
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

_MOST_REPLACED: Final = 100
_LOCK_LIMIT_S: Final = 60.0
"""As long as the token endpoint may take, in another process."""


class KeptRefreshToken(msgspec.Struct, frozen=True):
    """A line of the file. It is also a line of a list of accounts."""

    sub: str
    refresh_token: str
    replaces: tuple[str, ...]
    """Hashes, the first one's first."""
    since: str


@dataclass(frozen=True)
class KeptRefreshTokens:
    """The file, `refresh-tokens.ndjson` in the data folder."""

    environment: Mapping[str, str]
    on_kept: Callable[[Path], None]
    """Is called with the file when a token was kept there."""

    @property
    def path(self) -> Path:
        """Where the file is."""
        return data_folder(self.environment) / "refresh-tokens.ndjson"

    def lock(self, sub: str) -> AbstractContextManager[None]:
        """Keep other processes away from an account's refresh token."""
        return file_lock(data_folder(self.environment) / "locks" / f"account-{sub}.lock", _LOCK_LIMIT_S)

    def latest(self, refresh_token: str) -> str:
        """Return the token that took the place of this one, or this one.

        Raises:
            CronofyError: the file cannot be read.
        """
        hashed = _hash(refresh_token)
        return next((each.refresh_token for each in self._read() if hashed in each.replaces), refresh_token)

    def keep(self, sub: str, old: str, new: str) -> None:
        """Keep a token that has taken the place of another.

        Raises:
            CronofyError: it cannot be kept.
        """
        with file_lock(data_folder(self.environment) / "locks" / "refresh-tokens.lock", _LOCK_LIMIT_S):
            kept = self._read()
            before = next((each for each in kept if each.refresh_token == old), None)
            hashes = (*(before.replaces if before else ()), _hash(old))
            replaces = (hashes[0], *hashes[1:][-_MOST_REPLACED:])
            entry = KeptRefreshToken(sub, new, replaces, to_utc_seconds(datetime.now(UTC)))
            lines = [msgspec.json.encode(each) for each in (*(one for one in kept if one is not before), entry)]
            write_private(self.path, b"".join(line + b"\n" for line in lines))
        self.on_kept(self.path)

    def _read(self) -> tuple[KeptRefreshToken, ...]:
        try:
            content = self.path.read_bytes()
            return tuple(msgspec.json.decode(line, type=KeptRefreshToken) for line in content.splitlines())
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError):
            # Not from the error: it may repeat a token.
            raise CronofyError(
                f"the refresh tokens in {self.path} cannot be read",
                hint="take the newest tokens over into your own list, then move the file away",
            ) from None


def _hash(refresh_token: str) -> str:
    return sha256(refresh_token.encode()).hexdigest()[:32]
