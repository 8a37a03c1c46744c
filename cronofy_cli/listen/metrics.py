"""What `/metrics` says of a run: counted where it happens, put into words when somebody asks.

Nothing of a notification becomes a label, and of a target only its host and port: paths and queries can hold secrets.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Final

from cronofy_cli import __version__
from cronofy_cli.adapters.history import unread
from cronofy_cli.core.exposition import Family, Histogram, Sample, exposition
from cronofy_cli.core.health import Health
from cronofy_cli.core.signature import SignatureState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.forwarder import Forwarder
    from cronofy_cli.listen.forwarding.reports import ForwardReport
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.receiver.pipeline import Pipeline

_ANSWER_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Cronofy waits 5 seconds (docs: /developers/push-notifications/)."""
_FORWARD_BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RunMetrics:
    """Counts on the threads where things happen."""

    def __init__(self, targets: Sequence[Target], clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._started_at = clock()
        self._verdicts = Counter[SignatureState]()
        self._answer_s = Histogram(_ANSWER_BOUNDS_S)
        self._received_at: datetime | None = None
        self._lock = Lock()
        self._forwards = {target.authority: _Forwards() for target in targets}
        self._answered: Mapping[int, int] = {}
        self._pipeline: Pipeline | None = None
        self._forwarder: Forwarder | None = None

    def watch(self, answered: Mapping[int, int], pipeline: Pipeline, forwarder: Forwarder | None) -> None:
        """Ask these from now on: the answers by their status, and what waits."""
        self._answered, self._pipeline, self._forwarder = answered, pipeline, forwarder

    def counting(self, put: Callable[[Sequence[Delivery]], None]) -> Callable[[Sequence[Delivery]], None]:
        """Return what counts deliveries that were just answered, and passes them on. For one thread."""

        def recorded(deliveries: Sequence[Delivery]) -> None:
            self._count(deliveries)
            put(deliveries)

        return recorded

    def _count(self, deliveries: Sequence[Delivery]) -> None:
        answered_at = self._clock()
        for delivery in unread(deliveries):
            received_at = delivery.request.received_at
            self._verdicts[delivery.verdict.state] += 1
            self._answer_s.observe(max((answered_at - received_at).total_seconds(), 0.0))
            self._received_at = received_at

    def forwarded(self, report: ForwardReport) -> None:
        """Count an attempt to forward."""
        forward = report.forward
        with self._lock:
            counts = self._forwards.setdefault(report.target.authority, _Forwards())
            counts.duration_s.observe(forward.attempt.duration.total_seconds())
            counts.results[str(forward.attempt.status or forward.attempt.failure)] += 1
            if forward.is_last:
                counts.taken += forward.attempt.succeeded
                counts.failed += not forward.attempt.succeeded

    def text(self, health: Health) -> bytes:
        """Return what `/metrics` says now."""
        return exposition([*self._own(health), *self._receiving(), *self._forwarding()])

    def _own(self, health: Health) -> Iterator[Family]:
        yield _gauge("build_info", "The version that runs.", 1, {"version": __version__})
        yield _gauge("start_time_seconds", "When it started.", self._started_at.timestamp())
        yield _gauge("ready", "Whether notifications can arrive here.", health is Health.READY)
        yield _gauge("standby", "Whether another listener serves this callback URL.", health is Health.STANDBY)

    def _receiving(self) -> Iterator[Family]:
        verdicts = tuple(Sample(self._verdicts[state], {"verdict": state.value}) for state in SignatureState)
        yield Family("cronofy_received_total", "counter", "Recorded deliveries by their signature's verdict.", verdicts)
        statuses = sorted(dict(self._answered).items())
        answered = tuple(Sample(count, {"status": str(status)}) for status, count in statuses)
        yield Family("cronofy_answered_total", "counter", "Requests by the status of our answer.", answered)
        durations = tuple(self._answer_s.samples())
        about = "From the end of a recorded request to our answer."
        yield Family("cronofy_answer_duration_seconds", "histogram", about, durations)
        received_at = self._received_at
        last = () if received_at is None else (Sample(received_at.timestamp()),)
        about = "When the newest recorded delivery was received."
        yield Family("cronofy_last_received_timestamp_seconds", "gauge", about, last)
        waiting = 0 if self._pipeline is None else self._pipeline.waiting
        yield _gauge("queue", "Recorded deliveries that wait to be shown and handed on.", waiting)

    def _forwarding(self) -> Iterator[Family]:
        with self._lock:
            forwards = dict(self._forwards)
        taken = tuple(Sample(counts.taken, {"target": name}) for name, counts in forwards.items())
        yield Family("cronofy_forwarded_total", "counter", "Deliveries that the application took.", taken)
        failed = tuple(Sample(counts.failed, {"target": name}) for name, counts in forwards.items())
        about = "Deliveries that were given up: the application did not take them."
        yield Family("cronofy_forward_failed_total", "counter", about, failed)
        results = tuple(
            Sample(count, {"target": name, "result": result})
            for name, counts in forwards.items()
            for result, count in sorted(counts.results.copy().items())
        )
        about = "Attempts to forward, by the application's status or the code of the failure."
        yield Family("cronofy_forward_attempts_total", "counter", about, results)
        durations = tuple(
            sample for name, counts in forwards.items() for sample in counts.duration_s.samples({"target": name})
        )
        about = "How long attempts to forward took."
        yield Family("cronofy_forward_duration_seconds", "histogram", about, durations)
        yield Family("cronofy_forward_queue", "gauge", "Deliveries that wait to be forwarded.", self._waiting())

    def _waiting(self) -> tuple[Sample, ...]:
        waiting = Counter[str]()
        for target, count in () if self._forwarder is None else self._forwarder.waiting_by_target:
            waiting[target.authority] += count
        return tuple(Sample(count, {"target": name}) for name, count in waiting.items())


class _Forwards:
    """What became of forwarding to one host and port."""

    __slots__ = ("duration_s", "failed", "results", "taken")

    def __init__(self) -> None:
        self.taken = 0
        self.failed = 0
        self.results = Counter[str]()
        self.duration_s = Histogram(_FORWARD_BOUNDS_S)


def _gauge(name: str, meaning: str, value: float, labels: Mapping[str, str] | None = None) -> Family:
    return Family(f"cronofy_{name}", "gauge", meaning, (Sample(value, labels or {}),))
