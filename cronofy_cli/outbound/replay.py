"""Sending stored deliveries again, through the same code as live forwarding."""

from __future__ import annotations

import queue
import threading
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.outbound.exact_sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """One delivery to one target."""

    delivery: Delivery
    target: Target


if TYPE_CHECKING:
    _Sent = tuple[ReplayJob, Future[Forward]]
    _Waiting = queue.SimpleQueue[_Sent | None]


class Replayer:
    """Sends jobs in order, or several at once."""

    def __init__(
        self,
        sending: SenderSettings,
        clock: Callable[[], datetime],
        *,
        interval_s: float = 0.0,
        concurrency: int = 1,
        pause: Callable[[float], object],
    ) -> None:
        """`pause` lets the interval between two starts pass."""
        self._sending = sending
        self._clock = clock
        self._interval_s = interval_s
        self._concurrency = concurrency
        self._pause = pause
        self._own = threading.local()
        self._stack = ExitStack()

    def run(self, jobs: Iterable[ReplayJob]) -> Iterator[tuple[ReplayJob, Forward]]:
        """Send, and yield each result in the order of the jobs."""
        with self._stack:
            if self._concurrency == 1:
                for job in self._paced(jobs):
                    yield job, self._send(job)
            else:
                yield from self._side_by_side(jobs)

    def _side_by_side(self, jobs: Iterable[ReplayJob]) -> Iterator[tuple[ReplayJob, Forward]]:
        from concurrent.futures import Future

        waiting: _Waiting = queue.SimpleQueue()
        running: deque[_Sent] = deque()
        # Daemons, as the threads of an executor are not: Ctrl-C must not wait for an app that hangs.
        for _ in range(self._concurrency):
            threading.Thread(target=self._work, args=(waiting,), name="cronofy-replay", daemon=True).start()
        try:
            for job in self._paced(jobs):
                running.append((job, Future()))
                waiting.put(running[-1])
                # A result that waits for an earlier one is small; jobs that wait for a thread hold whole bodies.
                while running and (running[0][1].done() or len(running) > 2 * self._concurrency):
                    yield _result(running.popleft())
            while running:
                yield _result(running.popleft())
        finally:
            for _, future in running:
                future.cancel()
            for _ in range(self._concurrency):
                waiting.put(None)

    def _work(self, waiting: _Waiting) -> None:
        while sent := waiting.get():
            job, future = sent
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._send(job))
                except BaseException as error:  # noqa: BLE001 - a thread's border: result() raises it again
                    future.set_exception(error)

    def _paced(self, jobs: Iterable[ReplayJob]) -> Iterator[ReplayJob]:
        for index, job in enumerate(jobs):
            if index and self._interval_s:
                self._pause(self._interval_s)
            yield job

    def _send(self, job: ReplayJob) -> Forward:
        """Each thread keeps a connection to each target."""
        senders: dict[str, Sender] | None = getattr(self._own, "senders", None)
        if senders is None:
            senders = self._own.senders = {}
        if job.target.url not in senders:
            senders[job.target.url] = Sender(job.target, self._sending, self._clock)
            self._stack.callback(senders[job.target.url].close)
        return senders[job.target.url].send(job.delivery)


def _result(sent: _Sent) -> tuple[ReplayJob, Forward]:
    job, future = sent
    return job, future.result()
