"""The tables of the event cache, and how an older file becomes a current one.

`PRAGMA user_version` counts the migrations that a file has been through. A file of a later release is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    import sqlite3

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
    if _version_of(connection) == len(MIGRATIONS):
        return
    # The lock comes before the second look: another process may be migrating the same file.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version_of(connection)
        if version > len(MIGRATIONS):
            raise EventCacheUnavailable(
                f"the event cache was written by a newer cronofy (its format is {version}, "
                f"this one knows {len(MIGRATIONS)})",
                hint="upgrade with `pip install --upgrade cronofy-cli`, or start anew: cronofy events cache clear",
            )
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version_of(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
