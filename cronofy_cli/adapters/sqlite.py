"""Database files that several programs share: making one, switching it to the write-ahead log, bringing it up to date.

What is in them is the business of each store, and so are the words for what goes wrong (`sqlite_failures`).
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_PAUSE_S: Final = 0.01


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
    if version_of(connection) == len(migrations):
        return
    # The lock comes before the second look: another process may be migrating the same file.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)
        refuse_newer(version)
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
