"""Which deliveries a run of `listen` prints and counts. All of them are recorded, whatever is chosen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cronofy_cli.core.deliveries import Delivery


class Selection:
    """A sink that passes on the deliveries of the wanted types, at most `count` of them.

    The verification of the run's own channel is a step on the way to ready; it counts only if it is asked for.
    """

    def __init__(
        self,
        types: Collection[str],
        count: int | None,
        own_path: str,
        sinks: Sequence[Callable[[Sequence[Delivery]], None]],
        on_complete: Callable[[], None],
    ) -> None:
        self._types = frozenset(types)
        self._left = count
        self._own_path = own_path
        self._sinks = sinks
        self._on_complete = on_complete

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Pass on what is wanted of a batch."""
        wanted = [delivery for delivery in deliveries if self._wants(delivery)]
        if self._left is not None:
            wanted = wanted[: self._left]
            self._left -= len(wanted)
        if not wanted:
            return
        for sink in self._sinks:
            sink(wanted)
        if self._left == 0:
            self._on_complete()

    def _wants(self, delivery: Delivery) -> bool:
        notification = delivery.notification
        if self._types:
            return notification.type in self._types
        return notification.type != "verification" or self._own_path not in (notification.callback_url or "")
