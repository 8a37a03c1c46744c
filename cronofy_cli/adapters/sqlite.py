"""Database files that several programs share: making one, the write-ahead log, transactions, migrations, and failures.

What is in a file is known in each store, and so is which error a failure becomes, with its words.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.errors import CronofyError

_PAUSE_S: Final = 0.01


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


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner only. One that is there is not touched.

    It is not even opened: when a program closes any descriptor of a file, it loses the locks that SQLite holds there
    through another one, and other programs take the database for unused
    (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def use_write_ahead_log(connection: sqlite3.Connection, wait_s: float) -> None:
    """Switch to WAL. SQLite does not wait for a lock there, so several programs that make the file at once have to.

    Raises:
        sqlite3.DatabaseError: it was locked for longer, or is no database.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything inside the block, or nothing of it. The file is locked against other writers from the start.

    Raises:
        sqlite3.DatabaseError: nothing was written: the file is locked, the disk full.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # A full disk may already have ended the transaction (https://www.sqlite.org/lang_transaction.html).
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many migrations the file has been through; 0 is a new file."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]], refuse_newer: Callable[[int], None]
) -> None:
    """Bring the file to the current version, in one transaction.

    `migrations` are the statements that lead from one version to the next, oldest first. `refuse_newer` is given the
    file's version and raises if a later release has written it.
    """
    version = version_of(connection)
    refuse_newer(version)
    if version == len(migrations):
        return
    # The lock comes before the second look: another process may be migrating the same file.
    with transaction(connection):
        version = version_of(connection)
        refuse_newer(version)
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


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
    except UnicodeDecodeError as error:
        # What SQLite quotes of a damaged file need not be text, and then sqlite3 fails to make its own error.
        raise explain(Trouble.DAMAGED, "it is not text") from error
    except sqlite3.DatabaseError as error:
        raise explain(trouble_of(error), str(error)) from error
    except OSError as error:
        raise explain(trouble_of(error), error.strerror or type(error).__name__) from error
