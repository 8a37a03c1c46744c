"""Why the history cannot be used, as the one error that it raises, with the step that mends it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters import sqlite_failures
from cronofy_cli.adapters.sqlite_failures import Trouble
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


def translated(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite and the file system raise inside the block into HistoryUnavailable."""
    return sqlite_failures.translated(partial(_unavailable, path))


def _unavailable(path: Path, trouble: Trouble, words: str) -> HistoryUnavailable:
    may_use = f"check that you may read and write {path}"
    sentence, hint = {
        Trouble.FULL: ("the history cannot grow: the disk is full", f"free some space for {path}"),
        Trouble.LOCKED: ("the history is locked by another program", f"end the program that holds {path}"),
        Trouble.DAMAGED: (
            "the history is not a database, or is damaged",
            f"move {path} away; the next delivery starts a new one",
        ),
        Trouble.UNREADABLE: (
            f"the history cannot be read or written: {words}",
            f"check the free space, the quota and the disk under {path}",
        ),
        Trouble.REFUSED: (f"the history cannot be opened or written: {words}", may_use),
        Trouble.NOT_OPENED: (f"the history cannot be opened: {words}", may_use),
        Trouble.OTHER: (f"the history failed: {words}", f"check {path}"),
    }[trouble]
    return HistoryUnavailable(sentence, hint=hint)
