"""One SQLite connection with our errors: what the tables' modules read and write through."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters import sqlite
from cronofy_cli.adapters.sqlite import Trouble
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path


class HistoryDamaged(HistoryUnavailable):
    """Some deliveries cannot be read; the others can."""

    def __init__(self, count: int, path: Path) -> None:
        self.count = count
        what = "a delivery cannot" if count == 1 else f"{count} deliveries cannot"
        super().__init__(
            f"{what} be read: the history is damaged",
            hint="all others are there; 'cronofy deliveries prune' removes what is damaged with the deliveries of its "
            f"age; if it happens again, check the disk under {path}",
        )


class Database:
    """A connection, used by one thread at a time."""

    __slots__ = ("connection", "has_broken_text", "path")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.has_broken_text = False
        """Whether text was met that is not UTF-8. Since then such text is returned as bytes."""
        self.path = path
        """The file, for messages."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
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
        """Write everything inside the block, or nothing of it. One inside another is a part of that.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        if self.connection.in_transaction:
            yield
            return
        with translated(self.path), sqlite.transaction(self.connection):
            yield


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
