"""The tables of the history, and how an older file becomes a current one.

`PRAGMA user_version` counts the migrations that a file has been through. A file that has been through more of them
than this release knows is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters import sqlite
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_FIRST: Final = (
    # AUTOINCREMENT: the number of a pruned delivery is never given to another one.
    """
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        format INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        method TEXT NOT NULL,
        target BLOB NOT NULL,
        headers BLOB NOT NULL,
        body BLOB NOT NULL,
        signature TEXT NOT NULL,
        secret_label TEXT,
        type TEXT,
        changes_since TEXT,
        channel_id TEXT,
        callback_url TEXT,
        calendar_ids TEXT NOT NULL,
        only_managed INTEGER NOT NULL,
        is_json INTEGER NOT NULL,
        answer_status INTEGER NOT NULL,
        context TEXT NOT NULL
    )
    """,
    "CREATE INDEX deliveries_by_channel ON deliveries (channel_id, id)",
    # One read of events often answers several deliveries, so its payload is kept once.
    """
    CREATE TABLE event_reads (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        format INTEGER NOT NULL,
        payload BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE delivery_events (
        delivery_id INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
        event_read_id INTEGER NOT NULL REFERENCES event_reads (id)
    )
    """,
)

_FORWARDS_AND_SEARCH: Final = (
    # One row an attempt. `failure` says why there was no answer; then `status` is null.
    """
    CREATE TABLE forwards (
        id INTEGER PRIMARY KEY,
        delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
        target TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        address TEXT,
        status INTEGER,
        failure TEXT,
        reason TEXT,
        answer_head BLOB NOT NULL,
        answer_body BLOB NOT NULL,
        is_cut INTEGER NOT NULL,
        succeeded INTEGER NOT NULL
    )
    """,
    "CREATE INDEX forwards_by_delivery ON forwards (delivery_id, target, succeeded)",
    "CREATE INDEX forwards_that_failed ON forwards (status, delivery_id, target) WHERE succeeded = 0",
    """
    CREATE TABLE tags (
        name TEXT PRIMARY KEY,
        delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
    "CREATE INDEX tags_by_delivery ON tags (delivery_id)",
    # When nothing could arrive, and why.
    """
    CREATE TABLE gaps (
        id INTEGER PRIMARY KEY,
        started_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        reason TEXT NOT NULL
    )
    """,
    "CREATE INDEX gaps_by_end ON gaps (ended_at)",
    "CREATE TABLE reconstructed (delivery_id INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE)",
    "CREATE INDEX deliveries_by_type ON deliveries (type)",
    "CREATE INDEX deliveries_by_time ON deliveries (received_at)",
    # Almost all are valid and answered 200: the rare ones are found at once, and the others cost nothing to record.
    "CREATE INDEX deliveries_not_valid ON deliveries (signature) WHERE signature <> 'valid'",
    "CREATE INDEX deliveries_not_accepted ON deliveries (answer_status) WHERE answer_status <> 200",
)

_INBOX: Final = (
    # Deliveries of a burst, many in a row, until they are moved to their own table; see `inbox`.
    """
    CREATE TABLE inbox (
        last_id INTEGER PRIMARY KEY,
        count INTEGER NOT NULL,
        format INTEGER NOT NULL,
        arrivals BLOB NOT NULL
    )
    """,
)

_DELIVERIES_OF_A_READ: Final = (
    # Whoever removes a read asks for its deliveries, and so does SQLite for the foreign key.
    "CREATE INDEX delivery_events_by_read ON delivery_events (event_read_id)",
)

_REPLAYS_AND_OWED: Final = (
    "ALTER TABLE forwards ADD COLUMN is_replay INTEGER NOT NULL DEFAULT 0",
    # Whether the run that received the delivery was to forward it to this target. A replay can go there too.
    "ALTER TABLE forwards ADD COLUMN is_intended INTEGER NOT NULL DEFAULT 1",
    # With all that a list shows: the table's own rows hold responses of many kilobytes.
    "DROP INDEX forwards_by_delivery",
    """
    CREATE INDEX forwards_by_delivery
    ON forwards (delivery_id, target, succeeded, status, failure, is_intended, is_replay)
    """,
    "DROP INDEX forwards_that_failed",
    """
    CREATE INDEX forwards_that_failed ON forwards (status, delivery_id, target, failure)
    WHERE succeeded = 0 AND is_intended = 1
    """,
    # What is still to be forwarded. No foreign key: deliveries of a burst are in `inbox` at first.
    """
    CREATE TABLE owed (
        delivery_id INTEGER NOT NULL,
        target TEXT NOT NULL,
        PRIMARY KEY (delivery_id, target)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER owed_goes_with_its_delivery AFTER DELETE ON deliveries
    BEGIN DELETE FROM owed WHERE delivery_id = OLD.id; END
    """,
)

_IMPORTED: Final = (
    # What came from a file, when, and which result of the signature check the file claimed.
    """
    CREATE TABLE imported (
        delivery_id INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
        imported_at INTEGER NOT NULL,
        claimed TEXT NOT NULL
    )
    """,
)

_MOMENTS: Final = (
    # When deliveries that were recorded together were on the disk and answered; see `moments`.
    """
    CREATE TABLE moments (
        first_id INTEGER PRIMARY KEY,
        last_id INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        answered_at INTEGER
    )
    """,
    "ALTER TABLE event_reads ADD COLUMN read_at INTEGER",
    "CREATE INDEX forwards_that_were_late ON forwards (delivery_id) WHERE duration_us > 5000000 AND is_intended = 1",
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    _FIRST,
    _FORWARDS_AND_SEARCH,
    _INBOX,
    _DELIVERIES_OF_A_READ,
    _REPLAYS_AND_OWED,
    _IMPORTED,
    _MOMENTS,
)
"""The statements that lead from one version to the next, oldest first. Released ones are never edited."""

CURRENT_VERSION: Final = len(MIGRATIONS)


def refuse_newer(version: int, path: Path) -> None:
    """Stop before touching a file that a later release has written.

    Raises:
        HistoryUnavailable: `version` is unknown to this release.
    """
    if version > CURRENT_VERSION:
        raise HistoryUnavailable(
            f"the history was written by a newer cronofy (its format is {version}, this one knows {CURRENT_VERSION})",
            hint=f"upgrade with `pip install --upgrade cronofy-cli`, or move {path} away",
        )


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the current version, in one transaction.

    Raises:
        HistoryUnavailable: a later release has written the file.
    """
    sqlite.migrate(connection, MIGRATIONS, lambda version: refuse_newer(version, path))
