"""What SQLite and the file system say when a database cannot be used, told apart by what mends it.

Which error that becomes, and its words, are the business of each store.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.errors import CronofyError


class Trouble(Enum):
    """Why a database cannot be used."""

    FULL = auto()
    """The disk, or the user's part of it, is full."""
    LOCKED = auto()
    """Another program holds it for longer than was waited."""
    DAMAGED = auto()
    """It is no database, or no whole one."""
    UNREADABLE = auto()
    """The disk failed to read or write."""
    REFUSED = auto()
    """The system does not let us read or write it."""
    NOT_OPENED = auto()
    """Making or opening the file failed before SQLite came to see it."""
    OTHER = auto()


_PRIMARY_CODE: Final = 0xFF
"""An extended result code carries its primary code in the low byte (https://www.sqlite.org/rescode.html)."""

_TROUBLES: Final = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_IOERR: Trouble.UNREADABLE,
    sqlite3.SQLITE_READONLY: Trouble.REFUSED,
    sqlite3.SQLITE_CANTOPEN: Trouble.REFUSED,
    sqlite3.SQLITE_PERM: Trouble.REFUSED,
    sqlite3.SQLITE_AUTH: Trouble.REFUSED,
}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def trouble_of(error: BaseException | None) -> Trouble:
    """Return why SQLite, or the file system, raised this."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
        return _TROUBLES.get(code, Trouble.OTHER)
    if isinstance(error, OSError):
        return Trouble.FULL if error.errno in _FULL else Trouble.NOT_OPENED
    return Trouble.OTHER


@contextmanager
def translated(explain: Callable[[Trouble, str], CronofyError]) -> Iterator[None]:
    """Raise what `explain` makes of a trouble and its words. Wrong use of sqlite3 stays the bug it is.

    Raises:
        CronofyError: the one that `explain` returned.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise explain(trouble_of(error), str(error)) from error
    except OSError as error:
        raise explain(trouble_of(error), error.strerror or type(error).__name__) from error
