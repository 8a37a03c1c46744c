"""Forwarding to all targets: a sink behind the listener that never keeps it waiting.

Each target has a worker, a connection and a backlog of its own, so a target that hangs delays no other one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.core.signature import NOT_FROM_CRONOFY, SignaturePolicy
from cronofy_cli.listen.forwarding.late import SEND_ALL
from cronofy_cli.listen.forwarding.result_writer import ResultWriter
from cronofy_cli.listen.forwarding.target_worker import TargetWorker, WorkerSettings
from cronofy_cli.outbound.advice import runs_in_container
from cronofy_cli.outbound.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.listen.forwarding.late import LateRule
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target


_MOMENT_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class ForwarderSettings:
    """How to forward to all targets."""

    targets: tuple[Target, ...]
    sending: SenderSettings
    policy: SignaturePolicy = SignaturePolicy.STRICT
    retries: int = 0
    """How often a delivery that was not taken is tried again."""
    concurrency: int = 8
    """To how many targets something is sent at once."""
    max_in_flight: int = 1
    """How many deliveries are with one target at once; 1 keeps their order."""
    chosen: DeliveryFilter = EVERYTHING
    """What is forwarded at all."""
    late: LateRule = SEND_ALL
    """What to do with what waits for a target that comes back."""


class Forwarder:
    """Forwards what it is given. `start` it, then `stop` it; or use it as a context manager."""

    def __init__(
        self,
        settings: ForwarderSettings,
        history: HistoryPlace,
        calls: ForwarderCalls,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._results = ResultWriter(history, calls)
        permit = BoundedSemaphore(settings.concurrency * settings.max_in_flight)
        shared = WorkerSettings(
            history,
            permit,
            settings.retries,
            in_container=runs_in_container(),
            max_in_flight=settings.max_in_flight,
            late=settings.late,
        )
        self._workers = tuple(
            TargetWorker(target, partial(Sender, target, settings.sending, clock), shared, self._results.keep, calls)
            for target in settings.targets
        )
        self._one_at_a_time = Lock()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop(0)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Be ready to forward.

        Raises:
            HistoryUnavailable: the history cannot be opened.
        """
        self._results.start()
        for worker in self._workers:
            worker.start()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries to be forwarded, those that Cronofy did not sign left out. Never waits for a target.

        May be called by several threads.
        """
        wanted = [delivery for delivery in deliveries if self.wants(delivery)]
        with self._one_at_a_time:
            for worker in self._workers:
                worker.put(wanted)

    def targets_of(self, delivery: Delivery) -> list[str]:
        """Return where a delivery is forwarded to."""
        if not self.wants(delivery):
            return []
        return [target.url for target in self._settings.targets if target.wants(delivery.notification)]

    def pause(self) -> None:
        """Send nothing more for now; what comes is kept."""
        for worker in self._workers:
            worker.pause()

    def resume(self) -> None:
        """Send again, what waits first."""
        for worker in self._workers:
            worker.resume()

    @property
    def is_paused(self) -> bool:
        """Whether nothing is sent for now."""
        return any(worker.is_paused for worker in self._workers)

    @property
    def waiting(self) -> int:
        """How many forwards are still to be made."""
        return sum(worker.waiting for worker in self._workers)

    @property
    def waiting_by_target(self) -> list[tuple[Target, int]]:
        """How many forwards are still to be made to each target."""
        return [(worker.target, worker.waiting) for worker in self._workers]

    @property
    def unwritten(self) -> list[Forward]:
        """The results that are not in the history yet."""
        return self._results.unwritten

    def stop(self, limit_s: float = 10.0, on_wait: Callable[[], None] | None = None) -> bool:
        """Forward what is left to the targets that are there, and return whether that was everything.

        `on_wait` is called when that takes longer than a moment. Harmless in any state.
        """
        end_s = time.monotonic() + limit_s
        for worker in self._workers:
            worker.end()
        try:
            if on_wait is not None and not self._ends_within(min(_MOMENT_S, limit_s)):
                on_wait()
            finished = [worker.finish(max(end_s - time.monotonic(), 0)) for worker in self._workers]
        finally:  # an interrupt ends the waiting, and what is known by then is kept
            for worker in self._workers:
                worker.stop(0)
            self._results.stop(max(end_s - time.monotonic(), 1.0))
        return all(finished)

    def _ends_within(self, limit_s: float) -> bool:
        end_s = time.monotonic() + limit_s
        return all(worker.wait(max(end_s - time.monotonic(), 0)) for worker in self._workers)

    def wants(self, delivery: Delivery) -> bool:
        """Whether a delivery is forwarded at all."""
        is_strict = self._settings.policy is SignaturePolicy.STRICT
        if is_strict and delivery.verdict.state in NOT_FROM_CRONOFY:
            return False
        return self._settings.chosen.wants(delivery)
