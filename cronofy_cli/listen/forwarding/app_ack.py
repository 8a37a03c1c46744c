"""`--ack app`: the application itself decides what Cronofy is answered.

A delivery is recorded first, as always; then it is forwarded, and Cronofy gets the application's own status. What does
not answer at all is answered for: 502, or 504 at the time limit. Cronofy then sends the notification again, as it would
to the application in production (docs: /developers/push-notifications/), so nothing is retried here.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.forwarding.reports import ForwardReport
from cronofy_cli.outbound.advice import advice, first_lines, runs_in_container
from cronofy_cli.outbound.exact_sender import Sender
from cronofy_cli.outbound.failure import FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.listen.forwarding.forwarder import ForwarderCalls
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target

_BAD_GATEWAY: Final = 502
_GATEWAY_TIMEOUT: Final = 504


@dataclass(frozen=True, slots=True)
class _Question:
    delivery: Delivery
    answer: Callable[[int], None]


class AppAck:
    """Asks the application, several deliveries at once. Give the listener `decide`."""

    def __init__(
        self,
        target: Target,
        sending: SenderSettings,
        history_file: Path,
        calls: ForwarderCalls,
        clock: Callable[[], datetime],
        *,
        concurrency: int = 8,
        chosen: DeliveryFilter = EVERYTHING,
    ) -> None:
        """What is not `chosen` the application never sees."""
        self._target = target
        self._sending = sending
        self._history_file = history_file
        self._calls = calls
        self._clock = clock
        self._chosen = chosen
        self._in_container = runs_in_container()
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name="cronofy-ack", daemon=True) for _ in range(concurrency)
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Be ready to decide."""
        for thread in self._threads:
            thread.start()

    def stop(self, limit_s: float = 2.0) -> None:
        """Decide what is waiting, for at most `limit_s` for each thread."""
        for _ in self._threads:
            self._questions.put(None)
        for thread in self._threads:
            thread.join(limit_s)

    def decide(self, delivery: Delivery, answer: Callable[[int], None]) -> None:
        """Have the application say what a recorded delivery is answered. Never waits."""
        if self._target.wants(delivery.notification) and self._chosen.wants(delivery):
            self._questions.put(_Question(delivery, answer))
        else:
            answer(delivery.answer_status)

    def hand_on(self, deliveries: Sequence[Delivery]) -> None:
        """Forward deliveries whose sender does not wait for an answer. Never waits."""
        for delivery in deliveries:
            self.decide(delivery, _nobody_waits)

    def _work(self) -> None:
        sender = Sender(self._target, self._sending, self._clock)
        history: History | None = None
        try:
            history = open_history(self._history_file, survives_power_cut=False)
        except CronofyError as error:
            self._calls.trouble(error)
        try:
            while question := self._questions.get():
                self._settle(question, sender.send(question.delivery), history)
        finally:
            sender.close()
            if history is not None:
                history.close()

    def _settle(self, question: _Question, forward: Forward, history: History | None) -> None:
        status = _status(forward)
        # Cronofy first: its five seconds are running.
        question.answer(status)
        if history is not None:
            try:
                history.forwards.record([forward])
                history.set_answer(forward.delivery_id, status)
            except CronofyError as error:
                self._calls.trouble(error)
        self._calls.report(
            ForwardReport(
                delivery=question.delivery,
                target=self._target,
                forward=forward,
                advice=advice(forward, self._target, in_container=self._in_container),
                lines=() if forward.succeeded else first_lines(forward),
            )
        )


def _nobody_waits(_status: int) -> None:
    """There is nobody to answer."""


def _status(forward: Forward) -> int:
    if forward.status is not None:
        return forward.status
    return _GATEWAY_TIMEOUT if forward.failure == FailureKind.TIME_LIMIT else _BAD_GATEWAY
