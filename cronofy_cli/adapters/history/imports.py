"""Deliveries that came from a file: they are kept like others, and never taken for received ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.rows import from_micros, to_micros, to_row
from cronofy_cli.core.notifications.deliveries import Imported
from cronofy_cli.core.signature import SignatureState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.core.notifications.deliveries import Delivery

_MILLISECOND: Final = 1000
"""Exported times have no more digits than that."""
_SAME: Final = (
    "SELECT id FROM deliveries WHERE received_at >= ? AND received_at < ? "
    "AND method = ? AND target = ? AND headers = ? AND body = ?"
)


class Imports:
    """The table of deliveries that were imported."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, deliveries: Iterable[Delivery]) -> None:
        """Keep where recorded deliveries are from. To be called in the transaction that records them."""
        self._database.run(
            "INSERT INTO imported (delivery_id, imported_at, claimed) VALUES (?, ?, ?)",
            [
                (each.id, to_micros(each.imported.at), each.imported.claimed.value)
                for each in deliveries
                if each.imported
            ],
        )

    def find(self, delivery: Delivery) -> int | None:
        """Return the number of the same request in the history, received or imported; None if it is not there.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        _, _, micros, *request = to_row(delivery)[:7]
        first = micros - micros % _MILLISECOND
        number: int | None = self._database.value(_SAME, (first, first + _MILLISECOND, *request))
        return number

    def between(self, first_id: int, last_id: int) -> dict[int, Imported]:
        """Return what is known of imported deliveries, by their numbers.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT delivery_id, imported_at, claimed FROM imported WHERE delivery_id BETWEEN ? AND ?"
        rows = self._database.rows(sql, (first_id, last_id))
        return {number: Imported(from_micros(at), _state(claimed)) for number, at, claimed in rows}


def _state(text: str) -> SignatureState:
    known = text in set(SignatureState)
    return SignatureState(text) if known else SignatureState.UNKNOWN
