"""Which deliveries a run of `listen` shows, counts and forwards. All of them are recorded, whatever is chosen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import is_own_verification

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter


class Selection:
    """A sink that passes on the wanted deliveries, at most `count` of them.

    The verification of the run's own channel is a step on the way to ready; it counts only if its type is asked for.
    """

    def __init__(
        self,
        chosen: DeliveryFilter,
        count: int | None,
        own_path: str,
        sinks: Sequence[Callable[[Sequence[Delivery]], None]],
        on_complete: Callable[[], None],
    ) -> None:
        self._chosen = chosen
        self._left = count
        self._own_path = own_path
        self._sinks = sinks
        self._on_complete = on_complete

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Pass on what is wanted of a batch."""
        wanted = [delivery for delivery in deliveries if self.wants(delivery)]
        if self._left is not None:
            wanted = wanted[: self._left]
            self._left -= len(wanted)
        if not wanted:
            return
        for sink in self._sinks:
            sink(wanted)
        if self._left == 0:
            self._on_complete()

    def wants(self, delivery: Delivery) -> bool:
        """Whether a delivery is to be shown and counted."""
        if not self._chosen.types and is_own_verification(delivery, self._own_path):
            return False
        return self._chosen.wants(delivery)
