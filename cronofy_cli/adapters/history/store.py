"""The store of deliveries: recording them durably, and finding them again.

One `History` is one SQLite connection. It may be made in one thread and used in another, but only by one at a time:
the listener records through its own on the event loop's thread, a worker reads through another one. WAL lets them go on
side by side; two writers wait for each other, for a limited time. Opening the file is `connection`'s job, finding
deliveries `finding`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history import pruning
from cronofy_cli.adapters.history.burst_buffer import Inbox, Recorded
from cronofy_cli.adapters.history.database import Database, HistoryDamaged
from cronofy_cli.adapters.history.finding import Finder
from cronofy_cli.adapters.history.forwards import Forwards
from cronofy_cli.adapters.history.gaps import Gaps
from cronofy_cli.adapters.history.moments import DeliveryTimes, MomentsTable
from cronofy_cli.adapters.history.rows import COLUMNS, NO_ANSWER, from_micros, to_micros, to_row
from cronofy_cli.adapters.history.schema import DELIVERY_FORMAT
from cronofy_cli.adapters.history.tags import Tags

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.adapters.history.gaps import Gap
    from cronofy_cli.adapters.history.indexing import Indexer
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery

TargetsOf = Callable[["Delivery"], Iterable[str]]
"""Says where a delivery is to be forwarded to."""

_BIGGEST_ID: Final = 2**63 - 1
_ROWS_PER_INSERT: Final = 32
_BURST: Final = 8
"""As many arrivals at once are not worth a row each while their senders wait."""
_MOVED_AT_ONCE: Final = 256
"""A transaction keeps a listener from recording, so each is short."""


@lru_cache(maxsize=_ROWS_PER_INSERT)
def _insert(row_count: int) -> str:
    """Return the statement for that many rows. `executemany` would let go of the interpreter's lock at every row.

    OR ROLLBACK, because the default, undoing a failed statement alone, makes SQLite keep a journal of the statement.
    """
    row = f"({','.join('?' * len(COLUMNS.split(',')))})"
    return f"INSERT OR ROLLBACK INTO deliveries ({COLUMNS}) VALUES {','.join([row] * row_count)}"  # noqa: S608 - constants


class History(Finder):
    """Deliveries on disk. Made by `open_history`; close it, or use it as a context manager.

    What was damaged on the disk is left out of every answer; `damage` says how much that is.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, missing: int = 0, is_stored: bool = True) -> None:
        """`missing` deliveries are known to be damaged and will not be met."""
        super().__init__(Database(connection, path))
        self._connection = connection
        self._inbox = Inbox(self._database)
        self._gaps = Gaps(self._database)
        self._missing = missing
        self.path = path
        """The file, for messages."""
        self.forwards = Forwards(self._database)
        """What became of forwarding the deliveries."""
        self.moments = MomentsTable(self._database)
        """When they were on the disk and answered."""
        self.tags = Tags(self._database)
        """The user's names for deliveries."""
        self.is_stored = is_stored
        """Whether a file holds it. One that is not there yet reads as empty, and goes on doing so."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._search is not None:
            self._search.close()
        self._connection.close()

    def record(
        self,
        deliveries: Sequence[Delivery],
        *,
        are_reconstructed: bool = False,
        targets_of: TargetsOf | None = None,
    ) -> list[Delivery]:
        """Write the deliveries in one transaction and return them with their numbers. On return they are on the disk.

        `targets_of` says where a delivery is to be forwarded to, which is kept too. Reconstructed ones were not
        received but made up from what is known of a gap.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        if not deliveries:
            return []
        with self._database.transaction():
            self._move(_BIGGEST_ID, _BIGGEST_ID)
            first_id = self._inbox.next_id()
            recorded = [replace(delivery, id=number) for number, delivery in enumerate(deliveries, first_id)]
            self._insert(recorded)
            if are_reconstructed:
                insert = "INSERT INTO reconstructed (delivery_id) VALUES (?)"
                self._connection.executemany(insert, [(delivery.id,) for delivery in recorded])
            if targets_of is not None:
                self._owe(recorded, targets_of)
        return recorded

    def add_imported(self, deliveries: Sequence[Delivery]) -> list[tuple[int, bool]]:
        """Write deliveries that are from a file in one transaction, but for those that are in the history already.

        Returns the number of each, and whether it is new.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        with self._database.transaction():
            self._move(_BIGGEST_ID, _BIGGEST_ID)
            number = self._inbox.next_id()
            added: list[tuple[int, bool]] = []
            for delivery in deliveries:
                there = self.imports.find(delivery)
                if there is None:
                    recorded = replace(delivery, id=number)
                    self._insert([recorded])
                    self.imports.mark([recorded])
                added.append((number, True) if there is None else (there, False))
                number += there is None
        return added

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """Have everything that is written inside the block written together, or nothing of it.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        return self._database.transaction()

    def receive(self, arrivals: Sequence[Arrival], targets_of: TargetsOf | None = None) -> Sequence[Delivery]:
        """Write what is about to be answered, in one transaction. On return it is on the disk.

        `targets_of` says where a delivery is to be forwarded to, which is kept too. A burst can be found in the history
        once `settle` was called, or the history was opened again.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        with self._database.transaction():
            if len(arrivals) >= _BURST or self._inbox.oldest_id() is not None:
                recorded: Sequence[Delivery] = Recorded(arrivals, self._inbox.put(arrivals))
            else:
                first_id = self._inbox.next_id()
                recorded = [arrival.read(number) for number, arrival in enumerate(arrivals, first_id)]
                self._insert(recorded)
            if targets_of is not None:
                recorded = list(recorded)
                self._owe(recorded, targets_of)
        return recorded

    def settle(self, last_id: int = _BIGGEST_ID) -> None:
        """Have the deliveries up to `last_id` that were recorded in bursts where they can be found.

        Raises:
            HistoryUnavailable: not all could be moved. They are not lost, and are moved at the next try.
        """
        while not self.is_settled(last_id):
            with self._database.transaction():
                self._move(last_id, _MOVED_AT_ONCE)

    def is_settled(self, last_id: int = _BIGGEST_ID) -> bool:
        """Whether the deliveries up to `last_id` can be found.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        oldest = self._inbox.oldest_id()
        return oldest is None or oldest > last_id

    def damage(self) -> HistoryDamaged | None:
        """Return how many deliveries cannot be read, as far as this connection has seen; None if there are none.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        count = self._missing + self._inbox.damaged() + len(self.unreadable)
        return HistoryDamaged(count, self.path) if count else None

    def newest_id(self) -> int:
        """Return the highest number that was ever given; 0 when none was.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        given = "SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'"
        there = "SELECT max(id) FROM deliveries"
        newest: int = self._database.value(f"SELECT max(coalesce(({given}), 0), coalesce(({there}), 0))")
        return newest

    def set_answer(self, delivery_id: int, status: int | None) -> None:
        """Keep the status that a delivery was answered with, where that was decided after recording it.

        None is no answer in time.

        Raises:
            HistoryUnavailable: it was not written.
        """
        self._database.write("UPDATE deliveries SET answer_status = ? WHERE id = ?", (status or NO_ANSWER, delivery_id))

    def is_reconstructed(self, delivery_id: int) -> bool:
        """Whether a delivery was made up instead of received.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._database.value("SELECT 1 FROM reconstructed WHERE delivery_id = ?", (delivery_id,)) is not None

    def mark_gap(self, gap: Gap) -> None:
        """Keep that nothing may have arrived from one moment to another.

        Raises:
            HistoryUnavailable: it was not written.
        """
        self._gaps.mark(gap)

    def gaps(self, since: datetime) -> list[Gap]:
        """Return the gaps that had not ended before a moment, in the order of their ends.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._gaps.since(since)

    def prune_older(self, moment: datetime) -> int:
        """Remove the untagged deliveries received before a moment, and return how many there were.

        Raises:
            HistoryUnavailable: not all could be removed.
        """
        removed = pruning.prune_older(self._database, moment)
        self._forget_removed()
        return removed

    def prune_all_but(self, kept: int) -> int:
        """Remove all but the newest deliveries and the tagged ones, and return how many were removed.

        Raises:
            HistoryUnavailable: not all could be removed.
        """
        removed = pruning.prune_all_but(self._database, kept)
        self._forget_removed()
        return removed

    def data_version(self) -> int:
        """Return a number that is another one whenever another connection has written since it was last asked for.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        version: int = self._database.value("PRAGMA data_version")
        return version

    def attach_events(self, delivery_ids: Sequence[int], payload: bytes, *, read_at: datetime | None = None) -> None:
        """Keep the events (JSON) that were read because of these deliveries; a second read takes the first one's place.

        `read_at` is when they were there; None when that is not known.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        with self._database.transaction():
            insert = "INSERT INTO event_reads (format, payload, read_at) VALUES (?, ?, ?)"
            values = (DELIVERY_FORMAT, payload, None if read_at is None else to_micros(read_at))
            read_id = self._connection.execute(insert, values).lastrowid
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
        events: bytes | None = self._database.value(sql, (delivery_id,))
        return events

    def events_of_many(self, delivery_ids: Sequence[int]) -> dict[int, bytes]:
        """Return the events that were read because of deliveries, by their numbers.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        joined = "delivery_events JOIN event_reads ON event_reads.id = event_read_id"
        sql = f"SELECT delivery_id, payload FROM {joined} WHERE delivery_id IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant
        return dict(self._database.rows(sql, (f"[{','.join(map(str, delivery_ids))}]",)))

    def reconstructed_among(self, delivery_ids: Sequence[int]) -> set[int]:
        """Return which of these deliveries were made up instead of received.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT delivery_id FROM reconstructed WHERE delivery_id IN (SELECT value FROM json_each(?))"
        return {number for (number,) in self._database.rows(sql, (f"[{','.join(map(str, delivery_ids))}]",))}

    def times_of(self, delivery_id: int) -> DeliveryTimes:
        """Return when a delivery was on the disk, answered, and its events read, as far as that is known.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        moments = self.moments.of(delivery_id)
        joined = "delivery_events JOIN event_reads ON event_reads.id = event_read_id"
        sql = f"SELECT read_at FROM {joined} WHERE delivery_id = ?"  # noqa: S608 - a constant
        read_at: int | None = self._database.value(sql, (delivery_id,))
        return DeliveryTimes(
            None if moments is None else moments.recorded_at,
            None if moments is None else moments.answered_at,
            None if read_at is None else from_micros(read_at),
        )

    def indexer(self) -> Indexer:
        """Return what fills the search index; whoever uses it closes it."""
        from cronofy_cli.adapters.history.indexing import Indexer

        return Indexer(self._database, self.search)

    def _forget_removed(self) -> None:
        """Remove what was set aside and is older than everything that is left, and what the index has of the rest."""
        oldest = self._database.value("SELECT min(id) FROM deliveries")
        self._inbox.forget_damaged(_BIGGEST_ID if oldest is None else oldest - 1)
        from cronofy_cli.adapters.history.search_index import IndexUnavailable

        # Without it the index claims too much at worst, which is looked up in the history.
        with suppress(IndexUnavailable), closing(self.indexer()) as indexer:
            indexer.forget_removed()

    def _move(self, last_id: int, at_least: int) -> None:
        """Move deliveries up to `last_id` out of the inbox, until there are enough or no more."""
        moved = 0
        while moved < at_least and not self.is_settled(last_id):
            taken = self._inbox.take()
            self._insert(taken)
            moved += len(taken)

    def _insert(self, deliveries: Sequence[Delivery]) -> None:
        for start in range(0, len(deliveries), _ROWS_PER_INSERT):
            rows = [to_row(delivery) for delivery in deliveries[start : start + _ROWS_PER_INSERT]]
            self._connection.execute(_insert(len(rows)), list(chain.from_iterable(rows)))

    def _owe(self, recorded: Sequence[Delivery], targets_of: TargetsOf) -> None:
        owed = [(delivery.id, target) for delivery in recorded for target in targets_of(delivery)]
        for start in range(0, len(owed), _ROWS_PER_INSERT):
            rows = owed[start : start + _ROWS_PER_INSERT]
            places = ",".join(["(?,?)"] * len(rows))
            # A target that is named twice, for different types, is one.
            insert = f"INSERT OR IGNORE INTO owed (delivery_id, target) VALUES {places}"  # noqa: S608 - question marks
            self._connection.execute(insert, list(chain.from_iterable(rows)))
