"""When deliveries were on the disk and when they were answered.

Neither is known while a delivery is written, so both are kept behind the answer: a row for each commit, however many
deliveries it had. What a crash takes is missing, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.history.rows import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database


_INSERT: Final = (
    "INSERT INTO moments (first_id, last_id, recorded_at, answered_at) {rows} ON CONFLICT (first_id) DO UPDATE "
    "SET last_id = excluded.last_id, recorded_at = excluded.recorded_at, answered_at = excluded.answered_at"
)


class Moments(NamedTuple):
    """Of deliveries in a row that were recorded together."""

    first_id: int
    last_id: int
    recorded_at: datetime
    """When they were on the disk."""
    answered_at: datetime | None
    """When the last of them was answered; None when Cronofy had no answer in time."""


class DeliveryTimes(NamedTuple):
    """What is known of one delivery; None where nothing is."""

    recorded_at: datetime | None = None
    answered_at: datetime | None = None
    events_read_at: datetime | None = None


class MomentsTable:
    """The table of these."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, moments: Iterable[Moments]) -> None:
        """Write them, all in one statement that is a transaction of its own.

        With several, the thread would have to get the interpreter back between them from the one that receives, and
        that one would wait for the lock of the file meanwhile.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        rows = ",".join(f"[{','.join(map(str, _row(each)))}]" for each in moments)
        insert = _INSERT.format(rows=self._database.dialect.rows_of_moments)
        self._database.write(insert, (f"[{rows}]",))

    def of(self, delivery_id: int) -> Moments | None:
        """Return those of a delivery; None when they are not known.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = (
            "SELECT first_id, last_id, recorded_at, answered_at FROM moments WHERE first_id <= ? "
            "ORDER BY first_id DESC LIMIT 1"
        )
        for first_id, last_id, recorded_at, answered_at in self._database.rows(sql, (delivery_id,)):
            if delivery_id <= last_id:
                answered = None if answered_at is None else from_micros(answered_at)
                return Moments(first_id, last_id, from_micros(recorded_at), answered)
        return None


def _row(moments: Moments) -> tuple[int | str, ...]:
    answered_at = moments.answered_at
    return (
        moments.first_id,
        moments.last_id,
        to_micros(moments.recorded_at),
        "null" if answered_at is None else to_micros(answered_at),
    )
