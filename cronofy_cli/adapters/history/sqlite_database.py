"""A history's SQLite file, and what becomes of SQLite's failures."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters import sqlite
from cronofy_cli.adapters.history.database import Database
from cronofy_cli.adapters.history.dialect import SQLITE
from cronofy_cli.adapters.sqlite import Trouble
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.adapters.history.search_index import SearchIndex
    from cronofy_cli.adapters.history_place import HistoryPlace

_NEWEST = {
    "deliveries": (
        "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'), 0), "
        "coalesce((SELECT max(id) FROM deliveries), 0))"
    ),
    "event_reads": "SELECT seq FROM sqlite_sequence WHERE name = 'event_reads'",
    # The number of the newest one is given again when it was removed.
    "forwards": "SELECT max(id) FROM forwards",
}


class SqliteDatabase(Database):
    """A connection to the file."""

    __slots__ = ("connection", "path")

    dialect = SQLITE

    def __init__(self, connection: sqlite3.Connection, path: Path, place: HistoryPlace | None = None) -> None:
        """`place` is what messages name where that is not the file."""
        super().__init__(place or path)
        self.connection = connection
        self.path = path

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with translated(self.path):
            try:
                return self.connection.execute(sql, parameters).fetchall()
            except self.connection.OperationalError as error:
                if not str(error).startswith("Could not decode to UTF-8"):
                    raise
            self.has_broken_text = True
            self.connection.text_factory = _text_or_bytes
            return self.connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of a query's first row; None without a row."""
        with translated(self.path):
            row = self.connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def write(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement, in a transaction of the caller's or as one, and return how many rows it changed."""
        with translated(self.path):
            return self.connection.execute(sql, parameters).rowcount

    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of parameters, in a transaction of the caller's."""
        self.connection.executemany(sql, rows)

    def insert(self, sql: str, parameters: Sequence[object]) -> int:
        """Run a statement that adds a row with a number of its own, and return that."""
        number = self.connection.execute(sql, parameters).lastrowid
        assert number is not None
        return number

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it. One inside another is a part of that."""
        if self.connection.in_transaction:
            yield
            return
        with translated(self.path), sqlite.transaction(self.connection):
            yield

    def newest_number(self, table: str) -> int:
        """Return the highest number that a row of the table has, or had; 0 without one."""
        return self.value(_NEWEST[table]) or 0

    def change_version(self) -> int:
        """Return a number that is another one whenever another connection has written since it was last asked for."""
        version: int = self.value("PRAGMA data_version")
        return version

    def open_index(self, *, read_only: bool) -> SearchIndex:
        """Open the index beside the file.

        Raises:
            IndexUnavailable: it cannot be opened, or SQLite has no trigrams.
        """
        from cronofy_cli.adapters.history.search_index import open_index

        return open_index(self.path, read_only=read_only)

    def remove_index(self) -> None:
        """Remove the index beside the file.

        Raises:
            IndexUnavailable: it cannot be removed.
        """
        from cronofy_cli.adapters.history.search_index import remove_index

        remove_index(self.path)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def translated(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite and the file system raise inside the block into HistoryUnavailable."""
    return sqlite.translated(partial(_unavailable, path))


def _unavailable(path: Path, trouble: Trouble, words: str) -> HistoryUnavailable:
    may_use = f"check that you may read and write {path}"
    sentence, hint = {
        Trouble.FULL: ("the history cannot grow: the disk is full", f"free some space for {path}"),
        Trouble.LOCKED: ("the history is locked by another program", f"end the program that holds {path}"),
        Trouble.DAMAGED: (
            "the history is not a database, or is damaged",
            f"move {path} away; the next delivery starts a new one",
        ),
        Trouble.UNREADABLE: (
            f"the history cannot be read or written: {words}",
            f"check the free space, the quota and the disk under {path}",
        ),
        Trouble.REFUSED: (f"the history cannot be opened or written: {words}", may_use),
        Trouble.NOT_OPENED: (f"the history cannot be opened: {words}", may_use),
        Trouble.OTHER: (f"the history failed: {words}", f"check {path}"),
    }[trouble]
    return HistoryUnavailable(sentence, hint=hint)
