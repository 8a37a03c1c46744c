"""Reading the events behind `change` notifications.

A `change` says only "something, since then" (docs: /developers/push-notifications/). The reads are made here, on a
thread of their own: neither the answer to Cronofy nor the next line waits for them. Notifications that come in a burst
or during a read are folded into one read. What a read brings is compared with what was seen before, so the same change
is reported once, however reads overlap and in whatever order notifications come.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS, RateLimit, RateLimiter
from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, InvalidRequest, NotAllowed, NotSignedIn, WrongUsage
from cronofy_cli.listen.changes.read_request import ChangeRead, folded, request_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.change_detector import ChangeDetector
    from cronofy_cli.listen.changes.read_request import Kind, ReadRequest
    from cronofy_cli.listen.changes.recorder import ChangeRecorder
    from cronofy_cli.listen.reporter import Reporter

ReadPages = Callable[["ReadRequest", Callable[[], None]], Iterable[Sequence[bytes]]]
"""Yields the events of each page, and calls its second argument for each page before it is sent for."""

_TRUSTED: Final = {SignatureState.VALID, SignatureState.UNKNOWN}
_OF_THE_TOKEN: Final = (NotSignedIn, NotAllowed)
_FINAL: Final = (*_OF_THE_TOKEN, InvalidRequest, WrongUsage)
"""Another attempt would be answered the same."""
# The client sends for a page while the one before is used, ahead of its turn.
_LIMITS: Final = [RateLimit(limit.requests - 1, limit.within_s) for limit in CRONOFY_LIMITS]


@dataclass(frozen=True, slots=True)
class Patience:
    """How the reader waits."""

    settle_s: float = 0.1
    """How long more notifications are waited for, to be folded into the same read."""
    pauses_s: tuple[float, ...] = (2.0, 10.0, 30.0)
    """Before each new attempt of a read that failed; the client itself has tried several times before."""
    rest_s: float = 5.0
    """After which the history is tried again that has not taken a read, when nothing new comes before."""
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


class ChangeReader(Worker):
    """A sink of the pipeline that reads events, and passes what it read on."""

    def __init__(
        self,
        read: ReadPages,
        detector: ChangeDetector,
        recorder: ChangeRecorder,
        reporter: Reporter,
        on_failed: OnFailed,
        *,
        options: tuple[str, ...] = (),
        patience: Patience | None = None,
    ) -> None:
        """`read`, `detector` and `recorder` are used on the reader's thread alone.

        `options` are those that chose context and data center, for commands to be typed.
        """
        super().__init__("change reader", on_failed)
        self._read = read
        self._detector = detector
        self._recorder = recorder
        self._reporter = reporter
        self._options = options
        self._patience = patience or Patience()
        self._limiter = RateLimiter(_LIMITS)
        self._waiting: deque[ReadRequest] = deque()
        self._given_up: dict[Kind, ReadRequest] = {}
        self._condition = threading.Condition()
        self.read_since: str | None = None
        """The moment of the newest notification whose changes have all been read."""

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of the deliveries that speak of changes. Never waits."""
        requests = [request_for(delivery) for delivery in deliveries if delivery.verdict.state in _TRUSTED]
        self.ask(*(request for request in requests if request is not None))

    def ask(self, *requests: ReadRequest) -> None:
        """Have reads made soon. Never waits."""
        if requests:
            with self._condition:
                self._waiting.extend(requests)
                self._condition.notify()

    def _open(self, stack: ExitStack) -> None:
        stack.enter_context(self._detector)
        stack.enter_context(self._recorder)

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify()

    def _work(self) -> None:
        while requests := self._take():
            for request in requests:
                if not self._abandoned.is_set():
                    self._make_read(request)

    def _take(self) -> list[ReadRequest]:
        """Wait until something is to be read, and a moment for more of it; nothing at the end."""
        while not self._comes(self._patience.rest_s if self._recorder.has_rest else None):
            self._recorder.write_rest()
        self._ending.wait(self._patience.settle_s)
        return folded(self._taken())

    def _comes(self, limit_s: float | None) -> bool:
        """Wait, and return whether something is to be read or the end has come within the limit."""
        with self._condition:
            return self._condition.wait_for(lambda: bool(self._waiting) or self._ending.is_set(), limit_s)

    def _taken(self) -> list[ReadRequest]:
        with self._condition:
            taken = list(self._waiting)
            self._waiting.clear()
        # What was given up is read together with the next of its kind.
        owed = [self._given_up.pop(kind) for kind in {request.kind for request in taken} if kind in self._given_up]
        return [*owed, *taken]

    def _make_read(self, request: ReadRequest) -> None:
        """Read until it succeeds, cannot succeed or the end has come; what comes meanwhile is read along."""
        for pause_s in (*self._patience.pauses_s, None):
            try:
                read = self._read_all(request)
            except CronofyError as error:
                if pause_s is None or isinstance(error, _FINAL) or self._ending.is_set():
                    self._give_up(request, error)
                    return
                self._reporter.remark(f" {request.title} not read yet: {error.message}; retrying in {pause_s:g} s")
                self._ending.wait(pause_s)
                request = self._joined_by_waiting(request)
            else:
                self._hand_on(request, read)
                return

    def _read_all(self, request: ReadRequest) -> ChangeRead:
        events: list[bytes] = []
        for page in self._read(request, self._await_turn):
            events.extend(page)
        changes = tuple(self._detector.observe(events, request.changes_since))
        return ChangeRead(request.delivery_ids, request.changes_since, tuple(events), changes, request.missed)

    def _hand_on(self, request: ReadRequest, read: ChangeRead) -> None:
        if request.has_moment:
            self.read_since = max(self.read_since or "", request.changes_since)
        # A run that did not wait for it cannot show it any more.
        if not self._abandoned.is_set():
            self._recorder(read)

    def _await_turn(self) -> None:
        wait_s = self._limiter.take_turn(self._patience.monotonic())
        if wait_s:
            self._patience.sleep(wait_s)

    def _joined_by_waiting(self, request: ReadRequest) -> ReadRequest:
        with self._condition:
            same = [each for each in self._waiting if each.kind == request.kind]
            self._waiting = deque(each for each in self._waiting if each.kind != request.kind)
        [joined] = folded([request, *same])
        return joined

    def _give_up(self, request: ReadRequest, error: CronofyError) -> None:
        self._given_up[request.kind] = request
        fix = f"{error.hint}; then " if isinstance(error, _OF_THE_TOKEN) and error.hint else ""
        by_hand = own_command(("events", "read", "--changes-since", request.by_hand), self._options)
        hint = f"{fix}read them by hand: {by_hand}"
        self._reporter.trouble(CronofyError(f"{request.title} could not be read: {error.message}", hint=hint))


def read_pages(
    api: ApiClient, tzid: str, request: ReadRequest, await_turn: Callable[[], None]
) -> Iterator[list[bytes]]:
    """Yield each page's events as their own JSON. `await_turn` is called for each page before it is sent for.

    The page ahead is sent for while one is used: one turn of it is taken a little late.
    """
    await_turn()
    for page in endpoints.read_events(api, request.query(tzid)):
        yield [bytes(event) for event in page.events]
        if page.current is None or page.total is None or page.current < page.total:
            await_turn()


def event_pages(api: ApiClient, query: EventsQuery) -> Iterator[list[bytes]]:
    """Yield each page's events as their own JSON, one right after the other."""
    for page in endpoints.read_events(api, query):
        yield [bytes(event) for event in page.events]
