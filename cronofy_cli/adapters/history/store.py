"""The store of deliveries: recording them durably, and finding them again.

One `History` is one SQLite connection. It may be made in one thread and used in another, but only by one at a time:
the listener records through its own on the event loop's thread, a worker reads through another one. WAL lets them go on
side by side; two writers wait for each other, at most `BUSY_TIMEOUT_S`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history.failures import translated
from cronofy_cli.adapters.history.query import EVERYTHING, where
from cronofy_cli.adapters.history.rows import COLUMNS, INSERTED_COLUMNS, from_row, numbered, to_values
from cronofy_cli.adapters.history.schema import DELIVERY_FORMAT, migrate, refuse_newer, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history.query import Condition, Criteria
    from cronofy_cli.core.deliveries import Delivery

BUSY_TIMEOUT_S: Final = 1.0
"""How long a locked file is waited for. Cronofy gives an answer 5 seconds (docs: /developers/push-notifications/)."""

_BIGGEST_ID: Final = 2**63 - 1
_ROWS_PER_INSERT: Final = 32


@lru_cache(maxsize=_ROWS_PER_INSERT)
def _insert(row_count: int) -> str:
    """Return the statement for that many rows. `executemany` would let go of the interpreter's lock at every row.

    OR ROLLBACK, because the default, undoing a failed statement alone, makes SQLite keep a journal of the statement.
    """
    row = f"({','.join('?' * len(INSERTED_COLUMNS.split(',')))})"
    return f"INSERT OR ROLLBACK INTO deliveries ({INSERTED_COLUMNS}) VALUES {','.join([row] * row_count)}"  # noqa: S608 - constants


class History:
    """Deliveries on disk. Made by `open_history`; close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path
        """The file, for messages."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def record(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write the deliveries in one transaction and return them with their numbers. On return they are on the disk.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        if not deliveries:
            return []
        with translated(self.path), self._transaction():
            for start in range(0, len(deliveries), _ROWS_PER_INSERT):
                rows = [to_values(delivery) for delivery in deliveries[start : start + _ROWS_PER_INSERT]]
                self._connection.execute(_insert(len(rows)), list(chain.from_iterable(rows)))
            # The write lock makes the numbers of one transaction consecutive.
            (last_id,) = self._connection.execute("SELECT last_insert_rowid()").fetchone()
        return list(map(numbered, deliveries, range(last_id - len(deliveries) + 1, last_id + 1)))

    def latest(self, limit: int, criteria: Criteria = EVERYTHING) -> list[Delivery]:
        """Return the newest deliveries that fit, the newest of them last.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._select(list(criteria.conditions()), "ORDER BY id DESC", limit)[::-1]

    def last(self) -> Delivery | None:
        """Return the newest delivery, if there is any.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return next(iter(self.latest(1)), None)

    def get(self, delivery_id: int) -> Delivery | None:
        """Return the delivery of that number, if there is one.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        if not 0 < delivery_id <= _BIGGEST_ID:
            return None
        return next(iter(self._select([("id = ?", delivery_id)], "", 1)), None)

    def between(self, first_id: int, last_id: int, *, chunk: int = 500) -> Iterator[list[Delivery]]:
        """Yield the deliveries from `first_id` to `last_id` in order, at most `chunk` at a time.

        Each chunk is a query of its own, so a slow reader does not keep the write-ahead log from being emptied.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        while found := self._select([("id >= ?", first_id), ("id <= ?", last_id)], "ORDER BY id", chunk):
            yield found
            newest = found[-1].id
            assert newest is not None
            first_id = newest + 1

    def attach_events(self, delivery_ids: Sequence[int], payload: bytes) -> None:
        """Keep the events (JSON) that were read because of these deliveries; a second read takes the first one's place.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        with translated(self.path), self._transaction():
            insert = "INSERT INTO event_reads (format, payload) VALUES (?, ?)"
            read_id = self._connection.execute(insert, (DELIVERY_FORMAT, payload)).lastrowid
            self._connection.executemany(
                "INSERT OR REPLACE INTO delivery_events (delivery_id, event_read_id) VALUES (?, ?)",
                [(delivery_id, read_id) for delivery_id in delivery_ids],
            )

    def events_of(self, delivery_id: int) -> bytes | None:
        """Return the events that were read because of a delivery; None when none were.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        joined = "delivery_events JOIN event_reads ON event_reads.id = event_read_id"
        sql = f"SELECT payload FROM {joined} WHERE delivery_id = ?"  # noqa: S608 - a constant
        with translated(self.path):
            row: tuple[bytes] | None = self._connection.execute(sql, (delivery_id,)).fetchone()
        return row[0] if row else None

    def _select(self, conditions: list[Condition], order: str, limit: int) -> list[Delivery]:
        clause, parameters = where(conditions)
        sql = f"SELECT {COLUMNS} FROM deliveries {clause} {order} LIMIT ?"  # noqa: S608 - fragments from this package, values are parameters
        with translated(self.path):
            rows = self._connection.execute(sql, [*parameters, limit]).fetchall()
        return [from_row(row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            # A full disk may already have ended the transaction (https://www.sqlite.org/lang_transaction.html).
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def open_history(path: Path, *, read_only: bool = False) -> History:
    """Open the history, and make or upgrade it unless it is only to be read. One that is not there yet reads as empty.

    Raises:
        HistoryUnavailable: it cannot be opened, is not a history, or a later release has written it.
    """
    with translated(path):
        if not read_only:
            return _opened(_create(path), path)
        if not path.exists():
            return _empty(path)
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro")
        return _checked(connection, path)


def _create(path: Path) -> str:
    """Make the file, for its owner only, and return how SQLite names it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return path.absolute().as_uri()


def _connect(uri: str) -> sqlite3.Connection:
    # check_same_thread: the listener opens it where errors can be shown, and uses it on the event loop's thread.
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _opened(uri: str, path: Path) -> History:
    connection = _connect(uri)
    try:
        # Before the first table: a delivery is a good kilobyte, and bigger pages make commits of many cheaper.
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: a delivery that was answered also survives a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        refuse_newer(version_of(connection), path)
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return History(connection, path)


def _checked(connection: sqlite3.Connection, path: Path) -> History:
    try:
        version = version_of(connection)
        refuse_newer(version, path)
    except BaseException:
        connection.close()
        raise
    if version == 0:
        # Another process has made the file and not its tables yet.
        connection.close()
        return _empty(path)
    return History(connection, path)


def _empty(path: Path) -> History:
    connection = _connect(":memory:")
    migrate(connection, path)
    return History(connection, path)
