"""What became of forwarding: each attempt to hand a delivery to a target, with the target's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.history.rows import from_micros, to_micros
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

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


_FORMER: Final = {
    "refused": Failure.CONNECTION_REFUSED,
    "no_such_host": Failure.NAME_NOT_RESOLVED,
    "unreachable": Failure.HOST_UNREACHABLE,
    "tls": Failure.TLS_FAILED,
    "time_limit": Failure.ANSWER_TIMED_OUT,
    "closed": Failure.CONNECTION_CLOSED,
}
"""What 0.1.0 wrote."""


@dataclass(frozen=True, slots=True)
class Forward:
    """One attempt to hand a delivery to a target."""

    delivery_id: int
    target: str
    number: int
    """1 for the first attempt."""
    attempt: Attempt


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
    attempt = forward.attempt
    return (
        forward.delivery_id,
        forward.target,
        forward.number,
        to_micros(attempt.started_at),
        attempt.duration // timedelta(microseconds=1),
        attempt.address,
        attempt.status,
        attempt.failure,
        attempt.reason,
        attempt.answer_head,
        attempt.answer_body,
        int(attempt.is_cut),
        int(attempt.succeeded),
        forward.delivery_id,
    )


def _forward(row: tuple[Any, ...]) -> Forward:
    attempt = Attempt(
        started_at=from_micros(row[3]),
        duration=timedelta(microseconds=row[4]),
        address=row[5],
        status=row[6],
        failure=_failure(row[7]),
        reason=row[8],
        answer_head=row[9],
        answer_body=row[10],
        is_cut=bool(row[11]),
    )
    return Forward(row[0], row[1], row[2], attempt)


def _failure(code: str | None) -> Failure | None:
    """Return the failure of a code, which another version may have written."""
    if code is None:
        return None
    known = Failure.__members__.values()
    return _FORMER.get(code) or next((failure for failure in known if failure.value == code), Failure.OTHER)
