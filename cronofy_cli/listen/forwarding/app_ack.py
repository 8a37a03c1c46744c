"""`--ack app`: the application itself decides what Cronofy is answered.

A delivery is recorded first, as always; then it is forwarded, and Cronofy gets the application's own status. What does
not answer at all is answered for: 502, or 504 at the time limit. After five seconds Cronofy has seen no answer, and
that is what is kept. Cronofy then sends the notification again, as it would to the application in production (docs:
/developers/push-notifications/), so nothing is retried here.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.attempt import CRONOFY_LIMIT_S
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.listen.forwarding.reports import report_of
from cronofy_cli.listen.forwarding.result_writer import Answer, ResultWriter
from cronofy_cli.outbound.advice import runs_in_container
from cronofy_cli.outbound.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target

_OK: Final = 200
_BAD_GATEWAY: Final = 502
_GATEWAY_TIMEOUT: Final = 504


@dataclass(frozen=True, slots=True)
class _Question:
    delivery: Delivery
    answer: Callable[[int | None], None]


class AppAck:
    """Asks the application, several deliveries at once. Give the listener `decide`."""

    def __init__(
        self,
        target: Target,
        sending: SenderSettings,
        history: HistoryPlace,
        calls: ForwarderCalls,
        clock: Callable[[], datetime],
        *,
        concurrency: int = 8,
        chosen: DeliveryFilter = EVERYTHING,
    ) -> None:
        """What is not `chosen` the application never sees."""
        self._target = target
        self._chosen = chosen
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._results = ResultWriter(history, calls)
        self._workers = tuple(
            _Asker(Sender(target, sending, clock), self._results, calls, self._questions, clock)
            for _ in range(concurrency)
        )

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
        """Be ready to decide.

        Raises:
            HistoryUnavailable: the history cannot be opened.
        """
        self._results.start()
        for worker in self._workers:
            worker.start()

    def stop(self, limit_s: float = 2.0) -> None:
        """Decide what is waiting, for at most `limit_s` for each thread. Harmless in any state."""
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.stop(limit_s)
        self._results.stop(limit_s)

    @property
    def unwritten(self) -> list[Forward]:
        """The results that are not in the history yet."""
        return self._results.unwritten

    def targets_of(self, delivery: Delivery) -> list[str]:
        """Return the application's address if it is asked about a delivery."""
        is_asked = delivery.answer_status == _OK and self._wants(delivery)
        return [self._target.url] if is_asked else []

    def decide(self, delivery: Delivery, answer: Callable[[int | None], None]) -> None:
        """Have the application say what a recorded delivery is answered; None when it was too late. Never waits."""
        if self._wants(delivery):
            self._questions.put(_Question(delivery, answer))
        else:
            answer(delivery.answer_status)

    def hand_on(self, deliveries: Sequence[Delivery]) -> None:
        """Forward deliveries whose sender does not wait for an answer. Never waits."""
        for delivery in deliveries:
            self.decide(delivery, _no_answer)

    def _wants(self, delivery: Delivery) -> bool:
        return self._target.wants(delivery.notification) and self._chosen.wants(delivery)


class _Asker(Worker):
    """Asks the application about one delivery at a time."""

    def __init__(
        self,
        sender: Sender,
        results: ResultWriter,
        calls: ForwarderCalls,
        questions: queue.SimpleQueue[_Question | None],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__("asking the application", calls.failed)
        self._sender = sender
        self._results = results
        self._calls = calls
        self._questions = questions
        self._clock = clock
        self._in_container = runs_in_container()

    def end(self) -> None:
        """Decide what is waiting, and end."""
        self._ending.set()
        self._wake()

    def _open(self, stack: ExitStack) -> None:
        stack.callback(self._sender.close)

    def _wake(self) -> None:
        self._questions.put(None)

    def _work(self) -> None:
        while not self._abandoned.is_set() and (question := self._questions.get()) is not None:
            self._settle(question)

    def _settle(self, question: _Question) -> None:
        forward = self._sender.forward(question.delivery)
        waited = self._clock() - question.delivery.request.received_at
        # Cronofy has given up by then, whatever is sent to it.
        status = None if waited.total_seconds() > CRONOFY_LIMIT_S else _status(forward.attempt)
        # Cronofy first: its five seconds are running.
        question.answer(status)
        self._results.keep(forward, Answer(status))
        answered = question.delivery._replace(answer_status=status)
        self._calls.report(report_of(answered, self._sender.target, forward, in_container=self._in_container))


def _no_answer(_status: int | None) -> None:
    """No request waits for a response."""


def _status(attempt: Attempt) -> int:
    if attempt.status is not None:
        return attempt.status
    return _GATEWAY_TIMEOUT if attempt.failure is Failure.ANSWER_TIMED_OUT else _BAD_GATEWAY
