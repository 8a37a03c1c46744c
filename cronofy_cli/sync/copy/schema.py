"""The tables of a copy. Users query them, so columns are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import WrongUsage
from cronofy_cli.sync.errors import CopyUnavailable

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

VERSION: Final = 1
APPLICATION_ID: Final = 0x43524F4E
"""Marks a database as a copy of ours (https://www.sqlite.org/pragma.html#pragma_application_id)."""

_TABLES: Final = """
CREATE TABLE events (
    event_uid TEXT NOT NULL PRIMARY KEY,
    calendar_id TEXT NOT NULL,
    start TEXT NOT NULL,
    "end" TEXT NOT NULL,
    all_day INTEGER,
    summary TEXT NOT NULL,
    location TEXT,
    status TEXT,
    participation_status TEXT,
    transparency TEXT,
    recurring INTEGER NOT NULL,
    event_id TEXT,
    meeting_url TEXT,
    created TEXT,
    updated TEXT,
    json TEXT NOT NULL
);
CREATE INDEX events_by_start ON events (start, event_uid);
CREATE TABLE sync_state (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL);
"""


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new copy, inside the caller's transaction.

    Raises:
        WrongUsage: the database is another program's.
        CopyUnavailable: a later release has written it.
    """
    if is_new(connection):
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    require_ours(connection, path)


def is_new(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in the database."""
    count: int = connection.execute("SELECT count(*) FROM main.sqlite_master").fetchone()[0]
    return count == 0


def require_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Check that a database is a copy that this release understands.

    Raises:
        WrongUsage: it is another program's.
        CopyUnavailable: a later release has written it.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise WrongUsage(f"{path} is a database that 'cronofy sync' has not made", hint="name another file with --out")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise CopyUnavailable(
            f"{path} was written by a later release (format {version}, this one knows {VERSION})",
            hint="upgrade cronofy, or start another copy with --out",
        )
