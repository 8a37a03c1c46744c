"""A copy in SQLite. Everything that a run does to it is one transaction, which is also the lock between runs.

The journal is SQLite's usual one: at rest a copy is one file, which can be moved and sent.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

import msgspec

from cronofy_cli.adapters.sqlite import make_private_file, transaction
from cronofy_cli.errors import NotFound
from cronofy_cli.sync.copy.schema import is_new, prepare, require_ours
from cronofy_cli.sync.errors import CopyUnavailable, translated
from cronofy_cli.sync.state import CopyState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.sync.destination import Destination
    from cronofy_cli.sync.event_row import EventRow
    from cronofy_cli.sync.window import WindowRule

LOCK_WAIT_S: Final = 2.0
"""How long another run is waited for."""
_READER_WAIT_MS: Final = 30_000
"""How long the end of a run waits for programs that read the copy."""
_COLUMNS: Final = 16
_PUT: Final = f"INSERT OR REPLACE INTO events VALUES ({', '.join('?' * _COLUMNS)})"  # noqa: S608 - only placeholders
# Events whose times cannot be read have no `all_day`, and stay.
_OUTSIDE: Final = """
DELETE FROM events WHERE
    (all_day = 1 AND ("end" <= :first_day OR start >= :end_day))
    OR (all_day = 0 AND ("end" < :first_moment OR start >= :end_moment))
"""


class Copy:
    """An open copy. Made by `open_copy`; close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, destination: Destination) -> None:
        self._connection = connection
        self.destination = destination
        self.is_changed = False
        """Whether an event was put or removed since it was opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it. No other run gets in meanwhile; readers do.

        Raises:
            CopyBusy: another run is at work.
            CopyUnavailable: nothing was written.
            WrongUsage: the database is another program's.
        """
        with translated(self.destination.database), transaction(self._connection):
            self._connection.execute(f"PRAGMA busy_timeout = {_READER_WAIT_MS}")
            prepare(self._connection, self.destination.database)
            yield

    @property
    def state(self) -> CopyState | None:
        """What the last run left; None in a new copy.

        Raises:
            CopyUnavailable: it cannot be understood.
        """
        found = self._connection.execute("SELECT state FROM sync_state").fetchone()
        if found is None:
            return None
        try:
            return msgspec.json.decode(found[0], type=CopyState)
        except msgspec.MsgspecError as error:
            raise CopyUnavailable(
                f"{self.destination.database} has lost what it knew of the last run: {error}",
                hint="move it away: the next run starts a new copy",
            ) from error

    def save_state(self, state: CopyState) -> None:
        """Keep what the next run has to know."""
        text = msgspec.json.encode(state).decode()
        self._connection.execute("INSERT OR REPLACE INTO sync_state VALUES (1, ?)", (text,))

    def find(self, event_uid: str) -> bytes | None:
        """Return an event's JSON as the server sent it."""
        found = self._connection.execute("SELECT json FROM events WHERE event_uid = ?", (event_uid,)).fetchone()
        return None if found is None else found[0].encode()

    def put(self, row: EventRow) -> None:
        """Keep an event's newest state."""
        self.is_changed = True
        self._connection.execute(_PUT, row.columns())

    def remove(self, event_uid: str) -> None:
        """Drop an event."""
        self.is_changed = True
        self._connection.execute("DELETE FROM events WHERE event_uid = ?", (event_uid,))

    def drop_outside(self, rule: WindowRule) -> int:
        """Drop the events that a window no longer holds; return how many."""
        bounds = {name: getattr(rule, name) for name in ("first_day", "end_day", "first_moment", "end_moment")}
        dropped = self._connection.execute(_OUTSIDE, bounds).rowcount
        self.is_changed = self.is_changed or dropped > 0
        return dropped

    def begin_read(self) -> None:
        """Forget which events the read before this one has brought."""
        self._connection.execute("DELETE FROM seen")

    def note_seen(self, event_uid: str) -> bool:
        """Note that a read has brought an event; tell whether it is the first time."""
        return self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (event_uid,)).rowcount > 0

    def unseen(self) -> Iterator[tuple[str, bytes]]:
        """Yield the events that the read has not brought, with their uids. They may be removed meanwhile."""
        query = "SELECT event_uid FROM events WHERE event_uid NOT IN (SELECT event_uid FROM seen)"
        for (event_uid,) in self._connection.execute(query).fetchall():
            json = self.find(event_uid)
            if json is not None:
                yield event_uid, json

    def events(self) -> Iterator[bytes]:
        """Yield all events by start, each the JSON that the server sent."""
        for (json,) in self._connection.execute("SELECT json FROM events ORDER BY start, event_uid"):
            yield json.encode()

    def count(self) -> int:
        """Return how many events there are."""
        count: int = self._connection.execute("SELECT count(*) FROM events").fetchone()[0]
        return count

    def newest_update(self) -> str | None:
        """Return the newest `updated` of all events."""
        newest: str | None = self._connection.execute("SELECT max(updated) FROM events").fetchone()[0]
        return newest


def open_copy(destination: Destination) -> Copy:
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
    return Copy(connection, destination)


def open_existing(destination: Destination) -> Copy:
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
    return Copy(connection, destination)
