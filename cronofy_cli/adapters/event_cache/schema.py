"""The tables of the event cache, how an older file becomes a current one, and why one cannot be used.

`PRAGMA user_version` counts the migrations that a file has been through. A file of a later release is left alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters import sqlite
from cronofy_cli.adapters.sqlite import Trouble
from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    import sqlite3
    from contextlib import AbstractContextManager
    from pathlib import Path

_FIRST: Final = (
    # One row: whose events these are.
    """
    CREATE TABLE about (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        data_center TEXT NOT NULL,
        sub TEXT NOT NULL,
        world TEXT NOT NULL,
        pruned_on INTEGER NOT NULL
    )
    """,
    # Days are counted from the first one of year 1. `ends_on` is null where the event does not say when it is.
    """
    CREATE TABLE events (
        event_uid TEXT PRIMARY KEY,
        raw BLOB NOT NULL,
        deleted INTEGER NOT NULL,
        ends_on INTEGER,
        seen_on INTEGER NOT NULL
    )
    """,
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST,)
"""The statements that lead from one version to the next, oldest first. Released ones are never edited."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the current version, in one transaction.

    Raises:
        EventCacheUnavailable: a later release has written the file.
    """
    sqlite.migrate(connection, MIGRATIONS, _refuse_newer)


def translated(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite and the file system raise inside the block into EventCacheUnavailable."""
    return sqlite.translated(partial(_unavailable, path))


def is_beyond_repair(error: EventCacheUnavailable) -> bool:
    """Whether the file is no cache that this release can read: damaged, or written by a later one."""
    return error.__cause__ is None or sqlite.trouble_of(error.__cause__) is Trouble.DAMAGED


def _refuse_newer(version: int) -> None:
    if version > len(MIGRATIONS):
        raise EventCacheUnavailable(
            f"the event cache was written by a newer cronofy (its format is {version}, this one knows "
            f"{len(MIGRATIONS)})",
            hint="upgrade with `pip install --upgrade cronofy-cli`, or start again: cronofy events cache clear",
        )


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
