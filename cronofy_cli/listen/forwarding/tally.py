"""How many deliveries a run has received, and what became of forwarding them."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.history import unread
from cronofy_cli.core.signature import NOT_FROM_CRONOFY
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.core.notifications.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers at the end of a run. A delivery to two targets is forwarded twice."""

    received: int
    forwarded: int
    failed: int
    waiting: int
    """Still to be sent."""

    @property
    def is_all_taken(self) -> bool:
        """Whether the application has everything."""
        return not self.failed and not self.waiting


class Counts(NamedTuple):
    """The numbers while a run goes on."""

    received: int
    not_signed: int
    """With a wrong signature, or without one."""
    failed: int


class Tally:
    """Counts, on any thread."""

    def __init__(self, targets: Sequence[str]) -> None:
        """`targets` are those of the run; without any nothing is forwarded."""
        self.targets = tuple(targets)
        self._lock = Lock()
        self._received = 0
        self._not_signed = 0
        self._forwarded = 0
        self._failed = 0
        self._first_id: int | None = None
        self._last_id = 0

    def receive(self, deliveries: Sequence[Delivery]) -> None:
        """Count deliveries that were recorded."""
        with self._lock:
            self._received += len(deliveries)
            self._not_signed += sum(each.verdict.state in NOT_FROM_CRONOFY for each in unread(deliveries))
            self._first_id = self._first_id or deliveries[0].id
            self._last_id = max(self._last_id, deliveries[-1].id or 0)

    def counting(self, put: Callable[[Sequence[Delivery]], None]) -> Callable[[Sequence[Delivery]], None]:
        """Return what counts deliveries and passes them on."""

        def recorded(deliveries: Sequence[Delivery]) -> None:
            self.receive(deliveries)
            put(deliveries)

        return recorded

    def sum_up(
        self,
        open_history: Callable[[], History],
        on_trouble: Callable[[CronofyError], None],
        unwritten: Sequence[Forward] = (),
    ) -> Totals | None:
        """Return the numbers of a run that has ended; without a target there are none.

        `unwritten` are the results that the history does not have: there, what they settle is still to be sent.
        """
        if not self.targets:
            return None
        try:
            with open_history() as history:
                return self.totals(history, unwritten)
        except CronofyError as error:
            on_trouble(error)
            return None

    def count(self, forward: Forward) -> None:
        """Count an attempt, if it is the last one."""
        if not forward.is_last:
            return
        with self._lock:
            if forward.attempt.succeeded:
                self._forwarded += 1
            else:
                self._failed += 1

    @property
    def so_far(self) -> Counts:
        """The numbers at this moment."""
        with self._lock:
            return Counts(self._received, self._not_signed, self._failed)

    def totals(self, history: History, unwritten: Sequence[Forward] = ()) -> Totals:
        """Return the numbers; what is still to be sent is what the history has, without what was not written there.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        waiting = 0
        if self._first_id is not None:
            waiting = history.forwards.count_owed(self._first_id, self._last_id, self.targets)
            settled = {
                (forward.delivery_id, forward.target)
                for forward in unwritten
                if forward.is_last and forward.delivery_id >= self._first_id and forward.target in self.targets
            }
            waiting = max(waiting - len(settled), 0)
        return Totals(self._received, self._forwarded, self._failed, waiting)
