"""Reading the events behind `change` notifications.

A `change` says only "something, since then" (docs: /developers/push-notifications/). The reads are made here, on a
thread of their own: neither the answer to Cronofy nor the next line waits for them. Notifications that come in a burst
or during a read are folded into one read. What a read brings is compared with what was seen before, so the same change
is told once, however reads overlap and in whatever order notifications come.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS, RateLimit, RateLimiter
from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.events.event_changes import EventChange
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, InvalidRequest, NotAllowed, NotSignedIn, WrongUsage
from cronofy_cli.listen.changes.read_request import ChangeRead, folded, wish_for

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.read_request import Kind, ReadWish

ReadPages = Callable[[EventsQuery, Callable[[], None]], Iterable[Sequence[bytes]]]
"""Yields the events of each page, and calls its second argument for each page before it is sent for."""
Observe = Callable[[Sequence[bytes], str], Sequence[EventChange]]
"""Returns what is new in events that were read because of changes since a moment, and remembers it."""

_TRUSTED: Final = {SignatureState.VALID, SignatureState.UNKNOWN}
_OF_THE_TOKEN: Final = (NotSignedIn, NotAllowed)
_HOPELESS: Final = (*_OF_THE_TOKEN, InvalidRequest, WrongUsage)
"""Asking once more would be answered the same."""
# The client sends for a page while the one before is used, ahead of its turn.
_LIMITS: Final = [RateLimit(limit.requests - 1, limit.within_s) for limit in CRONOFY_LIMITS]


class Teller(Protocol):
    """Who is told how the reading goes."""

    def remark(self, text: str) -> None:
        """Say something to people."""

    def trouble(self, error: CronofyError) -> None:
        """Say what went wrong."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How the reader waits."""

    settle_s: float = 0.1
    """So long more notifications are waited for, to be folded into the same read."""
    pauses_s: tuple[float, ...] = (2.0, 10.0, 30.0)
    """Before each new attempt of a read that failed; the client itself has tried several times before."""


class ChangeReader:
    """A sink of the pipeline that reads events, and passes what it read on."""

    def __init__(
        self,
        read: ReadPages,
        tzid: str,
        observe: Observe,
        on_read: Callable[[ChangeRead], None],
        teller: Teller,
        *,
        options: tuple[str, ...] = (),
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """All functions are called on the reader's thread, one after the other. `on_read` must not raise.

        `options` are those that chose context and data center, for commands to be typed.
        """
        self._read = read
        self._tzid = tzid
        self._observe = observe
        self._on_read = on_read
        self._teller = teller
        self._options = options
        self._patience = patience or Patience()
        self._monotonic = monotonic
        self._sleep = sleep
        self._limiter = RateLimiter(_LIMITS)
        self._waiting: deque[ReadWish] = deque()
        self._given_up: dict[Kind, ReadWish] = {}
        self._condition = threading.Condition()
        self._closing = threading.Event()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._work, name="change-reader", daemon=True)
        self.read_since: str | None = None
        """The moment of the newest notification whose changes have all been read."""

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of the deliveries that speak of changes. Never waits."""
        wishes = [wish_for(delivery) for delivery in deliveries if delivery.verdict.state in _TRUSTED]
        self.ask(*(wish for wish in wishes if wish is not None))

    def ask(self, *wishes: ReadWish) -> None:
        """Have reads made soon. Never waits."""
        if wishes:
            with self._condition:
                self._waiting.extend(wishes)
                self._condition.notify()

    def stop(self, limit_s: float) -> bool:
        """Finish what is waiting, for at most `limit_s`, and return whether all of it was."""
        with self._condition:
            self._closing.set()
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(limit_s)
        self._abandoned.set()
        return not self._thread.is_alive()

    def _work(self) -> None:
        while wishes := self._take():
            for wish in wishes:
                if not self._abandoned.is_set():
                    self._fulfil(wish)

    def _take(self) -> list[ReadWish]:
        """Wait until something is to be read, and a moment for more of it; nothing at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closing.is_set())
        self._closing.wait(self._patience.settle_s)
        return folded(self._taken())

    def _taken(self) -> list[ReadWish]:
        with self._condition:
            taken = list(self._waiting)
            self._waiting.clear()
        # What was given up is read together with the next of its kind.
        owed = [self._given_up.pop(kind) for kind in {wish.kind for wish in taken} if kind in self._given_up]
        return [*owed, *taken]

    def _fulfil(self, wish: ReadWish) -> None:
        """Read until it succeeds, there is no hope or the end has come; what comes meanwhile is read along."""
        for pause_s in (*self._patience.pauses_s, None):
            try:
                read = self._make(wish)
            except CronofyError as error:
                if pause_s is None or isinstance(error, _HOPELESS) or self._closing.is_set():
                    self._give_up(wish, error)
                    return
                self._teller.remark(f" {wish.title} not read yet: {error.message}; trying again in {pause_s:g} s")
                self._closing.wait(pause_s)
                wish = self._joined_by_waiting(wish)
            else:
                self._hand_on(wish, read)
                return

    def _make(self, wish: ReadWish) -> ChangeRead:
        events: list[bytes] = []
        for page in self._read(wish.query(self._tzid), self._await_turn):
            events.extend(page)
        changes = tuple(self._observe(events, wish.changes_since))
        return ChangeRead(wish.delivery_ids, wish.changes_since, tuple(events), changes, wish.missed)

    def _hand_on(self, wish: ReadWish, read: ChangeRead) -> None:
        if wish.has_moment:
            self.read_since = max(self.read_since or "", wish.changes_since)
        # A run that did not wait for it has closed what it would be written to.
        if not self._abandoned.is_set():
            self._on_read(read)

    def _await_turn(self) -> None:
        wait_s = self._limiter.take_turn(self._monotonic())
        if wait_s:
            self._sleep(wait_s)

    def _joined_by_waiting(self, wish: ReadWish) -> ReadWish:
        with self._condition:
            same = [each for each in self._waiting if each.kind == wish.kind]
            self._waiting = deque(each for each in self._waiting if each.kind != wish.kind)
        [joined] = folded([wish, *same])
        return joined

    def _give_up(self, wish: ReadWish, error: CronofyError) -> None:
        self._given_up[wish.kind] = wish
        mended = f"{error.hint}; then " if isinstance(error, _OF_THE_TOKEN) and error.hint else ""
        by_hand = own_command(("events", "read", "--changes-since", wish.by_hand), self._options)
        hint = f"{mended}read them by hand: {by_hand}"
        self._teller.trouble(CronofyError(f"{wish.title} could not be read: {error.message}", hint=hint))
