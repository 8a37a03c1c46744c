"""What SQLite and the file system say, as the one error that the event cache raises, with the step that mends it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PRIMARY_CODE: Final = 0xFF
"""An extended result code carries its primary code in the low byte (https://www.sqlite.org/rescode.html)."""

_DAMAGED: Final = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into ours. Wrong use of sqlite3 stays the bug it is.

    Raises:
        EventCacheUnavailable: the file is full, locked, damaged or out of reach.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _unavailable(error, path) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EventCacheUnavailable(
            f"the event cache cannot be opened: {reason}", hint=f"check that you may read and write {path}"
        ) from error


def _unavailable(error: sqlite3.DatabaseError, path: Path) -> EventCacheUnavailable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if code == sqlite3.SQLITE_FULL:
        return EventCacheUnavailable(
            "the event cache cannot grow: the disk is full", hint=f"free some space for {path}"
        )
    if code in _LOCKED:
        return EventCacheUnavailable(
            "the event cache is locked by another program", hint=f"end the program that holds {path}"
        )
    if code in _DAMAGED:
        return EventCacheUnavailable(
            "the event cache is not a database, or is damaged", hint="cronofy events cache clear"
        )
    return EventCacheUnavailable(
        f"the event cache cannot be read or written: {error}", hint=f"check that you may read and write {path}"
    )


def is_beyond_repair(error: EventCacheUnavailable) -> bool:
    """Whether the file is no cache that this release can read: damaged, or written by a later one."""
    code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    return error.__cause__ is None or code in _DAMAGED
