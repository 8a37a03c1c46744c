"""Forwarding to one target, in the order of the deliveries, on a thread of its own.

A delivery that the target refuses, or does not answer in time, is tried again as often as was asked for, and holds the
later ones back meanwhile. While the target is not there at all nothing is given up: it is looked for, and everything
goes on in order once it is back. What waits is bounded in memory: the rest is read back from the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.forwarding.reports import TargetChange, report_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager, ExitStack
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls
    from cronofy_cli.outbound.sender import Sender

_HELD: Final = 256
"""Deliveries in memory."""
_CHUNK: Final = 32

_FIRST_PROBE_S: Final = 0.1
_SLOWEST_PROBE_S: Final = 2.0
_RESTART_PAUSE_S: Final = 0.25
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What is the same for all targets."""

    history_file: Path
    permit: AbstractContextManager[object]
    """Held while something is sent: it bounds how many targets are sent to at once."""
    retries: int
    in_container: bool


class TargetWorker(Worker):
    """Hands deliveries to one target, one at a time."""

    _history: History

    def __init__(
        self, sender: Sender, settings: WorkerSettings, keep: Callable[[Forward], None], calls: ForwarderCalls
    ) -> None:
        """`keep` takes each result for the history."""
        super().__init__(f"forwarding to {sender.target.url}", calls.failed)
        self._sender = sender
        self._settings = settings
        self._keep = keep
        self._calls = calls
        self._backlog = Backlog(self._read_back, limit=_HELD, chunk=_CHUNK)
        self._is_away = False

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Take deliveries; those of types that the target does not want are left out. Never waits."""
        wants = self._sender.target.wants
        self._backlog.put([delivery for delivery in deliveries if wants(delivery.notification)])

    def end(self) -> None:
        """Take nothing new; a target that is not there is not waited for any longer."""
        self._ending.set()
        self._wake()

    def finish(self, limit_s: float) -> bool:
        """Wait for what is left, and return whether all of it was forwarded within the limit."""
        return self.stop(limit_s) and self._backlog.is_exhausted and not self._is_away

    def _open(self, stack: ExitStack) -> None:
        # For writing, though it only reads: before the listener's first delivery there may be no file to open.
        self._history = stack.enter_context(open_history(self._settings.history_file, survives_power_cut=False))
        stack.callback(self._sender.close)

    def _wake(self) -> None:
        self._backlog.close()

    def _read_back(self, first: int, last: int) -> Iterable[Sequence[Delivery]]:
        return self._history.between(first, last)

    def _work(self) -> None:
        while not (self._abandoned.is_set() or self._backlog.is_exhausted):
            try:
                batch = self._backlog.take()
            except CronofyError as error:
                self._calls.trouble(error)
                continue
            if not all(self._forward(delivery) for delivery in batch):
                return

    def _forward(self, delivery: Delivery) -> bool:
        """Forward a delivery, however long that takes, and return whether to go on with the next one."""
        number, was_cut_off = 1, False
        while not self._abandoned.is_set():
            with self._settings.permit:
                forward = self._sender.forward(delivery, number)
            failure = forward.attempt.failure
            if failure is not None and failure.is_absence:
                if not self._wait_for_target(delivery, forward):
                    return False
            elif failure is Failure.CONNECTION_CLOSED and not was_cut_off:
                # An app that restarts ends its connections first, and may accept new ones for a moment only to drop
                # them; if it is gone by the next try, that one finds out and waits.
                was_cut_off = True
                self._ending.wait(_RESTART_PAUSE_S)
            elif self._is_done(delivery, forward):
                return True
            else:
                number += 1
        return False

    def _is_done(self, delivery: Delivery, forward: Forward) -> bool:
        pause_s = min(_FIRST_PAUSE_S * 2 ** (forward.number - 1), _LONGEST_PAUSE_S)
        is_last = forward.attempt.succeeded or forward.number > self._settings.retries
        self._report(delivery, forward, None if is_last else pause_s)
        if not is_last:
            self._ending.wait(pause_s)
        return is_last

    def _wait_for_target(self, delivery: Delivery, forward: Forward) -> bool:
        """Wait until the target is back; false when the end comes first. Only changes are reported."""
        target = self._sender.target
        if not self._is_away:
            self._is_away = True
            self._report(delivery, forward, None)
            self._calls.change(TargetChange(target, is_up=False, detail=forward.attempt.summary))
        pause_s = _FIRST_PROBE_S
        while not self._ending.wait(pause_s):
            if self._sender.probe():
                self._is_away = False
                self._calls.change(TargetChange(target, is_up=True, detail=self._sender.address or ""))
                return True
            pause_s = min(pause_s * 2, _SLOWEST_PROBE_S)
        return False

    def _report(self, delivery: Delivery, forward: Forward, retried_in_s: float | None) -> None:
        self._keep(forward)
        in_container = self._settings.in_container
        target = self._sender.target
        self._calls.report(report_of(delivery, target, forward, in_container=in_container, retried_in_s=retried_in_s))
