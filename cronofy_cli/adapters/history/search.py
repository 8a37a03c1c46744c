"""Searching the history for a text: where the index says that it may be, and in all that is not indexed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.query import spellings, tag_part
from cronofy_cli.adapters.history.search_blocks import IndexUnavailable, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.search_blocks import Index, Mark, Span

BIGGEST_ID: Final = 2**63 - 1
EVERYWHERE: Final[tuple[Span, ...]] = ((1, BIGGEST_ID),)
_NEAR: Final = 16
"""Deliveries between two spans that cost less to look at than a query of their own."""

_STAMPS: Final = {
    Stream.DELIVERIES: "SELECT received_at FROM deliveries WHERE id = ?",
    Stream.EVENT_READS: "SELECT length(payload) FROM event_reads WHERE id = ?",
    Stream.FORWARDS: "SELECT started_at FROM forwards WHERE id = ?",
}
_NEW_READS: Final = "SELECT delivery_id FROM delivery_events WHERE event_read_id > ? AND delivery_id <= ?"
_NEW_FORWARDS: Final = "SELECT DISTINCT delivery_id FROM forwards WHERE id > ? AND delivery_id <= ?"


class Search:
    """Says which deliveries may hold a text. It never leaves one out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index: Index | None = None

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return where to look for a text, in the order of numbers.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        try:
            index = self._open()
            with index.reading():
                marks = index.marks()
                found = index.spans(spellings(text)) if self.fit(marks) else None
        except IndexUnavailable:
            self.close()
            return EVERYWHERE
        if found is None:
            return EVERYWHERE
        tag = self._database.dialect.in_text.format(column="name")
        sql = f"SELECT delivery_id FROM tags WHERE {tag}"  # noqa: S608 - a constant
        tagged = [(number, number) for (number,) in self._database.rows(sql, (tag_part(text),))]
        return tuple(_joined([*found, *tagged, *self._new(marks)]))

    def unindexed(self) -> int:
        """Return how many deliveries are looked through one by one, because the index does not have them yet.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        try:
            index = self._open()
            with index.reading():
                marks = index.marks()
            upto = marks[Stream.DELIVERIES].upto if self.fit(marks) else 0
        except IndexUnavailable:
            self.close()
            upto = 0
        count: int = self._database.value("SELECT count(*) FROM deliveries WHERE id > ?", (upto,))
        return count

    def fit(self, marks: dict[Stream, Mark]) -> bool:
        """Whether an index is of this history, and not of one that was here before or has lost its newest rows.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        for stream, mark in marks.items():
            if mark.upto > self._database.newest_number(stream):
                return False
            stamp = self.stamp(stream, mark.upto)
            if stamp is not None and stamp != mark.stamp:
                return False
        return True

    def stamp(self, stream: Stream, number: int) -> int | None:
        """Return what tells a row of a stream from another of its number; None when it was removed."""
        stamp: int | None = self._database.value(_STAMPS[stream], (number,))
        return stamp

    def _open(self) -> Index:
        if self._index is None:
            self._index = self._database.open_index(read_only=True)
        return self._index

    def _new(self, marks: dict[Stream, Mark]) -> Iterable[Span]:
        """Yield what came after the index, and older deliveries to which something came."""
        upto = marks[Stream.DELIVERIES].upto
        yield upto + 1, BIGGEST_ID
        for stream, sql in ((Stream.EVENT_READS, _NEW_READS), (Stream.FORWARDS, _NEW_FORWARDS)):
            for (number,) in self._database.rows(sql, (marks[stream].upto, upto)):
                yield number, number


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or almost do as one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + _NEAR:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
