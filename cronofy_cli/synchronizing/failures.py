"""What SQLite and the file system say of a copy, as the one error with the step that mends it."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PRIMARY_CODE: Final = 0xFF
"""An extended result code carries its primary code in the low byte (https://www.sqlite.org/rescode.html)."""
_LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED: Final = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CopyUnavailable(CronofyError):
    """A copy cannot be read or written; it is as the last run left it."""

    code = "copy_unavailable"


class CopyBusy(CopyUnavailable):
    """Another run is at work on the same copy."""

    code = "copy_busy"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise inside the block into ours. Wrong use of sqlite3 stays the bug it is.

    Raises:
        CopyUnavailable: the copy is full, locked, damaged or out of reach.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise _of_database(error, path) from error
    except OSError as error:
        raise _of_file(error, path) from error


def _of_database(error: sqlite3.DatabaseError, path: Path) -> CopyUnavailable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in _LOCKED:
        return CopyBusy(f"another program is at work on {path}", hint="let it end, then run this again")
    if code in _DAMAGED:
        return CopyUnavailable(
            f"{path} is not a copy of a calendar, or is damaged",
            hint=f"move {path} away: the next run starts a new one; or name another file with --out",
        )
    return CopyUnavailable(
        f"{path} cannot be read or written: {error}",
        hint="check the folder, the free space, and that you may write there",
    )


def _of_file(error: OSError, path: Path) -> CopyUnavailable:
    if error.errno in _FULL:
        return _full(path)
    return CopyUnavailable(
        f"{path} cannot be read or written: {error.strerror or type(error).__name__}",
        hint="check that the folder is there and that you may write to it",
    )


def _full(path: Path) -> CopyUnavailable:
    return CopyUnavailable(f"{path} cannot be written: the disk is full", hint="free some space, then run this again")
