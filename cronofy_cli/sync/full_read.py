"""What a full read says, kept aside while a copy is compared with it: in a temporary file, for flat memory."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES = (
    "CREATE TABLE events (event_uid TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE touched (event_uid TEXT PRIMARY KEY) WITHOUT ROWID",
)


class Truth:
    """The events of a full read, and which ones changed since the copy was made. Use it as a context manager."""

    def __init__(self) -> None:
        # An empty name makes a database in a temporary file (https://www.sqlite.org/inmemorydb.html#temp_db).
        self._connection = sqlite3.connect("", isolation_level=None)
        for table in _TABLES:
            self._connection.execute(table)
        self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, event_uid: str, json: bytes) -> None:
        """Take an event of the full read."""
        self._connection.execute("INSERT OR REPLACE INTO events VALUES (?, ?)", (event_uid, json))

    def touch(self, event_uid: str) -> None:
        """Note that an event changed since."""
        self._connection.execute("INSERT OR IGNORE INTO touched VALUES (?)", (event_uid,))

    def is_touched(self, event_uid: str) -> bool:
        """Whether an event changed since."""
        query = "SELECT 1 FROM touched WHERE event_uid = ?"
        return self._connection.execute(query, (event_uid,)).fetchone() is not None

    def take(self, event_uid: str) -> bytes | None:
        """Return an event of the full read, once."""
        query = "DELETE FROM events WHERE event_uid = ? RETURNING json"
        rows = self._connection.execute(query, (event_uid,)).fetchall()
        return rows[0][0] if rows else None

    def rest(self) -> Iterator[bytes]:
        """Yield the events that were not taken."""
        for (json,) in self._connection.execute("SELECT json FROM events ORDER BY event_uid"):
            yield json
