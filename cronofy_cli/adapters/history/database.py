"""A database of the history with our errors: what the tables' modules read and write through, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.history.dialect import Dialect
    from cronofy_cli.adapters.history.search_blocks import Index
    from cronofy_cli.adapters.history_place import HistoryPlace


class HistoryDamaged(HistoryUnavailable):
    """Some deliveries cannot be read; the others can."""

    def __init__(self, count: int, place: HistoryPlace) -> None:
        self.count = count
        what = "a delivery cannot" if count == 1 else f"{count} deliveries cannot"
        super().__init__(
            f"{what} be read: the history is damaged",
            hint="all others are there; 'cronofy deliveries prune' removes what is damaged with the deliveries of its "
            f"age; if it happens again, check the disk under {place}",
        )


class HistoryAway(HistoryUnavailable):
    """The server that holds it cannot be reached now, and may be there again soon."""


class Database(ABC):
    """A connection, used by one thread at a time. Statements mark their parameters with `?`.

    All that runs statements raises HistoryUnavailable when the store cannot be read or written; then nothing of what
    was to be written together is written.
    """

    __slots__ = ("has_broken_text", "place")

    dialect: Dialect

    def __init__(self, place: HistoryPlace) -> None:
        self.has_broken_text = False
        """Whether text was met that is not UTF-8. Since then such text is returned as bytes."""
        self.place = place
        """Where it is, for messages."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds."""

    @abstractmethod
    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of a query's first row; None without a row."""

    @abstractmethod
    def write(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement, in a transaction of the caller's or as one, and return how many rows it changed."""

    @abstractmethod
    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of parameters, in a transaction of the caller's."""

    @abstractmethod
    def insert(self, sql: str, parameters: Sequence[object]) -> int:
        """Run a statement that adds a row with a number of its own, and return that."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Write everything inside the block, or nothing of it. One inside another is a part of that."""

    @abstractmethod
    def newest_number(self, table: str) -> int:
        """Return the highest number that a row of the table has; 0 without one.

        Where numbers are not given twice, those of rows that were removed count too.
        """

    @abstractmethod
    def change_version(self) -> int:
        """Return a number that is another one whenever another connection has written since it was last asked for."""

    def check_may_write(self) -> None:  # noqa: B027 - who may open a file for writing may write
        """Stop before anything is done whose result could not be written."""

    @abstractmethod
    def open_index(self, *, read_only: bool) -> Index:
        """Open the search index of this history."""

    @abstractmethod
    def remove_index(self) -> None:
        """Remove the search index, which cannot be read."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""
