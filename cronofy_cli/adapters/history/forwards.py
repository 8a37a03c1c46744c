"""What became of forwarding: each attempt to hand a delivery to a target, with the target's answer.

What a run of `listen` is to forward is kept in `owed` from the moment of receiving, until the target has answered, or
nothing more is tried.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cronofy_cli.adapters.history.rows import from_micros, to_micros
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.intake import TargetsOf
    from cronofy_cli.core.notifications.deliveries import Delivery

KEPT_BODY_BYTES: Final = 64 * 1024
"""Of a target's answer. An error page says what went wrong near its top."""

_COLUMNS: Final = (
    "delivery_id, target, attempt, started_at, duration_us, address, status, failure, reason, "
    "answer_head, answer_body, is_cut, succeeded, is_replay"
)
_INSERT: Final = (
    f"INSERT INTO forwards ({_COLUMNS}, is_intended) "  # noqa: S608 - constants
    "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN ? = 1 "
    "OR EXISTS (SELECT 1 FROM owed WHERE delivery_id = ? AND target = ?) "
    "OR EXISTS (SELECT 1 FROM forwards WHERE delivery_id = ? AND target = ? AND is_intended = 1) THEN 1 ELSE 0 END "
    # A delivery that was pruned in the meantime leaves nothing behind.
    "WHERE EXISTS (SELECT 1 FROM deliveries WHERE id = ?)"
)
_SETTLE: Final = "DELETE FROM owed WHERE delivery_id = ? AND target = ?"
_IS_KEPT: Final = "SELECT 1 FROM forwards WHERE delivery_id = ? AND target = ? AND attempt = ? AND started_at = ?"
_ROWS_PER_INSERT: Final = 32


_FORMER: Final = {
    "refused": Failure.CONNECTION_REFUSED,
    "no_such_host": Failure.NAME_NOT_RESOLVED,
    "unreachable": Failure.HOST_UNREACHABLE,
    "tls": Failure.TLS_FAILED,
    "time_limit": Failure.ANSWER_TIMED_OUT,
    "closed": Failure.CONNECTION_CLOSED,
}
"""What 0.1.0 wrote."""


class Forward(NamedTuple):
    """One attempt to hand a delivery to a target."""

    delivery_id: int
    target: str
    number: int
    """1 for the first attempt."""
    attempt: Attempt
    is_replay: bool = False
    """Whether it was sent again by hand, and not by the run that received it."""
    was_intended: bool = False
    """Whether a replay went to where it was to be forwarded. Of what was received here the history knows it."""
    is_last: bool = True
    """Whether nothing more is tried for now. What the history returns is always over."""


class AppResult(NamedTuple):
    """What a target that a delivery was to be forwarded to has made of it: its newest status or failure."""

    target: str
    status: int | None = None
    failure: Failure | None = None
    is_waiting: bool = False
    """Whether it is still to be sent; then there is neither."""
    is_replay: bool = False
    """Whether the newest attempt was a replay."""

    @property
    def succeeded(self) -> bool:
        """Whether the target took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The status, the code of the failure, or that it waits."""
        if self.is_waiting:
            return "waiting"
        return str(self.failure) if self.status is None else str(self.status)


