"""The store of deliveries: recording them durably, and finding them again.

One `History` is one connection. It may be made in one thread and used in another, but only by one at a time: the
listener records through its own on the event loop's thread, a worker reads through another one. They go on side by
side; two writers wait for each other, for a limited time. Opening is `connection`'s job, finding `finding`'s.
"""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.history.database import HistoryDamaged
from cronofy_cli.adapters.history.finding import Finder
from cronofy_cli.adapters.history.forwards import Forwards
from cronofy_cli.adapters.history.gaps import Gaps
from cronofy_cli.adapters.history.intake import BIGGEST_ID
from cronofy_cli.adapters.history.moments import DeliveryTimes, MomentsTable
from cronofy_cli.adapters.history.rows import DELIVERY_FORMAT, NO_ANSWER, from_micros, to_micros
from cronofy_cli.adapters.history.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.gaps import Gap
    from cronofy_cli.adapters.history.indexing import Indexer
    from cronofy_cli.adapters.history.intake import Intake, TargetsOf
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery


class History(Finder):
    """Deliveries on disk. Made by `open_history`; close it, or use it as a context manager.

    What was damaged on the disk is left out of every answer; `damage` says how much that is.
    """

    def __init__(
        self,
        database: Database,
        make_intake: Callable[[Forwards], Intake],
        *,
        missing: int = 0,
        is_stored: bool = True,
    ) -> None:
        """`missing` deliveries are known to be damaged and will not be met."""
        super().__init__(database)
        self._gaps = Gaps(self._database)
        self._missing = missing
        self.place = database.place
        """Where it is, for messages."""
        self.forwards = Forwards(self._database)
        """What became of forwarding the deliveries."""
        self.moments = MomentsTable(self._database)
        """When they were on the disk and answered."""
        self.tags = Tags(self._database)
        """The user's names for deliveries."""
        self.is_stored = is_stored
        """Whether it is there. One that is not there yet reads as empty, and goes on doing so."""
        self._intake = make_intake(self.forwards)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._search is not None:
            self._search.close()
        self._database.close()

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
            recorded = self._intake.insert(deliveries)
            if are_reconstructed:
                insert = "INSERT INTO reconstructed (delivery_id) VALUES (?)"
                self._database.run(insert, [(delivery.id,) for delivery in recorded])
            if targets_of is not None:
                self.forwards.owe(recorded, targets_of)
        return recorded

    def add_imported(self, deliveries: Sequence[Delivery]) -> list[tuple[int, bool]]:
        """Write deliveries that are from a file in one transaction, but for those that are in the history already.

        Returns the number of each, and whether it is new.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        with self._database.transaction():
            self.settle()
            return [self._add_imported(delivery) for delivery in deliveries]

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """Have everything that is written inside the block written together, or nothing of it.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        return self._database.transaction()

    def receive(
        self, arrivals: Sequence[Arrival], targets_of: TargetsOf | None = None, *, is_final: bool = False
    ) -> Sequence[Delivery]:
        """Write what is about to be answered, in one transaction. On return it is on the disk.

        `targets_of` says where a delivery is to be forwarded to, which is kept too. A burst can be found in the history
        once `settle` was called, or the history was opened again; with `is_final` at once.

        Raises:
            HistoryUnavailable: nothing of it was recorded: the disk is full, or the file locked or damaged.
        """
        return self._intake.receive(arrivals, targets_of, is_final=is_final)

    def check_may_write(self) -> None:
        """Stop before anything is done whose result could not be written.

        Raises:
            HistoryUnavailable: who opened it may only read.
        """
        self._database.check_may_write()

    def settle(self, last_id: int = BIGGEST_ID) -> None:
        """Have the deliveries up to `last_id` that were recorded in bursts where they can be found.

        Raises:
            HistoryUnavailable: not all could be moved. They are not lost, and are moved at the next try.
        """
        self._intake.settle(last_id)

    def is_settled(self, last_id: int = BIGGEST_ID) -> bool:
        """Whether the deliveries up to `last_id` can be found.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._intake.is_settled(last_id)

    def damage(self) -> HistoryDamaged | None:
        """Return how many deliveries cannot be read, as far as this connection has seen; None if there are none.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        count = self._missing + self._intake.damaged() + len(self.unreadable)
        return HistoryDamaged(count, self.place) if count else None

    def newest_id(self) -> int:
        """Return the highest number that was ever given; 0 when none was.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._database.newest_number("deliveries")

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
        from cronofy_cli.adapters.history import pruning

        removed = pruning.prune_older(self._database, moment)
        self._forget_removed()
        return removed

    def prune_all_but(self, kept: int) -> int:
        """Remove all but the newest deliveries and the tagged ones, and return how many were removed.

        Raises:
            HistoryUnavailable: not all could be removed.
        """
        from cronofy_cli.adapters.history import pruning

        removed = pruning.prune_all_but(self._database, kept)
        self._forget_removed()
        return removed

    def data_version(self) -> int:
        """Return a number that is another one whenever another connection has written since it was last asked for.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return self._database.change_version()

    def attach_events(self, delivery_ids: Sequence[int], payload: bytes, *, read_at: datetime | None = None) -> None:
        """Keep the events (JSON) that were read because of these deliveries; a second read takes the first one's place.

        `read_at` is when they were there; None when that is not known.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        with self._database.transaction():
            insert = "INSERT INTO event_reads (format, payload, read_at) VALUES (?, ?, ?)"
            values = (DELIVERY_FORMAT, payload, None if read_at is None else to_micros(read_at))
            read_id = self._database.insert(insert, values)
            self._database.run(
                "INSERT INTO delivery_events (delivery_id, event_read_id) VALUES (?, ?) "
                "ON CONFLICT (delivery_id) DO UPDATE SET event_read_id = excluded.event_read_id",
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
        chosen = self._database.dialect.chosen_numbers
        sql = f"SELECT delivery_id, payload FROM {joined} WHERE delivery_id IN {chosen}"  # noqa: S608 - constants
        return dict(self._database.rows(sql, (f"[{','.join(map(str, delivery_ids))}]",)))

    def reconstructed_among(self, delivery_ids: Sequence[int]) -> set[int]:
        """Return which of these deliveries were made up instead of received.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        chosen = self._database.dialect.chosen_numbers
        sql = f"SELECT delivery_id FROM reconstructed WHERE delivery_id IN {chosen}"  # noqa: S608 - a constant
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
        self._intake.forget_damaged(BIGGEST_ID if oldest is None else oldest - 1)
        from cronofy_cli.adapters.history.search_blocks import IndexUnavailable

        # Without it the index claims too much at worst, which is looked up in the history.
        with suppress(IndexUnavailable), closing(self.indexer()) as indexer:
            indexer.forget_removed()

    def _add_imported(self, delivery: Delivery) -> tuple[int, bool]:
        there = self.imports.find(delivery)
        if there is not None:
            return there, False
        [recorded] = self._intake.insert([delivery])
        self.imports.mark([recorded])
        assert recorded.id is not None
        return recorded.id, True
