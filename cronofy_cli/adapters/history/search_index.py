"""The search index beside a history in SQLite, in a file of its own.

The file holds nothing that the history does not, and may be removed at any time. It is written behind the answers, so
that recording never waits for it, and may lag behind: `upto` says how far it goes, and what is newer is looked through
one by one (`search`). The same happens with all of it where Python's SQLite has no FTS5 with trigrams.

The trigrams are bytes read in Latin-1.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters import sqlite
from cronofy_cli.adapters.history.search_blocks import IndexUnavailable, Mark, Stream, asked_trigrams
from cronofy_cli.adapters.sqlite import Trouble, make_private_file, transaction, use_write_ahead_log, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history.search_blocks import Span

_VERSION: Final = 1
_TABLES: Final = (
    """
    CREATE VIRTUAL TABLE grams USING fts5(
        bytes, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
    )
    """,
    # Numbers are not given twice: a block that was removed leaves its trigrams behind.
    "CREATE TABLE blocks (id INTEGER PRIMARY KEY AUTOINCREMENT, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL)",
    "CREATE TABLE streams (name TEXT PRIMARY KEY, upto INTEGER NOT NULL, stamp INTEGER) WITHOUT ROWID",
)
_WAIT_S: Final = 1.0
_FEW_BLOCKS: Final = 500


def index_file(history_file: Path) -> Path:
    """Return the place of a history's index."""
    return history_file.with_name(f"{history_file.stem}-search{history_file.suffix}")


class SearchIndex:
    """A connection to the index, used by one thread at a time. Whoever has opened it closes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it, and be the only one to write.

        Raises:
            IndexUnavailable: nothing of it was written.
        """
        with _translated(), transaction(self._connection):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have all that is read inside the block be of the same moment.

        Raises:
            IndexUnavailable: it cannot be read.
        """
        with _translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def marks(self) -> dict[Stream, Mark]:
        """Return how far each stream is indexed."""
        rows = self._connection.execute("SELECT name, upto, stamp FROM streams").fetchall()
        known = {name: Mark(upto, stamp) for name, upto, stamp in rows}
        return {stream: known.get(stream.value, Mark()) for stream in Stream}

    def set_mark(self, stream: Stream, mark: Mark) -> None:
        """Keep how far a stream is indexed."""
        row = (stream.value, mark.upto, mark.stamp)
        self._connection.execute("INSERT OR REPLACE INTO streams (name, upto, stamp) VALUES (?, ?, ?)", row)

    def add(self, span: Span, parts: Iterable[bytes]) -> None:
        """Index what belongs to the deliveries of a span."""
        text = b"\n".join(parts).decode("latin-1").replace("\0", "\n")
        number = self._connection.execute("INSERT INTO blocks (first_id, last_id) VALUES (?, ?)", span).lastrowid
        self._connection.execute("INSERT INTO grams (rowid, bytes) VALUES (?, ?)", (number, text))

    def spans(self, texts: Sequence[bytes]) -> list[Span] | None:
        """Return where one of the texts may be; None when the index cannot tell, because one is too short."""
        asked = [_all_of(text) for text in texts]
        if not all(asked):
            return None
        joined = "blocks JOIN grams ON grams.rowid = blocks.id"
        sql = f"SELECT first_id, last_id FROM {joined} WHERE grams MATCH ?"  # noqa: S608 - a constant
        return list(self._connection.execute(sql, (" OR ".join(f"({each})" for each in asked),)))

    def blocks(self) -> list[tuple[int, int, int]]:
        """Return the number, the first and the last delivery of each block."""
        return list(self._connection.execute("SELECT id, first_id, last_id FROM blocks"))

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove blocks, and start again when that leaves little or more of what was removed than of what is there."""
        if not numbers:
            return
        self._connection.executemany("DELETE FROM blocks WHERE id = ?", [(number,) for number in numbers])
        [left] = self._connection.execute("SELECT count(*) FROM blocks").fetchone()
        [made] = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'blocks'").fetchone()
        if left < max(_FEW_BLOCKS, made / 2):
            self.clear()

    def clear(self) -> None:
        """Forget everything: it is indexed again."""
        self._connection.execute("INSERT INTO grams (grams) VALUES ('delete-all')")
        self._connection.execute("DELETE FROM blocks")
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = 'blocks'")
        self._connection.execute("DELETE FROM streams")


def open_index(history_file: Path, *, read_only: bool = False) -> SearchIndex:
    """Open the index of a history, and make it unless it is only to be read. A damaged one is made again.

    Raises:
        IndexUnavailable: it cannot be opened, or SQLite has no trigrams.
    """
    path = index_file(history_file)
    if read_only:
        return SearchIndex(_opened(path, read_only=True))
    try:
        return SearchIndex(_opened(path))
    except IndexUnavailable as error:
        if error.trouble is not Trouble.DAMAGED:
            raise
    remove_index(history_file)
    return SearchIndex(_opened(path))


def remove_index(history_file: Path) -> None:
    """Remove the index's files.

    Raises:
        IndexUnavailable: they cannot be removed.
    """
    path = index_file(history_file)
    with _translated():
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)


def _opened(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    with _translated():
        if not read_only:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private_file(path)
        uri = path.absolute().as_uri() + ("?mode=ro" if read_only else "")
        connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            if not read_only:
                _prepare(connection)
            if version_of(connection) != _VERSION:
                raise IndexUnavailable(Trouble.OTHER, "another release has written it")
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection) -> None:
    use_write_ahead_log(connection, _WAIT_S)
    # What a power cut takes is indexed again.
    connection.execute("PRAGMA synchronous = NORMAL")
    if version_of(connection) == 0:
        with transaction(connection):
            if version_of(connection) == 0:
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")


def _all_of(text: bytes) -> str:
    """Return the query for all trigrams of a text; nothing for one that has none."""
    asked = (trigram.decode("latin-1") for trigram in asked_trigrams(text))
    return " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in asked)


@contextmanager
def _translated() -> Iterator[None]:
    with sqlite.translated(IndexUnavailable):
        yield
