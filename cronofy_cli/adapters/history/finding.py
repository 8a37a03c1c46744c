"""Finding deliveries: by their numbers or by what they are like, the newest or the oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.history.database import HistoryDamaged
from cronofy_cli.adapters.history.imports import Imports
from cronofy_cli.adapters.history.query import EVERYTHING, RECEIVED, where
from cronofy_cli.adapters.history.rows import COLUMNS, from_micros, from_row, has_broken_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.query import Condition, Criteria
    from cronofy_cli.adapters.history.rows import Row
    from cronofy_cli.adapters.history.search import Search
    from cronofy_cli.adapters.history.search_blocks import Span
    from cronofy_cli.core.notifications.deliveries import Delivery

_BIGGEST_ID = 2**63 - 1


class Finder:
    """Finds deliveries. What is damaged is left out, and its numbers are remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._search: Search | None = None
        self.imports = Imports(database)
        """Which of them came from a file."""
        self.unreadable: set[int] = set()
        """The numbers of damaged rows that were met."""

    def latest(self, limit: int, criteria: Criteria = EVERYTHING) -> list[Delivery]:
        """Return the newest deliveries that fit, the newest of them last.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        rows = self._newest_rows(self._spans(criteria), criteria, _BIGGEST_ID, limit)
        return self._read(rows)[::-1]

    def last(self) -> Delivery | None:
        """Return the newest delivery that was received here, if there is any.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return next(iter(self.latest(1, RECEIVED)), None)

    def get(self, delivery_id: int) -> Delivery | None:
        """Return the delivery of that number, if there is one.

        Raises:
            HistoryUnavailable: the store, or this delivery, cannot be read.
        """
        if not 0 < delivery_id <= _BIGGEST_ID:
            return None
        found = next(iter(self._read(self._rows([("id = ?", (delivery_id,))], "", 1))), None)
        if delivery_id in self.unreadable:
            raise HistoryDamaged(1, self._database.place)
        return found

    def between(
        self, first_id: int, last_id: int = _BIGGEST_ID, *, criteria: Criteria = EVERYTHING, chunk: int = 500
    ) -> Iterator[list[Delivery]]:
        """Yield the deliveries that fit, from `first_id` to `last_id` in order, at most `chunk` at a time.

        Each chunk is a query of its own, so a slow reader does not keep the write-ahead log from being emptied.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        conditions = list(criteria.conditions(self._database.dialect))
        spans = self._spans(criteria)
        for first, last in _within(((first_id, last_id),) if spans is None else spans, first_id, last_id):
            start = first
            while found := self._rows([("id >= ?", (start,)), ("id <= ?", (last,)), *conditions], "ORDER BY id", chunk):
                yield self._read(found)
                start = found[-1][0] + 1

    def newest_first(
        self, criteria: Criteria = EVERYTHING, *, before_id: int = _BIGGEST_ID, chunk: int = 500
    ) -> Iterator[Delivery]:
        """Yield the deliveries that fit and come before a number, the newest first, read a chunk at a time.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        spans = self._spans(criteria)
        while found := self._newest_rows(spans, criteria, before_id - 1, chunk):
            yield from self._read(found)
            before_id = found[-1][0]

    def count(self, criteria: Criteria, limit: int) -> int:
        """Return how many deliveries fit, or `limit` if there are as many or more.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        clause, parameters = where(list(criteria.conditions(self._database.dialect)))
        found = 0
        for first, last in reversed(self._spans(criteria) or [(1, _BIGGEST_ID)]):
            bounds = f"{clause or 'WHERE 1 = 1'} AND id >= ? AND id <= ? LIMIT ?"
            sql = f"SELECT count(*) FROM (SELECT 1 FROM deliveries {bounds}) AS found"  # noqa: S608 - fragments from this package, values are parameters
            found += self._database.value(sql, (*parameters, first, last, limit - found))
            if found >= limit:
                break
        return found

    def times(self, criteria: Criteria, limit: int) -> list[tuple[int, datetime, bool]]:
        """Return of the newest that fit: number, moment, and whether Cronofy is known not to have signed it.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        clause, parameters = where(list(criteria.conditions(self._database.dialect)))
        found: list[tuple[int, datetime, bool]] = []
        for first, last in reversed(self._spans(criteria) or [(1, _BIGGEST_ID)]):
            bounds = f"{clause or 'WHERE 1 = 1'} AND id >= ? AND id <= ? ORDER BY id DESC LIMIT ?"
            sql = f"SELECT id, received_at, signature IN ('invalid', 'unsigned') FROM deliveries {bounds}"  # noqa: S608 - fragments from this package, values are parameters
            rows = self._database.rows(sql, (*parameters, first, last, limit - len(found)))
            found += [(number, from_micros(moment), bool(is_strange)) for number, moment, is_strange in rows]
            if len(found) >= limit:
                break
        return found

    def total(self) -> int:
        """Return how many deliveries there are.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        total: int = self._database.value("SELECT count(*) FROM deliveries")
        return total

    @property
    def search(self) -> Search:
        """What the index beside the history knows."""
        if self._search is None:
            from cronofy_cli.adapters.history.search import Search

            self._search = Search(self._database)
        return self._search

    def _spans(self, criteria: Criteria) -> Sequence[Span] | None:
        """Return where to look, in the order of numbers; None is everywhere."""
        return None if criteria.search is None else self.search.spans(criteria.search)

    def _newest_rows(self, spans: Sequence[Span] | None, criteria: Criteria, last_id: int, limit: int) -> list[Row]:
        conditions = list(criteria.conditions(self._database.dialect))
        if spans is None:
            bound: list[Condition] = [] if last_id == _BIGGEST_ID else [("id <= ?", (last_id,))]
            return self._rows([*bound, *conditions], "ORDER BY id DESC", limit)
        found: list[Row] = []
        for first, last in reversed(_within(spans, 1, last_id)):
            bounds: list[Condition] = [("id >= ?", (first,)), ("id <= ?", (last,))]
            found += self._rows([*bounds, *conditions], "ORDER BY id DESC", limit - len(found))
            if len(found) >= limit:
                break
        return found

    def _rows(self, conditions: list[Condition], order: str, limit: int) -> list[Row]:
        clause, parameters = where(conditions)
        sql = f"SELECT {COLUMNS} FROM deliveries {clause} {order} LIMIT ?"  # noqa: S608 - fragments from this package, values are parameters
        return self._database.rows(sql, [*parameters, limit])

    def _read(self, rows: Sequence[Row]) -> list[Delivery]:
        """Return what can be read of the rows, and remember what cannot."""
        is_doubtful = self._database.has_broken_text
        read = [None if is_doubtful and has_broken_text(row) else from_row(row) for row in rows]
        self.unreadable.update(row[0] for row, delivery in zip(rows, read, strict=True) if delivery is None)
        found = [delivery for delivery in read if delivery is not None]
        return self._with_imports(found) if found else []

    def _with_imports(self, found: list[Delivery]) -> list[Delivery]:
        """Say of those that came from a file that they did."""
        numbers = [delivery.id or 0 for delivery in found]
        imported = self.imports.between(min(numbers), max(numbers))
        if not imported:
            return found
        return [each._replace(imported=imported.get(each.id or 0)) for each in found]


def _within(spans: Sequence[Span], first_id: int, last_id: int) -> list[Span]:
    """Return the parts of spans that lie between two numbers."""
    cut = ((max(first, first_id), min(last, last_id)) for first, last in spans)
    return [(first, last) for first, last in cut if first <= last]
