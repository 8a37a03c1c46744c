"""Behind the answer: a worker thread that passes what was recorded to the sinks, in order.

A sink shows, forwards, reads events and the like. What it does, and how long it takes, never delays an answer. Since
all threads share one interpreter, the worker also gives way in a burst: what waits is on disk, and is shown a little
later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.deliveries import Delivery
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from cronofy_cli.adapters.history.spill_queue import Backlog

Sink = Callable[[Sequence[Delivery]], None]
"""Takes a batch of recorded deliveries, oldest first."""

_BURST_BATCH: Final = 32
"""As many deliveries at once come from many connections, or have waited."""
_BREATH_S: Final = 0.02
_BURST_ARRIVALS: Final = 40
"""In a breath: 2,000 a second."""
_REST_PER_WORK: Final = 20
_LONGEST_REST_S: Final = 1.0


class Pipeline:
    """The worker, and the sinks that it feeds."""

    def __init__(self, backlog: Backlog, sinks: Sequence[Sink], *, on_trouble: Callable[[CronofyError], None]) -> None:
        """`on_trouble` is called on the worker's thread, with what a sink or the history could not do."""
        self._backlog = backlog
        self._sinks = tuple(sinks)
        self._on_trouble = on_trouble
        self._abandoned = Event()
        # A daemon, because a sink may hang on what is outside and must not keep the program from ending.
        self._worker = Thread(target=self._work, name="cronofy-pipeline", daemon=True)

    def start(self) -> None:
        """Begin to pass deliveries on."""
        self._worker.start()

    def stop(self, limit_s: float) -> bool:
        """Take nothing new, pass on what is left, and return whether all of it was within the limit."""
        self._backlog.close()
        self._worker.join(limit_s)
        self._abandoned.set()
        return not self._worker.is_alive() and self._backlog.is_exhausted

    def _work(self) -> None:
        while not (self._abandoned.is_set() or self._backlog.is_exhausted):
            try:
                batch = self._backlog.take()
            except CronofyError as error:
                self._on_trouble(error)
                continue
            if batch:
                begun_s = time.thread_time()
                self._pass_on(batch)
                if len(batch) >= _BURST_BATCH:
                    self._give_way(time.thread_time() - begun_s)

    def _give_way(self, worked_s: float) -> None:
        """Rest in proportion to the processor time that was taken, as long as a burst lasts."""
        rested_until_s = time.monotonic() + min(worked_s * _REST_PER_WORK, _LONGEST_REST_S)
        while self._backlog.arrivals_within(_BREATH_S) >= _BURST_ARRIVALS and time.monotonic() < rested_until_s:
            pass

    def _pass_on(self, batch: Sequence[Delivery]) -> None:
        for sink in self._sinks:
            try:
                sink(batch)
            except CronofyError as error:
                self._on_trouble(error)
