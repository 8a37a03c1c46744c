"""Why an event cache cannot be used, as the one error that it raises, with the step that mends it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters import sqlite_failures
from cronofy_cli.adapters.sqlite_failures import Trouble, trouble_of
from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


def translated(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite and the file system raise inside the block into EventCacheUnavailable."""
    return sqlite_failures.translated(partial(_unavailable, path))


def is_beyond_repair(error: EventCacheUnavailable) -> bool:
    """Whether the file is no cache that this release can read: damaged, or written by a later one."""
    return error.__cause__ is None or trouble_of(error.__cause__) is Trouble.DAMAGED


def _unavailable(path: Path, trouble: Trouble, words: str) -> EventCacheUnavailable:
    told = {
        Trouble.FULL: ("the event cache cannot grow: the disk is full", f"free some space for {path}"),
        Trouble.LOCKED: ("the event cache is locked by another program", f"end the program that holds {path}"),
        Trouble.DAMAGED: ("the event cache is not a database, or is damaged", "cronofy events cache clear"),
        Trouble.NOT_OPENED: (
            f"the event cache cannot be opened: {words}",
            f"check that you may read and write {path}",
        ),
    }
    usual = f"the event cache cannot be read or written: {words}", f"check that you may read and write {path}"
    sentence, hint = told.get(trouble, usual)
    return EventCacheUnavailable(sentence, hint=hint)
