"""What becomes of a read: it is kept in the history, shown, and if something was missed, perhaps forwarded.

What the history does not take is kept in memory, and written once it does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.errors import CronofyError, HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import History, TargetsOf
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.read_request import ChangeRead


_MOST_UNWRITTEN: Final = 1000
"""Reads in memory; of more the oldest are given up, and named."""


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
        self._unwritten: deque[tuple[ChangeRead, datetime]] = deque()

    def __enter__(self) -> Self:
        self._history = self._open_history()
        return self

    def __exit__(self, *_: object) -> None:
        self.write_rest()
        if self._unwritten:
            self._give_up(self._unwritten[0][0])
        self._history.close()

    def __call__(self, read: ChangeRead) -> None:
        """Keep and show a read. What was missed is handed on if there is anything new in it. Never raises."""
        self.write_rest()
        read_at = self._clock()
        made: list[Delivery] = []
        try:
            made = self._write(read, read_at)
        except CronofyError as error:
            if not self._unwritten:
                self._on_trouble(error)
            self._keep_for_later(read, read_at)
        self._show(replace(read, delivery_ids=_numbers(made)) if made else read)
        self._pass_on(made)

    @property
    def has_rest(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._unwritten)

    def write_rest(self) -> None:
        """Write what the history has not taken so far, oldest first. Never raises."""
        for _ in range(len(self._unwritten)):
            read, read_at = self._unwritten.popleft()
            try:
                made = self._written_unheard(read) or self._write(read, read_at)
            except HistoryAway:
                self._unwritten.appendleft((read, read_at))
                return
            except CronofyError:
                self._unwritten.append((read, read_at))
            else:
                self._pass_on(made)

    def _write(self, read: ChangeRead, read_at: datetime) -> list[Delivery]:
        """Keep a read with its deliveries, and return the one that was made for it, if any."""
        with self._history.all_or_nothing():
            made = self._made_for(read)
            if delivery_ids := _numbers(made) or read.delivery_ids:
                payload = replace(read, delivery_ids=delivery_ids).payload(self._calendar_names)
                self._history.attach_events(delivery_ids, payload, read_at=read_at)
        return made

    def _written_unheard(self, read: ChangeRead) -> list[Delivery]:
        """Return the notification that was made and written: the answer to a commit may be lost with the connection."""
        number = None if read.missed is None else self._history.imports.find(read.missed)
        found = None if number is None else self._history.get(number)
        return [] if found is None else [found]

    def _made_for(self, read: ChangeRead) -> list[Delivery]:
        """Return the notification that stands for what was missed, recorded, if one is wanted."""
        if read.missed is None or not read.changes or not (self._hand_on or self._keeps_missed):
            return []
        targets_of = self._targets_of if self._hand_on else None
        return self._history.record([read.missed], are_reconstructed=True, targets_of=targets_of)

    def _pass_on(self, made: Sequence[Delivery]) -> None:
        if made:
            for hand_on in self._hand_on:
                hand_on(made)

    def _keep_for_later(self, read: ChangeRead, read_at: datetime) -> None:
        self._unwritten.append((read, read_at))
        if len(self._unwritten) > _MOST_UNWRITTEN:
            self._give_up(self._unwritten.popleft()[0])

    def _give_up(self, oldest: ChangeRead) -> None:
        since = oldest.changes_since
        self._on_trouble(
            HistoryUnavailable(
                f"what changed since {since} was read and shown, but is not in the history",
                hint=f"to see it again: cronofy events read --changes-since {since}",
            )
        )


def _numbers(deliveries: Iterable[Delivery]) -> tuple[int, ...]:
    return tuple(delivery.id for delivery in deliveries if delivery.id is not None)