class Forwards:
    """The table of forwards."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, forwards: Iterable[Forward]) -> None:
        """Keep attempts, all in one transaction.

        Raises:
            HistoryUnavailable: nothing of it was written.
        """
        kept = list(forwards)
        with self._database.transaction():
            self._database.run(_INSERT, [_values(forward) for forward in kept])
            self._database.run(_SETTLE, [(each.delivery_id, each.target) for each in kept if each.is_last])

    def without_recorded(self, forwards: Iterable[Forward]) -> list[Forward]:
        """Return the attempts that are not kept yet.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return [each for each in forwards if self._database.value(_IS_KEPT, _values(each)[:4]) is None]

    def owe(self, recorded: Sequence[Delivery], targets_of: TargetsOf) -> None:
        """Keep where recorded deliveries are to be forwarded to, in a transaction of the caller's."""
        owed = [(delivery.id, target) for delivery in recorded for target in targets_of(delivery)]
        for start in range(0, len(owed), _ROWS_PER_INSERT):
            rows = owed[start : start + _ROWS_PER_INSERT]
            places = ",".join(["(?,?)"] * len(rows))
            # A target that is named twice, for different types, is one.
            insert = f"INSERT INTO owed (delivery_id, target) VALUES {places} ON CONFLICT DO NOTHING"  # noqa: S608 - question marks
            self._database.run(insert, [list(chain.from_iterable(rows))])

    def of(self, delivery_id: int) -> list[Forward]:
        """Return the attempts to forward a delivery, oldest first.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = f"SELECT {_COLUMNS} FROM forwards WHERE delivery_id = ? ORDER BY id"  # noqa: S608 - constants
        return [_forward(row) for row in self._database.rows(sql, (delivery_id,))]

    def last_attempt(self, delivery_id: int, target: str) -> Attempt | None:
        """Return the newest attempt to hand a delivery to a target.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = f"SELECT {_COLUMNS} FROM forwards WHERE delivery_id = ? AND target = ? ORDER BY id DESC LIMIT 1"  # noqa: S608 - constants
        found = self._database.rows(sql, (delivery_id, target))
        return _forward(found[0]).attempt if found else None

    def durations_ms(self, delivery_ids: Sequence[int]) -> dict[int, float]:
        """Return how long the newest attempt of each delivery took that was not a replay elsewhere.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        chosen_by = self._chosen()
        sql = f"SELECT delivery_id, duration_us FROM forwards WHERE {chosen_by} AND is_intended = 1 ORDER BY id"  # noqa: S608 - constants
        chosen = (f"[{','.join(map(str, delivery_ids))}]",)
        return {number: duration_us / 1000 for number, duration_us in self._database.rows(sql, chosen)}

    def failed_between(self, first_id: int, last_id: int) -> set[int]:
        """Return the deliveries that a target has not taken at some attempt.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = (
            "SELECT DISTINCT delivery_id FROM forwards WHERE delivery_id BETWEEN ? AND ? "
            "AND succeeded = 0 AND is_intended = 1"
        )
        return {number for (number,) in self._database.rows(sql, (first_id, last_id))}

    def owed(self, delivery_id: int) -> list[str]:
        """Return the targets that a delivery is still to be forwarded to.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT target FROM owed WHERE delivery_id = ? ORDER BY target"
        return [target for (target,) in self._database.rows(sql, (delivery_id,))]

    def owed_to(self, target: str) -> list[int]:
        """Return the deliveries that are still to be forwarded to a target, oldest first.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT delivery_id FROM owed WHERE target = ? ORDER BY delivery_id"
        return [number for (number,) in self._database.rows(sql, (target,))]

    def count_owed(self, first_id: int, last_id: int, targets: Sequence[str]) -> int:
        """Return how much of the deliveries from one number to another is still to be forwarded to these targets.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        import json

        chosen = self._database.dialect.chosen_texts
        sql = f"SELECT count(*) FROM owed WHERE delivery_id BETWEEN ? AND ? AND target IN {chosen}"  # noqa: S608 - a constant

        count: int = self._database.value(sql, (first_id, last_id, json.dumps(targets)))
        return count

    def was_replayed(self, delivery_id: int, target: str) -> bool:
        """Whether a target has taken a delivery that was sent again by hand.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT 1 FROM forwards WHERE delivery_id = ? AND target = ? AND succeeded = 1 AND is_replay = 1"
        return self._database.value(sql, (delivery_id, target)) is not None

    def results(self, delivery_ids: Sequence[int]) -> dict[int, tuple[AppResult, ...]]:
        """Return what the targets have made of deliveries; of those that were to go nowhere there is nothing.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        # Without `json`, which listing deliveries need not import.
        chosen = (f"[{','.join(map(str, delivery_ids))}]",)
        found: dict[int, dict[str, AppResult]] = {}
        tried = (
            f"SELECT delivery_id, target, status, failure, is_replay FROM forwards WHERE {self._chosen()} "  # noqa: S608 - constants
            "AND is_intended = 1 ORDER BY id"
        )
        for delivery_id, target, status, failure, is_replay in self._database.rows(tried, chosen):
            result = AppResult(target, status, _failure(failure), is_replay=bool(is_replay))
            found.setdefault(delivery_id, {})[target] = result
        waiting = f"SELECT delivery_id, target FROM owed WHERE {self._chosen()}"  # noqa: S608 - constants
        for delivery_id, target in self._database.rows(waiting, chosen):
            found.setdefault(delivery_id, {})[target] = AppResult(target, is_waiting=True)
        return {delivery_id: tuple(results.values()) for delivery_id, results in found.items()}

    def _chosen(self) -> str:
        return f"delivery_id IN {self._database.dialect.chosen_numbers}"


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
        int(forward.is_replay),
        int(forward.was_intended or not forward.is_replay),
        *(forward.delivery_id, forward.target) * 2,
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
    return Forward(row[0], row[1], row[2], attempt, is_replay=bool(row[13]))


def _failure(code: str | None) -> Failure | None:
    """Return the failure of a code, which another version may have written."""
    if code is None:
        return None
    known = Failure.__members__.values()
    return _FORMER.get(code) or next((failure for failure in known if failure.value == code), Failure.OTHER)
