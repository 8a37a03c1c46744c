"""The secrets of one context in a file that only its owner can read: where there is no keyring."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import replace_private
from cronofy_cli.adapters.secrets.failures import SecretsUnavailable
from cronofy_cli.adapters.settings.places import make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

_OPEN_TO_OTHERS = 0o077
_ABANDONED_S = 60.0
"""After this long the temporary file of a write belongs to a process that died."""


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A context's file. Written to a temporary file that then takes its place, so that it is never half there."""

    path: Path

    def read(self) -> str | None:
        """Return what it holds, None if it is not there.

        Raises:
            SecretsUnavailable: others may read it, or it is not readable at all.
        """
        try:
            with self.path.open("rb") as file:
                self._check_private(os.fstat(file.fileno()))
                return file.read().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(self.path, "read", error) from error

    def write(self, text: str) -> None:
        """Replace what it holds.

        Raises:
            SecretsUnavailable: it cannot be written.
        """
        folder = self.path.parent
        try:
            make_private_folder(folder)
            if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & _OPEN_TO_OTHERS:
                folder.chmod(0o700)
            self._sweep(older_than_s=_ABANDONED_S)
            replace_private(self.path, text.encode())
        except OSError as error:
            raise _failed(self.path, "written", error) from error

    def remove(self) -> bool:
        """Remove it, with what a write that was killed left beside it, and return whether it was there.

        Raises:
            SecretsUnavailable: it cannot be removed.
        """
        try:
            self._sweep(older_than_s=0)
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _failed(self.path, "removed", error) from error
        return True

    def _check_private(self, status: os.stat_result) -> None:
        if os.name == "posix" and stat.S_IMODE(status.st_mode) & _OPEN_TO_OTHERS:
            raise SecretsUnavailable(
                f"other users of this machine may read or change {self.path}", hint=f"chmod 600 '{self.path}'"
            )

    def _sweep(self, *, older_than_s: float) -> None:
        latest = time.time() - older_than_s
        for left in self.path.parent.glob(f".{self.path.name}.*"):
            if left.stat().st_mtime <= latest:
                left.unlink(missing_ok=True)


def _failed(path: Path, verb: str, error: OSError) -> SecretsUnavailable:
    return SecretsUnavailable(
        f"{path} cannot be {verb}: {error.strerror or error}", hint=f"check the permissions of {path.parent}"
    )
