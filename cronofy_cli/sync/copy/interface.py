"""A copy of one account's calendars in a database: what a run asks of it, and the statements that all databases share.

Everything that a run does to a copy is one transaction, which no other run gets into.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import msgspec

from cronofy_cli.sync.errors import CopyUnavailable
from cronofy_cli.sync.event_row import COLUMNS
from cronofy_cli.sync.state import CopyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.sync.event_row import EventRow
    from cronofy_cli.sync.window import WindowRule

LOCK_WAIT_S: Final = 2.0
"""How long another run is waited for."""

_STATE: Final = "SELECT state FROM {sync_state} WHERE {own_state}"
_SAVE_STATE: Final = """
INSERT INTO {sync_state} ({state_columns}) VALUES ({state_values})
ON CONFLICT ({state_key}) DO UPDATE SET state = excluded.state
"""
_PUT: Final = """
INSERT INTO {events} ({event_columns}) VALUES ({event_values})
ON CONFLICT ({event_key}) DO UPDATE SET {event_changes}
"""
_REMOVE: Final = "DELETE FROM {events} WHERE {own} AND event_uid = :event_uid"
# Events whose times cannot be read have no `all_day`, and stay.
_DROP_OUTSIDE: Final = """
DELETE FROM {events} WHERE {own} AND (
    (all_day AND ("end" <= :first_day OR start >= :end_day))
    OR (NOT all_day AND ("end" < :first_moment OR start >= :end_moment)))
"""
_UIDS: Final = "SELECT event_uid FROM {events} WHERE {own}"
_EVENTS: Final = "SELECT json FROM {events} WHERE {own} ORDER BY start, event_uid"
_COUNT: Final = "SELECT count(*) FROM {events} WHERE {own}"
_NEWEST: Final = "SELECT max(updated) FROM {events} WHERE {own}"


class Rows(Protocol):
    """What a statement has found or done."""

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""

    def __iter__(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a copy. Where several copies are in one table, the key is part of each row."""

    events: str
    sync_state: str
    event_key: tuple[str, ...]
    state_key: tuple[str, ...]
    key: dict[str, object]
    """The values of these columns that are this copy's."""

    def names(self) -> dict[str, str]:
        """Return what the statements name."""
        events = (*self.event_key, *COLUMNS)
        state = (*self.state_key, "state")
        return {
            "events": self.events,
            "sync_state": self.sync_state,
            "own": _equal(self.event_key),
            "own_state": _equal(self.state_key),
            "event_key": ", ".join((*self.event_key, COLUMNS[0])),
            "event_columns": ", ".join(f'"{name}"' for name in events),
            "event_values": ", ".join(f":{name}" for name in events),
            "event_changes": ", ".join(f'"{name}" = excluded."{name}"' for name in COLUMNS[1:]),
            "state_key": ", ".join(self.state_key),
            "state_columns": ", ".join(state),
            "state_values": ", ".join(f":{name}" for name in state),
        }


class Copy(ABC):
    """An open copy. Close it, or use it as a context manager.

    A subclass brings the connection. Statements have parameters such as `:event_uid`; the key is bound to each.
    """

    def __init__(self, name: str, tables: Tables, *, ndjson: Path | None = None) -> None:
        self.name = name
        """What messages and documents call it; no password is in it."""
        self.ndjson = ndjson
        """The file of lines that is written from it, if there is to be one."""
        self.is_changed = False
        """Whether an event was put or removed since it was opened."""
        self.start_over_hint = "move it away: the next run starts a new copy"
        self._tables = tables
        self._names = tables.names()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let the database go."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Write everything inside the block, or nothing of it. No other run gets in meanwhile; readers do.

        Raises:
            CopyBusy: another run is at work.
            CopyUnavailable: nothing was written.
            WrongUsage: the database is another program's.
        """

    @abstractmethod
    def translated(self) -> AbstractContextManager[None]:
        """Turn what the database raises inside the block into CopyUnavailable."""

    @abstractmethod
    def _execute(self, statement: str, parameters: Mapping[str, object]) -> Rows:
        """Run a statement."""

    @abstractmethod
    def _execute_many(self, statement: str, parameters: Sequence[Mapping[str, object]]) -> None:
        """Run a statement with each of several sets of parameters."""

    @abstractmethod
    def _stream(self, statement: str, parameters: Mapping[str, object]) -> Iterator[Any]:
        """Run a statement, and yield its rows without holding them all."""

    @abstractmethod
    def find(self, event_uids: Sequence[str]) -> dict[str, bytes]:
        """Return the JSON of those events that are in the copy, as the server sent it, by their uids."""

    @property
    def state(self) -> CopyState | None:
        """What the last run left; None in a new copy.

        Raises:
            CopyUnavailable: it cannot be understood.
        """
        rows = self._run(_STATE).fetchall()
        if not rows:
            return None
        try:
            return msgspec.json.decode(rows[0][0], type=CopyState)
        except msgspec.MsgspecError as error:
            raise CopyUnavailable(
                f"{self.name} has lost what it knew of the last run: {error}",
                hint=self.start_over_hint,
            ) from error

    def save_state(self, state: CopyState) -> None:
        """Keep what the next run has to know."""
        text = msgspec.json.encode(state).decode()
        self._run(_SAVE_STATE, {"state": text})

    def write(self, rows: Iterable[EventRow], removed: Iterable[str]) -> None:
        """Keep the newest states of events, and drop others."""
        puts = [self._tables.key | dict(zip(COLUMNS, row.columns(), strict=True)) for row in rows]
        drops = [self._tables.key | {"event_uid": event_uid} for event_uid in removed]
        self.is_changed = self.is_changed or bool(puts or drops)
        for statement, parameters in ((_PUT, puts), (_REMOVE, drops)):
            if parameters:
                self._execute_many(statement.format_map(self._names), parameters)

    def drop_outside(self, rule: WindowRule) -> int:
        """Drop the events that a window no longer holds; return how many."""
        bounds = {name: getattr(rule, name) for name in ("first_day", "end_day", "first_moment", "end_moment")}
        dropped = self._run(_DROP_OUTSIDE, bounds).rowcount
        self.is_changed = self.is_changed or dropped > 0
        return dropped

    def event_uids(self) -> Iterator[str]:
        """Yield the uids of all events. Nothing may be written meanwhile."""
        for (event_uid,) in self._stream(_UIDS.format_map(self._names), self._tables.key):
            yield event_uid

    def events(self) -> Iterator[bytes]:
        """Yield all events by start, each the JSON that the server sent. Nothing may be written meanwhile."""
        for (json,) in self._stream(_EVENTS.format_map(self._names), self._tables.key):
            yield json.encode()

    def count(self) -> int:
        """Return how many events there are."""
        ((count,),) = self._run(_COUNT).fetchall()
        return int(count)

    def newest_update(self) -> str | None:
        """Return the newest `updated` of all events."""
        ((newest,),) = self._run(_NEWEST).fetchall()
        return None if newest is None else str(newest)

    def _run(self, statement: str, parameters: Mapping[str, object] | None = None) -> Rows:
        return self._execute(statement.format_map(self._names), self._tables.key | dict(parameters or {}))


def _equal(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{column} = :{column}" for column in columns) or "TRUE"
