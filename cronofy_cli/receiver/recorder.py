"""Record before answering: a delivery that is answered 2xx is on disk.

All requests that arrive during one turn of the event loop share one commit, made on the loop itself: handing it to a
thread costs more than the commit. If it fails, all of them are answered 503, and Cronofy sends them again (docs:
/developers/push-notifications/).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Moments
from cronofy_cli.core.notifications.deliveries import Arrival, Delivery
from cronofy_cli.core.signature import HEADER, SignaturePolicy, SignatureState, Verdict, Verifier, answer_status
from cronofy_cli.errors import CronofyError
from cronofy_cli.receiver.responses import Persistence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import History, TargetsOf
    from cronofy_cli.core.notifications.deliveries import ReceivedRequest
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.receiver.responses import Exchange

_ENOUGH: Final = 256
"""Requests that are not kept waiting for others."""

_ACCEPTED: Final = 200
_TOO_LATE: Final = 504

_NOT_CHECKED: Final = Verdict(SignatureState.UNKNOWN)

AnswerDecider = Callable[[Delivery, Callable[[int | None], None]], None]
"""Takes a recorded delivery that would be answered 200, and a function that answers it with a status instead; None when
it is too late for an answer.

Called on the event loop's thread, which it must not keep waiting. It has to call the function once, on any thread.
"""


def always() -> bool:
    """Return True: the default of a condition."""
    return True


class Assessor:
    """Says who signed a request, and what it is answered."""

    def __init__(self, client_secrets: Sequence[ClientSecret], policy: SignaturePolicy, context: str) -> None:
        self._verify = Verifier(client_secrets)
        self._policy = policy
        self._context = context

    def __call__(self, request: ReceivedRequest) -> Arrival:
        """Return what is about to be recorded."""
        is_checked = self._policy is not SignaturePolicy.OFF
        verdict = self._verify(request.header(HEADER), request.body) if is_checked else _NOT_CHECKED
        return Arrival(request, verdict, answer_status(self._policy, verdict.state), self._context)


class Recorder:
    """Records the requests of a turn together, then answers."""

    def __init__(
        self,
        history: History,
        assess: Callable[[ReceivedRequest], Arrival],
        *,
        defer: Callable[[Callable[[], None]], object],
        to_loop: Callable[[Callable[[], None]], object],
        on_recorded: Callable[[Sequence[Delivery]], None],
        on_answered: Callable[[Moments], None],
        on_trouble: Callable[[CronofyError], None],
        on_recording: Callable[[CronofyError | None], None],
        clock: Callable[[], datetime],
        decide: AnswerDecider | None = None,
        targets_of: TargetsOf | None = None,
        serves: Callable[[], bool] = always,
    ) -> None:
        """`defer` has its argument called at the loop's next turn; `on_trouble` hears once of a row of failures,
        `on_recording` too, and with None when it is over. `on_answered` hears when deliveries were on the disk and
        answered.

        With `decide`, another one says what a good delivery is answered; it is handed on when that is known. `to_loop`
        then brings the answer from any thread to the loop's own. `targets_of` says where a delivery is to be forwarded
        to, which is recorded with it. While it `serves` not, nothing is recorded: another listener does that.
        """
        # Another one's decision is written to the delivery at once, so it has to be in its own place.
        self._record = partial(history.receive, targets_of=targets_of, is_final=decide is not None)
        self._assess = assess
        self._defer = defer
        self._on_recorded = on_recorded
        self._on_answered = on_answered
        self._clock = clock
        self._on_trouble = on_trouble
        self._on_recording = on_recording
        self._decide = decide
        self._to_loop = to_loop
        self._serves = serves
        self._exchanges: list[Exchange] = []
        self._arrivals: list[Arrival] = []
        self._gathered = 0
        self._is_failing = False

    def receive(self, exchange: Exchange) -> None:
        """Take a request, to be recorded and answered at the next turn."""
        assert exchange.request is not None
        self._arrivals.append(self._assess(exchange.request))
        self._exchanges.append(exchange)
        if len(self._exchanges) == 1:
            self._gathered = 0
            self._defer(self._gather)

    def _gather(self) -> None:
        """Commit when a turn has brought nothing more: most of a commit's cost does not depend on its size."""
        waiting = len(self._exchanges)
        if self._gathered < waiting < _ENOUGH:
            self._gathered = waiting
            self._defer(self._gather)
        else:
            self._commit()

    def _commit(self) -> None:
        exchanges, self._exchanges = self._exchanges, []
        arrivals, self._arrivals = self._arrivals, []
        if not self._serves():
            for exchange in exchanges:
                # Whoever leads connections to the one that serves can do so with the next connection alone.
                exchange.persistence = Persistence.CLOSE
                exchange.answer(503)
            return
        try:
            recorded = self._record(arrivals)
        except CronofyError as error:
            for exchange in exchanges:
                exchange.answer(503)
            self._report(error)
            return
        recorded_at = self._clock()
        if self._is_failing:
            self._is_failing = False
            self._on_recording(None)
        if self._decide is not None:
            self._have_decided(self._decide, exchanges, recorded, recorded_at)
            return
        for exchange, arrival in zip(exchanges, arrivals, strict=True):
            exchange.answer(arrival.answer_status)
        self._note(recorded[0].id, len(recorded), recorded_at, is_answered=True)
        self._on_recorded(recorded)

    def _have_decided(
        self, decide: AnswerDecider, exchanges: list[Exchange], recorded: Sequence[Delivery], recorded_at: datetime
    ) -> None:
        for exchange, delivery in zip(exchanges, recorded, strict=True):
            settle = partial(self._settle, exchange, recorded_at)
            if delivery.answer_status == _ACCEPTED:
                decide(delivery, partial(self._settle_soon, settle, delivery))
            else:
                settle(delivery)

    def _settle_soon(self, settle: Callable[[Delivery], None], delivery: Delivery, status: int | None) -> None:
        self._to_loop(partial(settle, delivery._replace(answer_status=status)))

    def _settle(self, exchange: Exchange, recorded_at: datetime, delivery: Delivery) -> None:
        exchange.answer(delivery.answer_status or _TOO_LATE)
        self._note(delivery.id, 1, recorded_at, is_answered=delivery.answer_status is not None)
        self._on_recorded([delivery])

    def _note(self, first_id: int | None, count: int, recorded_at: datetime, *, is_answered: bool) -> None:
        if first_id is not None:
            answered_at = self._clock() if is_answered else None
            self._on_answered(Moments(first_id, first_id + count - 1, recorded_at, answered_at))

    def _report(self, error: CronofyError) -> None:
        if not self._is_failing:
            self._is_failing = True
            self._on_trouble(error)
            self._on_recording(error)
