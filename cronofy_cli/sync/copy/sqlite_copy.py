"""A copy in SQLite. The transaction of a run is also the lock between runs.

The journal is SQLite's usual one: at rest a copy is one file, which can be moved and sent.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.sqlite import make_private_file, transaction
from cronofy_cli.errors import NotFound
from cronofy_cli.sync.copy.interface import LOCK_WAIT_S, Copy, Tables
from cronofy_cli.sync.copy.schema import is_new, prepare, require_ours
from cronofy_cli.sync.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.sync.copy_files import Destination

_READER_WAIT_MS: Final = 30_000
"""How long the end of a run waits for programs that read the copy."""
_TABLES: Final = Tables("events", "sync_state", event_key=(), state_key=("id",), key={"id": 1})


class SqliteCopy(Copy):
    """A copy that has a file of its own. Made by `open_copy`."""

    def __init__(self, connection: sqlite3.Connection, destination: Destination) -> None:
        super().__init__(str(destination.path), _TABLES, ndjson=destination.ndjson)
        self._connection = connection
        self._path = destination.database

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Lock the file against other runs from the start."""
        with self.translated(), transaction(self._connection):
            self._connection.execute(f"PRAGMA busy_timeout = {_READER_WAIT_MS}")
            prepare(self._connection, self._path)
            yield

    def translated(self) -> AbstractContextManager[None]:
        """Turn what SQLite and the file system raise inside the block into CopyUnavailable."""
        return translated(self._path)

    def find(self, event_uids: Sequence[str]) -> dict[str, bytes]:
        """Return the JSON of those events that are in the copy, by their uids."""
        query = "SELECT json FROM events WHERE event_uid = ?"
        found = {uid: self._connection.execute(query, (uid,)).fetchone() for uid in event_uids}
        return {uid: row[0].encode() for uid, row in found.items() if row is not None}

    def _execute(self, statement: str, parameters: Mapping[str, object]) -> sqlite3.Cursor:
        return self._connection.execute(statement, dict(parameters))

    def _execute_many(self, statement: str, parameters: Sequence[Mapping[str, object]]) -> None:
        self._connection.executemany(statement, parameters)

    def _stream(self, statement: str, parameters: Mapping[str, object]) -> Iterator[Any]:
        return iter(self._execute(statement, parameters))


def open_copy(destination: Destination) -> SqliteCopy:
    """Open a copy, or make the file for a new one, which its owner alone may read.

    Raises:
        CopyUnavailable: it cannot be opened.
    """
    path = destination.database
    with translated(path):
        if destination.path not in {path, destination.ndjson}:
            destination.path.mkdir(parents=True, exist_ok=True)
        make_private_file(path)
        connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)
    return SqliteCopy(connection, destination)


def open_existing(destination: Destination) -> SqliteCopy:
    """Open a copy that is only to be looked at.

    Raises:
        NotFound: there is none.
        WrongUsage: the database is another program's.
        CopyUnavailable: it cannot be read, or a later release has written it.
    """
    path = destination.database
    missing = NotFound(
        f"there is no copy at {destination.path}", hint=f"make one: cronofy sync --out {destination.path}"
    )
    if not path.is_file():
        raise missing
    with translated(path):
        connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)
        try:
            if is_new(connection):
                raise missing
            require_ours(connection, path)
        except BaseException:
            connection.close()
            raise
    return SqliteCopy(connection, destination)
