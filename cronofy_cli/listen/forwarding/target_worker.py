"""Forwarding to one target, in the order of the deliveries, on a thread of its own.

A delivery that the target refuses, or does not answer in time, is tried again as often as was asked for, and holds the
later ones back meanwhile. While the target is not there at all nothing is given up: it is looked for, and everything
goes on in order once it is back. What waits is bounded in memory by the backlog.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.forwarding.reports import ForwardReport, TargetChange
from cronofy_cli.outbound.advice import advice, first_lines
from cronofy_cli.outbound.failure import AWAY, FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.adapters.history.spill_queue import Backlog
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.exact_sender import Sender

_FIRST_PROBE_S: Final = 0.1
_SLOWEST_PROBE_S: Final = 2.0
_RESTART_PAUSE_S: Final = 0.25
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class WorkerCalls:
    """Whom a worker tells what. Called on its thread."""

    keep: Callable[[Forward], None]
    report: Callable[[ForwardReport], None]
    change: Callable[[TargetChange], None]
    trouble: Callable[[CronofyError], None]


class TargetWorker:
    """Takes deliveries from a backlog and hands them to one target, one at a time."""

    def __init__(
        self,
        sender: Sender,
        backlog: Backlog,
        calls: WorkerCalls,
        permit: AbstractContextManager[object],
        *,
        retries: int,
        in_container: bool,
    ) -> None:
        """`permit` is held while something is sent: it bounds how many targets are sent to at once."""
        self._sender = sender
        self._backlog = backlog
        self._calls = calls
        self._permit = permit
        self._retries = retries
        self._in_container = in_container
        self._is_away = False
        self._ending = threading.Event()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._work, name="cronofy-forward", daemon=True)

    def start(self) -> None:
        """Begin to forward."""
        self._thread.start()

    def end(self) -> None:
        """Take nothing new; a target that is not there is not waited for any longer."""
        self._backlog.close()
        self._ending.set()

    def join(self, limit_s: float) -> bool:
        """Wait for what is left, and return whether all of it was forwarded within the limit."""
        self._thread.join(limit_s)
        self._abandoned.set()
        return self.has_ended and self._backlog.is_exhausted and not self._is_away

    @property
    def has_ended(self) -> bool:
        """Whether nothing is done any more; one that hangs on its target may go on for a while."""
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            while not (self._abandoned.is_set() or self._backlog.is_exhausted):
                try:
                    batch = self._backlog.take()
                except CronofyError as error:
                    self._calls.trouble(error)
                    continue
                if not all(self._forward(delivery) for delivery in batch):
                    return
        finally:
            self._sender.close()

    def _forward(self, delivery: Delivery) -> bool:
        """Forward a delivery, however long that takes, and return whether to go on with the next one."""
        attempt, was_cut_off = 1, False
        while not self._abandoned.is_set():
            with self._permit:
                forward = self._sender.send(delivery, attempt)
            failure = FailureKind(forward.failure) if forward.failure is not None else None
            if failure in AWAY:
                if not self._wait_for_target(delivery, forward):
                    return False
            elif failure is FailureKind.CLOSED and not was_cut_off:
                # An app that restarts ends its connections first, and may accept new ones for a moment only to drop
                # them; if it is gone by the next try, that one finds out and waits.
                was_cut_off = True
                self._ending.wait(_RESTART_PAUSE_S)
            elif self._is_done(delivery, forward):
                return True
            else:
                attempt += 1
        return False

    def _is_done(self, delivery: Delivery, forward: Forward) -> bool:
        pause_s = min(_FIRST_PAUSE_S * 2 ** (forward.attempt - 1), _LONGEST_PAUSE_S)
        is_last = forward.succeeded or forward.attempt > self._retries
        self._tell(delivery, forward, None if is_last else pause_s)
        if not is_last:
            self._ending.wait(pause_s)
        return is_last

    def _wait_for_target(self, delivery: Delivery, forward: Forward) -> bool:
        """Wait until the target is back; false when the end comes first. Only changes are told."""
        if not self._is_away:
            self._is_away = True
            self._tell(delivery, forward, None)
            self._calls.change(TargetChange(self._sender.target, is_up=False, detail=forward.reason or ""))
        pause_s = _FIRST_PROBE_S
        while not self._ending.wait(pause_s):
            if self._sender.probe():
                self._is_away = False
                self._calls.change(TargetChange(self._sender.target, is_up=True, detail=self._sender.address or ""))
                return True
            pause_s = min(pause_s * 2, _SLOWEST_PROBE_S)
        return False

    def _tell(self, delivery: Delivery, forward: Forward, retried_in_s: float | None) -> None:
        self._calls.keep(forward)
        self._calls.report(
            ForwardReport(
                delivery=delivery,
                target=self._sender.target,
                forward=forward,
                advice=advice(forward, self._sender.target, in_container=self._in_container),
                lines=() if forward.succeeded else first_lines(forward),
                retried_in_s=retried_in_s,
            )
        )
