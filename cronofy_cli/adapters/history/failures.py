"""What SQLite and the file system say, as the one error that the history raises, with the step that mends it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PRIMARY_CODE = 0xFF
"""An extended result code carries its primary code in the low byte (https://www.sqlite.org/rescode.html)."""

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_REFUSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into HistoryUnavailable. Wrong use of sqlite3 stays the bug it is.

    Raises:
        HistoryUnavailable: the store is full, locked, damaged or out of reach.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _unavailable(error, path) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise HistoryUnavailable(
            f"the history cannot be opened: {reason}",
            hint=f"check that you may read and write {path}",
        ) from error


def _unavailable(error: sqlite3.DatabaseError, path: Path) -> HistoryUnavailable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if code == sqlite3.SQLITE_FULL:
        return HistoryUnavailable("the history cannot grow: the disk is full", hint=f"free some space for {path}")
    if code == sqlite3.SQLITE_IOERR:
        return HistoryUnavailable(
            f"the history cannot be read or written: {error}",
            hint=f"check the free space, the quota and the disk under {path}",
        )
    if code in _LOCKED:
        return HistoryUnavailable(
            "the history is locked by another program",
            hint=f"end the program that holds {path}",
        )
    if code in _DAMAGED:
        return HistoryUnavailable(
            "the history is not a database, or is damaged",
            hint=f"move {path} away; the next delivery starts a new one",
        )
    if code in _REFUSED:
        return HistoryUnavailable(
            f"the history cannot be opened or written: {error}",
            hint=f"check that you may read and write {path}",
        )
    return HistoryUnavailable(f"the history failed: {error}", hint=f"check {path}")
