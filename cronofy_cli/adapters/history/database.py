"""One SQLite connection with our errors: what the tables' modules read and write through."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.history.failures import translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Database:
    """A connection, used by one thread at a time."""

    __slots__ = ("connection", "path")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        """The file, for messages."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        with translated(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of a query's first row; None without a row.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        with translated(self.path):
            row = self.connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def write(self, sql: str, *rows: Iterable[object]) -> int:
        """Run a statement once for each row of parameters, in one transaction; return how many rows it changed.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        with self.transaction():
            return self.connection.executemany(sql, [tuple(row) for row in rows]).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            finally:
                # A full disk may already have ended the transaction (https://www.sqlite.org/lang_transaction.html).
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
