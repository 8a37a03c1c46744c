"""How deliveries get their numbers and come into the history: what each kind of database does in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery

TargetsOf = Callable[["Delivery"], Iterable[str]]
"""Says where a delivery is to be forwarded to."""

BIGGEST_ID: Final = 2**63 - 1


class Intake(Protocol):
    """Gives numbers, which rise in the order in which deliveries can be found, and writes rows.

    All of it raises HistoryUnavailable when nothing was written.
    """

    def insert(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write deliveries, in a transaction of the caller's, and return them with their numbers.

        Nothing is unsettled then.
        """

    def receive(
        self, arrivals: Sequence[Arrival], targets_of: TargetsOf | None, *, is_final: bool
    ) -> Sequence[Delivery]:
        """Write what is about to be answered, and where it is to be forwarded to, in a transaction of its own.

        With `is_final`, nothing is unsettled then.
        """

    def settle(self, last_id: int) -> None:
        """Have deliveries up to a number where they can be found."""

    def is_settled(self, last_id: int) -> bool:
        """Whether the deliveries up to a number can be found."""

    def damaged(self) -> int:
        """Return how many deliveries were set aside, because they cannot be read."""

    def forget_damaged(self, last_id: int) -> None:
        """Remove what was set aside of the numbers up to `last_id`."""
