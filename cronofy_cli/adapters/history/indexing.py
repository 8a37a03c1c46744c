"""Filling the search index from the history, in slices, oldest first."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.history.search_blocks import IndexUnavailable, Mark, Stream
from cronofy_cli.adapters.sqlite import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.search import Search
    from cronofy_cli.adapters.history.search_blocks import Index, Span

BLOCK: Final = 64
"""As many rows make a block. The newest that are fewer wait for more, and are looked through meanwhile."""
_WIDEST: Final = 4 * BLOCK
"""Over how many deliveries a block of what came to them later may reach."""
_MOST_BYTES: Final = 1 << 20

_ROWS: Final = {
    Stream.DELIVERIES: (
        "SELECT id, id, id, CAST(headers AS {bytes}), CAST(body AS {bytes}) FROM deliveries "
        "WHERE id > ? ORDER BY id LIMIT ?"
    ),
    Stream.EVENT_READS: (
        "SELECT id, (SELECT min(delivery_id) FROM delivery_events WHERE event_read_id = event_reads.id), "
        "(SELECT max(delivery_id) FROM delivery_events WHERE event_read_id = event_reads.id), "
        "CAST(payload AS {bytes}) FROM event_reads WHERE id > ? ORDER BY id LIMIT ?"
    ),
    Stream.FORWARDS: (
        "SELECT id, delivery_id, delivery_id, CAST(answer_body AS {bytes}) FROM forwards "
        "WHERE id > ? ORDER BY id LIMIT ?"
    ),
}
"""The number of a row, the first and the last delivery that it belongs to, and its texts."""

_Row = tuple[Any, ...]


class Indexer:
    """Indexes a history's deliveries and what belongs to them. Used by one thread."""

    def __init__(self, database: Database, search: Search) -> None:
        self._database = database
        self._search = search
        self._index: Index | None = None

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def fill(self, blocks: int = 1) -> int:
        """Index at most this many blocks of each stream, and return how many rows these are.

        Raises:
            IndexUnavailable: the index cannot be written.
            HistoryUnavailable: the store cannot be read.
        """
        return self._with_index(lambda index: self._fill(index, blocks))

    def forget_removed(self) -> None:
        """Take out of the index what is in the history no more, if there is an index.

        Raises:
            IndexUnavailable: it could not be done.
            HistoryUnavailable: the store cannot be read.
        """
        self._with_index(self._forget_removed)

    def _with_index(self, do: Callable[[Index], int]) -> int:
        try:
            self._index = self._index or self._database.open_index(read_only=False)
            return do(self._index)
        except IndexUnavailable as error:
            self.close()
            if error.trouble is not Trouble.DAMAGED:
                raise
            self._database.remove_index()
            return 0

    def _fill(self, index: Index, blocks: int) -> int:
        with index.writing():
            if not self._search.fit(index.marks()):
                index.clear()
            return sum(self._fill_from(index, stream) for _ in range(blocks) for stream in Stream)

    def _fill_from(self, index: Index, stream: Stream) -> int:
        upto = index.marks()[stream].upto
        sql = _ROWS[stream].format(bytes=self._database.dialect.bytes_type)
        rows = self._database.rows(sql, (upto, BLOCK))
        if len(rows) < BLOCK:
            return 0
        bounded = _bounded(rows)
        for span, group in _blocks(bounded):
            index.add(span, _texts(stream, group))
        newest = bounded[-1][0]
        index.set_mark(stream, Mark(newest, self._search.stamp(stream, newest)))
        return len(bounded)

    def _forget_removed(self, index: Index) -> int:
        with index.writing():
            if not self._search.fit(index.marks()):
                index.clear()
                return 0
            gone = [number for number, first, last in index.blocks() if not self._has_any(first, last)]
            index.remove(gone)
            return len(gone)

    def _has_any(self, first_id: int, last_id: int) -> bool:
        sql = "SELECT 1 FROM deliveries WHERE id BETWEEN ? AND ? LIMIT 1"
        return self._database.value(sql, (first_id, last_id)) is not None


def _bounded(rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return rows from the first on that are not too big together."""
    size = 0
    for count, row in enumerate(rows, 1):
        size += sum(map(len, row[3:]))
        if size > _MOST_BYTES:
            return rows[:count]
    return rows


def _blocks(rows: Iterable[_Row]) -> Iterator[tuple[Span, list[_Row]]]:
    """Yield rows in groups that belong to deliveries near each other, with the span of these."""
    group: list[_Row] = []
    span = (0, 0)
    for row in rows:
        _, first, last, *_ = row
        if first is None:
            # A read whose deliveries have all been read for again, or removed.
            continue
        wider = (min(span[0], first), max(span[1], last)) if group else (first, last)
        if group and wider[1] - wider[0] >= _WIDEST:
            yield span, group
            group, wider = [], (first, last)
        group.append(row)
        span = wider
    if group:
        yield span, group


def _texts(stream: Stream, rows: Iterable[_Row]) -> Iterable[bytes]:
    """Return what the rows hold, each text once."""
    if stream is not Stream.DELIVERIES:
        return dict.fromkeys(row[3] for row in rows)
    # Names and values of headers stand on lines of their own, and most are those of other deliveries too.
    return dict.fromkeys(chain.from_iterable((*headers.split(b"\n"), body) for *_, headers, body in rows))
