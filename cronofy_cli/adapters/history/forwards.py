"""What became of forwarding: each attempt to hand a delivery to a target, with the target's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.history.rows import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database

KEPT_BODY_BYTES: Final = 64 * 1024
"""Of a target's answer. An error page says what went wrong near its top."""

_COLUMNS: Final = (
    "delivery_id, target, attempt, started_at, duration_us, address, status, failure, reason, "
    "answer_head, answer_body, is_cut, succeeded"
)
_INSERT: Final = (
    f"INSERT INTO forwards ({_COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"  # noqa: S608 - constants
    # A delivery that was pruned in the meantime leaves nothing behind.
    " WHERE EXISTS (SELECT 1 FROM deliveries WHERE id = ?)"
)


@dataclass(frozen=True, slots=True)
class Forward:
    """One attempt to hand a delivery to a target."""

    delivery_id: int
    target: str
    attempt: int
    """1 for the first."""
    started_at: datetime
    duration: timedelta
    """Until the answer was there, or it was given up."""
    address: str | None
    """Where the target was found, such as `[::1]:3000`; None when no connection came about."""
    status: int | None
    """The answer's status; None when there was none."""
    failure: str | None = None
    """Why there was no answer, as one stable word."""
    reason: str | None = None
    """The same in words."""
    answer_head: bytes = b""
    """Status line and headers."""
    answer_body: bytes = b""
    """The first bytes of the body."""
    is_cut: bool = False
    """Whether there was more of the body."""

    @property
    def succeeded(self) -> bool:
        """Whether the target took the delivery: by any 2xx (docs: /developers/push-notifications/)."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def duration_ms(self) -> float:
        """The duration in milliseconds."""
        return self.duration / timedelta(milliseconds=1)


class Forwards:
    """The table of forwards."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, forwards: Iterable[Forward]) -> None:
        """Keep attempts, all in one transaction.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        self._database.write(_INSERT, *map(_values, forwards))

    def of(self, delivery_id: int) -> list[Forward]:
        """Return the attempts to forward a delivery, oldest first.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = f"SELECT {_COLUMNS} FROM forwards WHERE delivery_id = ? ORDER BY id"  # noqa: S608 - constants
        return [_forward(row) for row in self._database.rows(sql, (delivery_id,))]


def _values(forward: Forward) -> tuple[object, ...]:
    return (
        forward.delivery_id,
        forward.target,
        forward.attempt,
        to_micros(forward.started_at),
        forward.duration // timedelta(microseconds=1),
        forward.address,
        forward.status,
        forward.failure,
        forward.reason,
        forward.answer_head,
        forward.answer_body,
        int(forward.is_cut),
        int(forward.succeeded),
        forward.delivery_id,
    )


def _forward(row: tuple[Any, ...]) -> Forward:
    return Forward(
        delivery_id=row[0],
        target=row[1],
        attempt=row[2],
        started_at=from_micros(row[3]),
        duration=timedelta(microseconds=row[4]),
        address=row[5],
        status=row[6],
        failure=row[7],
        reason=row[8],
        answer_head=row[9],
        answer_body=row[10],
        is_cut=bool(row[11]),
    )
