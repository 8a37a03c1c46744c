"""Forwarding to all targets: a sink behind the listener that never keeps it waiting.

Each target has a worker, a connection and a backlog of its own, so a target that hangs delays no other one. A backlog
keeps a bounded number of deliveries in memory and reads the others back from the history.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.core.signature import NOT_FROM_CRONOFY, SignaturePolicy
from cronofy_cli.listen.forwarding.result_writer import ResultKeeper
from cronofy_cli.listen.forwarding.target_worker import TargetWorker, WorkerCalls
from cronofy_cli.outbound.advice import runs_in_container
from cronofy_cli.outbound.exact_sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.forwarding.reports import ForwardReport, TargetChange
    from cronofy_cli.outbound.settings import ForwarderSettings
    from cronofy_cli.outbound.target import Target

_HELD: Final = 256
"""Deliveries in memory for each target."""
_CHUNK: Final = 32


@dataclass(frozen=True, slots=True)
class ForwarderCalls:
    """Whom the forwarder tells what. Called on several threads, one call after the other for each target."""

    report: Callable[[ForwardReport], None]
    """An attempt is over."""
    change: Callable[[TargetChange], None]
    """A target has gone, or is back."""
    trouble: Callable[[CronofyError], None]
    """The history could not be read or written."""


@dataclass(frozen=True, slots=True)
class _Lane:
    target: Target
    backlog: Backlog
    worker: TargetWorker

    def chosen_of(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """Return the deliveries of the types that the target takes."""
        return [delivery for delivery in deliveries if self.target.wants(delivery.notification)]


class Forwarder:
    """Forwards what it is given. `start` it, then `stop` it; or use it as a context manager."""

    def __init__(
        self,
        settings: ForwarderSettings,
        history_file: Path,
        calls: ForwarderCalls,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._history_file = history_file
        self._calls = calls
        self._clock = clock
        self._keeper = ResultKeeper(history_file, calls.trouble)
        self._lanes: tuple[_Lane, ...] = ()
        self._one_at_a_time = Lock()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Where deliveries go."""
        return self._settings.targets

    def start(self) -> None:
        """Be ready to forward.

        Raises:
            HistoryUnavailable: the history cannot be opened.
        """
        permit = BoundedSemaphore(self._settings.concurrency)
        in_container = runs_in_container()
        self._lanes = tuple(self._lane(target, permit, in_container=in_container) for target in self.targets)
        self._keeper.start()
        for lane in self._lanes:
            lane.worker.start()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries to be forwarded, those that Cronofy did not sign left out. Never waits for a target.

        May be called by several threads.
        """
        wanted = [delivery for delivery in deliveries if self._wants(delivery)]
        with self._one_at_a_time:
            for lane in self._lanes:
                lane.backlog.put(lane.chosen_of(wanted))

    def stop(self, limit_s: float = 10.0) -> bool:
        """Forward what is left to the targets that are there, and return whether that was everything."""
        end_s = time.monotonic() + limit_s
        for lane in self._lanes:
            lane.worker.end()
        finished = [lane.worker.join(max(end_s - time.monotonic(), 0)) for lane in self._lanes]
        self._keeper.stop(max(end_s - time.monotonic(), 1.0))
        if all(lane.worker.has_ended for lane in self._lanes):
            self._stack.close()
        return all(finished)

    def _lane(self, target: Target, permit: BoundedSemaphore, *, in_container: bool) -> _Lane:
        # For writing, though it only reads: before the listener's first delivery there may be no file to open.
        history = self._stack.enter_context(open_history(self._history_file, survives_power_cut=False))
        backlog = Backlog(history.between, limit=_HELD, chunk=_CHUNK)
        calls = WorkerCalls(self._keeper.keep, self._calls.report, self._calls.change, self._calls.trouble)
        worker = TargetWorker(
            Sender(target, self._settings.sending, self._clock),
            backlog,
            calls,
            permit,
            retries=self._settings.retries,
            in_container=in_container,
        )
        return _Lane(target, backlog, worker)

    def _wants(self, delivery: Delivery) -> bool:
        is_strict = self._settings.policy is SignaturePolicy.STRICT
        if is_strict and delivery.verdict.state in NOT_FROM_CRONOFY:
            return False
        return self._settings.chosen.wants(delivery)
