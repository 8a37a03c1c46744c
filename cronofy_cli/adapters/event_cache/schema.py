"""The tables of the event cache, and how an older file becomes a current one.

`PRAGMA user_version` counts the migrations that a file has been through. A file of a later release is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters import sqlite
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
    sqlite.migrate(connection, MIGRATIONS, _refuse_newer)


def _refuse_newer(version: int) -> None:
    if version > len(MIGRATIONS):
        raise EventCacheUnavailable(
            f"the event cache was written by a newer cronofy (its format is {version}, this one knows "
            f"{len(MIGRATIONS)})",
            hint="upgrade with `pip install --upgrade cronofy-cli`, or start anew: cronofy events cache clear",
        )
