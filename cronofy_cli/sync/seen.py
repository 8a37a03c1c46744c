"""Which events a read has brought, kept aside in a temporary file, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Seen:
    """The uids of one read after the other. Use it as a context manager."""

    def __init__(self) -> None:
        # An empty name makes a database in a temporary file (https://www.sqlite.org/inmemorydb.html#temp_db).
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("CREATE TABLE seen (event_uid TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID")
        self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def begin_read(self) -> None:
        """Forget which events the read before this one has brought."""
        self._connection.execute("DELETE FROM seen")

    def note(self, event_uid: str) -> bool:
        """Note that a read has brought an event; tell whether it is the first time."""
        return self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (event_uid,)).rowcount > 0

    def missing(self, event_uids: Iterable[str]) -> Iterator[str]:
        """Yield those uids that the read has not brought."""
        query = "SELECT 1 FROM seen WHERE event_uid = ?"
        return (uid for uid in event_uids if self._connection.execute(query, (uid,)).fetchone() is None)
