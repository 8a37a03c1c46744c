"""Deliveries on their way into PostgreSQL: however many come at once, one statement that is a transaction.

The statement takes the numbers, writes the deliveries and where they are to be forwarded to, and is committed, all in
one exchange with the server: nothing else keeps the lock on the numbers, for which other writers wait.

Where the connection ends before the server's answer has come, it may have committed, or do so a little later. Cronofy
is answered 503 and sends again, so such rows are looked for afterwards, and corrected.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.rows import COLUMNS, to_row
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.adapters.history.forwards import Forwards
    from cronofy_cli.adapters.history.intake import TargetsOf
    from cronofy_cli.adapters.history.postgres.database import PostgresDatabase
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery

_RECORD_LIMIT_S: Final = 3.0
"""In which a delivery is recorded or not. Cronofy gives an answer 5 seconds (docs: /developers/push-notifications/)."""

_MOST_DOUBTED: Final = 10_000
_DOUBT_S: Final = 10.0
"""How long after the first commit that succeeds again an earlier one may still arrive at the server."""
_LOOK_EVERY_S: Final = 1.0
_NOT_ACCEPTED: Final = (
    "WITH doubted AS (SELECT id FROM deliveries, "
    "unnest(?::bigint[], ?::bytea[], ?::bytea[]) AS row (at, head, content) "
    "WHERE received_at = at AND headers = head AND body = content), "
    "forgotten AS (DELETE FROM owed WHERE delivery_id IN (SELECT id FROM doubted)) "
    "UPDATE deliveries SET answer_status = 503 WHERE id IN (SELECT id FROM doubted)"
)

_TYPES: Final = {
    **dict.fromkeys(("target", "headers", "body"), "bytea"),
    **dict.fromkeys(("format", "only_managed", "is_json", "answer_status"), "int"),
    "received_at": "bigint",
}
"""Of the columns that are no text."""
_OWN: Final = COLUMNS.split(", ")[1:]
"""Those of a delivery without its number."""


def _sought(delivery: Delivery) -> tuple[object, ...]:
    """Return what a row is found by: no two requests arrive in the same microsecond with the same headers and body."""
    row = dict(zip(COLUMNS.split(", "), to_row(delivery), strict=True))
    return row["received_at"], row["headers"], row["body"]


def _array(column: str) -> str:
    return f"%b::{_TYPES.get(column, 'text')}[]"


_INSERT: Final = (
    "WITH taken AS (UPDATE numbers SET newest = newest + %s WHERE name = 'deliveries' "  # noqa: S608 - constants
    "RETURNING newest - %s AS before), "
    f"added AS (INSERT INTO deliveries ({COLUMNS}) SELECT before + place, {', '.join(_OWN)} FROM taken, "
    f"unnest({', '.join(map(_array, _OWN))}) WITH ORDINALITY AS row ({', '.join(_OWN)}, place)), "
    "owing AS (INSERT INTO owed (delivery_id, target) SELECT before + place, aim FROM taken, "
    # A target that is named twice, for different types, is one.
    "unnest(%b::bigint[], %b::text[]) AS row (place, aim) ON CONFLICT DO NOTHING) "
    "SELECT before FROM taken"
)


class PostgresIntake:
    """An `Intake` of a database."""

    def __init__(self, database: PostgresDatabase, _: Forwards) -> None:
        self._database = database
        self._doubted: deque[tuple[object, ...]] = deque(maxlen=_MOST_DOUBTED)
        self._look_at_s = 0.0
        self._doubt_until_s: float | None = None

    def insert(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write deliveries, in a transaction of the caller's, and return them with their numbers."""
        return self._insert(deliveries, ())

    def receive(
        self,
        arrivals: Sequence[Arrival],
        targets_of: TargetsOf | None,
        *,
        is_final: bool,  # noqa: ARG002 - it always is
    ) -> Sequence[Delivery]:
        """Write what is about to be answered, and where it is to be forwarded to, in a transaction of its own."""
        deliveries = [arrival.read() for arrival in arrivals]
        owed = [
            (place, target)
            for place, delivery in enumerate(deliveries, 1)
            for target in (targets_of(delivery) if targets_of is not None else ())
        ]
        with self._database.within(_RECORD_LIMIT_S):
            try:
                recorded = self._insert(deliveries, owed)
            except HistoryAway:
                self._doubted += [_sought(delivery) for delivery in deliveries]
                self._doubt_until_s = None
                raise
            if self._doubted:
                self._correct_doubted()
            return recorded

    def settle(self, last_id: int) -> None:
        """Do nothing: what was recorded can be found."""

    def is_settled(self, last_id: int) -> bool:  # noqa: ARG002
        """Say so."""
        return True

    def damaged(self) -> int:
        """Return how many deliveries were set aside: none ever is."""
        return 0

    def forget_damaged(self, last_id: int) -> None:
        """Do nothing."""

    def _correct_doubted(self) -> None:
        """What was recorded though it counts as not recorded was not accepted, and is not to be forwarded."""
        now_s = time.monotonic()
        if self._doubt_until_s is None:
            self._doubt_until_s, self._look_at_s = now_s + _DOUBT_S, now_s
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + _LOOK_EVERY_S
        with suppress(HistoryUnavailable):
            self._database.write(_NOT_ACCEPTED, list(map(list, zip(*self._doubted, strict=True))))
            if now_s >= self._doubt_until_s:
                self._doubted.clear()

    def _insert(self, deliveries: Sequence[Delivery], owed: Iterable[tuple[int, str]]) -> list[Delivery]:
        count = len(deliveries)
        columns = list(map(list, zip(*(to_row(delivery)[1:] for delivery in deliveries), strict=True)))
        places = [place for place, _ in owed]
        targets = [target for _, target in owed]
        before = self._database.answer(_INSERT, (count, count, *columns, places, targets))
        return [delivery._replace(id=before + place) for place, delivery in enumerate(deliveries, 1)]
