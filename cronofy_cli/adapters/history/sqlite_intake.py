"""Deliveries on their way into the file: a few at once get a row each, those of a burst are moved there later."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.burst_buffer import Inbox, Recorded
from cronofy_cli.adapters.history.rows import COLUMNS, to_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.history.forwards import Forwards
    from cronofy_cli.adapters.history.intake import TargetsOf
    from cronofy_cli.adapters.history.sqlite_database import SqliteDatabase
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery

_ROWS_PER_INSERT: Final = 32
_BURST: Final = 8
"""As many arrivals at once are not worth a row each while their senders wait."""
_MOVED_AT_ONCE: Final = 256
"""A transaction keeps a listener from recording, so each is short."""


@lru_cache(maxsize=_ROWS_PER_INSERT)
def _insert(row_count: int) -> str:
    """Return the statement for that many rows. `executemany` would let go of the interpreter's lock at every row.

    OR ROLLBACK, because the default, undoing a failed statement alone, makes SQLite keep a journal of the statement.
    """
    row = f"({','.join('?' * len(COLUMNS.split(',')))})"
    return f"INSERT OR ROLLBACK INTO deliveries ({COLUMNS}) VALUES {','.join([row] * row_count)}"  # noqa: S608 - constants


class SqliteIntake:
    """An `Intake` of a file."""

    def __init__(self, database: SqliteDatabase, forwards: Forwards) -> None:
        self._database = database
        self._forwards = forwards
        self._inbox = Inbox(database)
        self.damaged = self._inbox.damaged
        self.forget_damaged = self._inbox.forget_damaged

    def insert(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write deliveries, in a transaction of the caller's, behind all that lies in the inbox."""
        while self._inbox.oldest_id() is not None:
            self._insert(self._inbox.take())
        recorded = [delivery._replace(id=number) for number, delivery in enumerate(deliveries, self._inbox.next_id())]
        self._insert(recorded)
        return recorded

    def receive(
        self, arrivals: Sequence[Arrival], targets_of: TargetsOf | None, *, is_final: bool
    ) -> Sequence[Delivery]:
        """Write what is about to be answered, and where it is to be forwarded to, in a transaction of its own."""
        with self._database.transaction():
            recorded: Sequence[Delivery]
            if is_final:
                recorded = self.insert([arrival.read() for arrival in arrivals])
            elif len(arrivals) >= _BURST or self._inbox.oldest_id() is not None:
                recorded = Recorded(arrivals, self._inbox.put(arrivals))
            else:
                first_id = self._inbox.next_id()
                recorded = [arrival.read(number) for number, arrival in enumerate(arrivals, first_id)]
                self._insert(recorded)
            if targets_of is not None:
                recorded = list(recorded)
                self._forwards.owe(recorded, targets_of)
        return recorded

    def settle(self, last_id: int) -> None:
        """Have deliveries up to a number where they can be found."""
        while not self.is_settled(last_id):
            with self._database.transaction():
                moved = 0
                while moved < _MOVED_AT_ONCE and not self.is_settled(last_id):
                    taken = self._inbox.take()
                    self._insert(taken)
                    moved += len(taken)

    def is_settled(self, last_id: int) -> bool:
        """Whether the deliveries up to a number can be found."""
        oldest = self._inbox.oldest_id()
        return oldest is None or oldest > last_id

    def _insert(self, deliveries: Sequence[Delivery]) -> None:
        for start in range(0, len(deliveries), _ROWS_PER_INSERT):
            rows = [to_row(delivery) for delivery in deliveries[start : start + _ROWS_PER_INSERT]]
            self._database.connection.execute(_insert(len(rows)), list(chain.from_iterable(rows)))
