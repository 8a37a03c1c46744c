"""What becomes of a read: it is kept in the history, shown, and if something was missed, perhaps forwarded."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import History, TargetsOf
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.read_request import ChangeRead


class ChangeRecorder:
    """Takes what was read. Used inside a `with`, by one thread."""

    def __init__(
        self,
        open_history: Callable[[], History],
        show: Callable[[ChangeRead], None],
        on_trouble: Callable[[CronofyError], None],
        hand_on: Sequence[Callable[[Sequence[Delivery]], None]] = (),
        calendar_names: Mapping[str, str] = MappingProxyType({}),
        targets_of: TargetsOf | None = None,
        *,
        clock: Callable[[], datetime],
        keeps_missed: bool = False,
    ) -> None:
        """`targets_of` says where what `hand_on` gets is forwarded to. `hand_on` get the notification that
        stands for something missed; without them it is only shown, or with `keeps_missed` recorded too.

        `calendar_names` are kept by id with what changed, as far as they are known.
        """
        self._open_history = open_history
        self._show = show
        self._on_trouble = on_trouble
        self._hand_on = hand_on
        self._calendar_names = calendar_names
        self._targets_of = targets_of
        self._clock = clock
        self._keeps_missed = keeps_missed

    def __enter__(self) -> Self:
        self._history = self._open_history()
        return self

    def __exit__(self, *_: object) -> None:
        self._history.close()

    def __call__(self, read: ChangeRead) -> None:
        """Keep and show a read. What was missed is handed on if there is anything new in it. Never raises."""
        read_at = self._clock()
        made: list[Delivery] = []
        try:
            made = self._made_for(read)
            if made:
                read = replace(read, delivery_ids=_numbers(made))
            if read.delivery_ids:
                self._history.attach_events(read.delivery_ids, read.payload(self._calendar_names), read_at=read_at)
        except CronofyError as error:
            self._on_trouble(error)
        self._show(read)
        if made:
            for hand_on in self._hand_on:
                hand_on(made)

    def _made_for(self, read: ChangeRead) -> list[Delivery]:
        """Return the notification that stands for what was missed, recorded, if one is wanted."""
        if read.missed is None or not read.changes or not (self._hand_on or self._keeps_missed):
            return []
        targets_of = self._targets_of if self._hand_on else None
        return self._history.record([read.missed], are_reconstructed=True, targets_of=targets_of)


def _numbers(deliveries: Iterable[Delivery]) -> tuple[int, ...]:
    return tuple(delivery.id for delivery in deliveries if delivery.id is not None)
