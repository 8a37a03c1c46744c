"""Are the program's own files usable, and private. The one group that can repair."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.settings import Settings

PRIVATE_FILES: Final = "private_files"
SETTINGS: Final = "settings"
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_OTHERS: Final = 0o077
_NOT_USABLE: Final = "the program cannot read or write its files"


@dataclass(frozen=True, slots=True)
class PrivatePlace:
    """A file or folder that is for its owner only. It need not exist."""

    path: Path
    is_folder: bool = False

    @property
    def mode(self) -> int:
        """The mode that it should have."""
        return _FOLDER_MODE if self.is_folder else _FILE_MODE


def check_private_files(places: Sequence[PrivatePlace], *, fix: bool) -> tuple[Check, ...]:
    """Say which places others can read, or are not the user's. `fix` sets their modes, and creates missing folders."""
    if sys.platform == "win32":
        return (skipped(PRIVATE_FILES, "Windows protects a user's folders itself"),)
    found = [check for place in places if (check := _look(place, fix=fix)) is not None]
    if any(check.needs_attention for check in found):
        return tuple(found)
    there = [place.path for place in places if place.path.exists()]
    number = "1 file or folder" if len(there) == 1 else f"{len(there)} files and folders"
    fine = f"{number}, private to you" if there else "none yet; they are created when needed"
    return (*found, passed(PRIVATE_FILES, fine, evidence=tuple(("path", str(path)) for path in there)))


def check_settings(load: Callable[[], Settings]) -> Check:
    """Say whether the settings can be read, which files they come from, and whether the context in use exists."""
    try:
        settings = load()
        context = settings.context
    except CronofyError as error:
        return Check(
            SETTINGS,
            CheckState.FAILED,
            error.message,
            code="settings_unreadable",
            meaning="commands do not know which account and data center to use",
            hint=error.hint or "cronofy config path",
        )
    files = [path for path in (settings.user_file, settings.project_file) if path is not None and path.exists()]
    finding = ", ".join(map(str, files)) or "no settings file; the defaults are used"
    used = (("context", context.name),) if context is not None else ()
    return passed(SETTINGS, finding, evidence=(*(("path", str(path)) for path in files), *used))


def _look(place: PrivatePlace, *, fix: bool) -> Check | None:
    path = place.path
    try:
        found = path.stat()
        if sys.platform != "win32" and found.st_uid != os.geteuid():
            return _foreign(path)
        mode = stat.S_IMODE(found.st_mode)
        is_open, is_closed = bool(mode & _OTHERS), bool(place.mode & ~mode)
        if not (is_open or is_closed):
            return None
        if not fix:
            return _wrong_mode(place, mode, is_open=is_open)
        path.chmod(place.mode)
    except FileNotFoundError:
        return _make(path) if fix and place.is_folder else None
    except OSError as error:
        return _not_accessible(path, error)
    return passed(PRIVATE_FILES, f"mode changed from {mode:04o} to {place.mode:04o}", subject=str(path))


def _make(folder: Path) -> Check:
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        return _not_accessible(folder, error)
    return passed(PRIVATE_FILES, f"folder created, mode {_FOLDER_MODE:04o}", subject=str(folder))


def _wrong_mode(place: PrivatePlace, mode: int, *, is_open: bool) -> Check:
    code, who, meaning = (
        ("open_to_others", "other users have access", "other users can read notifications, addresses, perhaps tokens")
        if is_open
        else ("closed_to_owner", "you do not have full access", _NOT_USABLE)
    )
    finding = f"{who}: mode {mode:04o} instead of {place.mode:04o}"
    facts = (("mode", f"{mode:04o}"), ("required", f"{place.mode:04o}"))
    hint = "cronofy doctor --fix"
    return Check(PRIVATE_FILES, CheckState.WARNING, finding, str(place.path), code, meaning, hint, facts)


def _foreign(path: Path) -> Check:
    meaning = "its content cannot be trusted, and it cannot be written; often the cause is an earlier run with sudo"
    hint = f'sudo chown -R "$USER" {path}'
    finding = "it belongs to another user"
    return Check(PRIVATE_FILES, CheckState.FAILED, finding, str(path), "foreign_owner", meaning, hint)


def _not_accessible(path: Path, error: OSError) -> Check:
    finding = f"it cannot be accessed: {error.strerror or error}"
    return Check(PRIVATE_FILES, CheckState.FAILED, finding, str(path), "not_accessible", _NOT_USABLE, f"ls -ld {path}")
