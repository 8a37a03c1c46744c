"""Behind the answer: a worker that passes what was recorded to the sinks, in order.

A sink shows, forwards, reads events and the like. What it does, and how long it takes, never delays an answer. Since
all threads share one interpreter, the worker also gives way in a burst: what waits is on disk, and is shown a little
later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.notifications.deliveries import Delivery
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.worker import OnFailed

Sink = Callable[[Sequence[Delivery]], None]
"""Takes a batch of recorded deliveries, oldest first."""

_BURST_BATCH: Final = 32
"""As many deliveries at once come from many connections, or have waited."""
_BREATH_S: Final = 0.02
_BURST_ARRIVALS: Final = 40
"""In a breath: 2,000 a second."""
_REST_PER_WORK: Final = 20
_LONGEST_REST_S: Final = 1.0
_AWAY_PAUSE_S: Final = 0.5


class Pipeline(Worker):
    """Feeds the sinks. `put` is what the listener hands its deliveries to."""

    def __init__(
        self,
        open_history: Callable[[], History],
        sinks: Sequence[Sink],
        *,
        on_trouble: Callable[[CronofyError], None],
        on_failed: OnFailed,
        held: int = 10_000,
        chunk: int = 500,
    ) -> None:
        """`on_trouble` hears of what a sink or the history could not do; both functions are called on the worker.

        `held` and `chunk` bound how many deliveries are in memory, and how many a sink gets at a time.
        """
        super().__init__("pipeline", on_failed)
        self._open_history = open_history
        self._sinks = tuple(sinks)
        self._on_trouble = on_trouble
        self._backlog = Backlog(self._read_back, limit=held, chunk=chunk)
        self.put = self._backlog.put

    def stop(self, limit_s: float) -> bool:
        """Take nothing new, pass on what is left, and return whether all of it was within the limit."""
        return super().stop(limit_s) and self._backlog.is_exhausted

    @property
    def waiting(self) -> int:
        """How many deliveries are still to be passed on."""
        return self._backlog.waiting

    def _open(self, stack: ExitStack) -> None:
        self._history = stack.enter_context(self._open_history())
        self._damaged = 0
        self._report_damage()

    def _wake(self) -> None:
        self._backlog.close()

    def _work(self) -> None:
        while not (self._abandoned.is_set() or self._backlog.is_exhausted):
            try:
                batch = self._backlog.take()
            except HistoryAway:
                # Whoever records reports it.
                self._abandoned.wait(_AWAY_PAUSE_S)
                continue
            except CronofyError as error:
                self._on_trouble(error)
                continue
            if batch:
                begun_s = time.thread_time()
                self._pass_on(batch)
                if len(batch) >= _BURST_BATCH:
                    self._give_way(time.thread_time() - begun_s)

    def _read_back(self, first_id: int, last_id: int) -> Iterator[Sequence[Delivery]]:
        self._history.settle(last_id)
        return self._history.between(first_id, last_id)

    def _give_way(self, worked_s: float) -> None:
        """Rest in proportion to the processor time that was taken, as long as a burst lasts."""
        rested_until_s = time.monotonic() + min(worked_s * _REST_PER_WORK, _LONGEST_REST_S)
        while self._backlog.arrivals_within(_BREATH_S) >= _BURST_ARRIVALS and time.monotonic() < rested_until_s:
            pass

    def _pass_on(self, batch: Sequence[Delivery]) -> None:
        for sink in (self._settle, *self._sinks):
            try:
                sink(batch)
            except CronofyError as error:
                self._on_trouble(error)

    def _settle(self, deliveries: Sequence[Delivery]) -> None:
        """Go before all sinks: what they keep of a delivery refers to it where it can be found."""
        last_id = deliveries[-1].id or 0
        if not self._history.is_settled(last_id):
            self._history.settle(last_id)
            self._report_damage()

    def _report_damage(self) -> None:
        """Say it whenever more of the history cannot be read than before."""
        damage = self._history.damage()
        if damage is not None and damage.count > self._damaged:
            self._damaged = damage.count
            self._on_trouble(damage)
