"""Watching a run: noticing that nothing can arrive any more, and having it repaired.

What is noticed: an agent that ended, an address that changed, a lost session, a channel that is gone, a machine that
slept. How it is repaired is the session's job.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import Empty
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.adapters.history import Gap
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.pauses import growing_pauses_s
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from queue import SimpleQueue

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent
    from cronofy_cli.adapters.worker import OnFailed

SLEPT_S: Final = 15.0
"""A clock that runs so far ahead of the monotonic one tells that the machine slept."""
NOTICED_LATE_S: Final = 2.0
"""How long after its end a tunnel is noticed to be gone, and how long a notification may have been on its way."""
SESSION_NOTICED_LATE_S: Final = 30.0
"""An agent knows of a lost session by a heartbeat that is missing (docs: https://ngrok.com/docs/agent/config/)."""

_ENDS_IT: Final = {
    TunnelEventKind.AGENT_ENDED: ("the tunnel's agent ended", NOTICED_LATE_S),
    TunnelEventKind.URL_CHANGED: ("the public address changed", SESSION_NOTICED_LATE_S),
    TunnelEventKind.SESSION_LOST: ("the tunnel lost its session", SESSION_NOTICED_LATE_S),
}


def clock_since_boot() -> Callable[[], float] | None:
    """Return a clock that goes on while the machine sleeps and that nobody can set; None where there is none."""
    if sys.platform == "win32":
        return None
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return None if number is None else partial(time.clock_gettime, number)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a watchdog looks, and how long it waits between attempts to recover."""

    tick_s: float = 1.0
    channel_check_s: float = 60.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Loss:
    """Why nothing arrives, and when it may have begun."""

    reason: str
    since: datetime


class Watched(Protocol):
    """What a watchdog looks at, and what it tells. Called on the watchdog's thread alone."""

    def is_alive(self) -> bool:
        """Whether the tunnel exists."""

    def check_channel(self) -> None:
        """Raise CronofyError if the channel is gone."""

    def look_around(self) -> None:
        """A tick has passed, in which all is well."""

    def recover(self, sleep: Callable[[float], object]) -> None:
        """Make everything ready again: address, channel, verification. Raises CronofyError if it cannot."""

    def trouble(self, error: CronofyError) -> None:
        """An attempt to recover has failed."""

    def lost(self, reason: str) -> None:
        """Nothing arrives now."""

    def over(self, gap: Gap) -> None:
        """It is ready again after a gap."""

    def given_up(self) -> None:
        """The limit is reached. Called by a timer."""


class Watchdog(Worker):
    """Looks after a run that is ready."""

    def __init__(
        self,
        watched: Watched,
        *,
        events: SimpleQueue[TunnelEvent | None],
        clock: Callable[[], datetime],
        max_offline_s: float,
        on_failed: OnFailed,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        since_boot: Callable[[], float] | None = None,
    ) -> None:
        """`events` are the tunnel's. `monotonic` is a clock that stands still while the machine sleeps.

        `since_boot` is one that goes on then and that nobody can set; without it the clock on the wall is compared.
        """
        super().__init__("watchdog", on_failed)
        self._watched = watched
        self._events = events
        self._clock = clock
        self._max_offline_s = max_offline_s
        self._pace = pace or Pace()
        self._monotonic = monotonic
        self._since_boot = since_boot
        self._all_is_well()

    def stop(self, limit_s: float = 5.0) -> bool:
        """End. A recovery that is under way is broken off at its next step."""
        return super().stop(limit_s)

    def sleep(self, seconds: float) -> None:
        """Wait, or less if the run ends.

        Raises:
            CronofyError: the run ends.
        """
        if self._ending.wait(seconds):
            raise CronofyError("the run ends")

    def _wake(self) -> None:
        self._events.put(None)

    def _work(self) -> None:
        self._all_is_well()
        while not self._ending.is_set():
            loss = self._look()
            if loss is None:
                self._note_time()
                self._watched.look_around()
            else:
                self._repair(loss)

    def _look(self) -> Loss | None:
        """Wait a tick and return what is wrong."""
        try:
            event = self._events.get(timeout=self._pace.tick_s)
        except Empty:
            event = None
        if self._ending.is_set():
            return None
        if event is not None and event.kind in _ENDS_IT:
            return self._loss(*_ENDS_IT[event.kind])
        if not self._watched.is_alive():
            return self._loss("the tunnel is gone", NOTICED_LATE_S)
        if self._slept_s() > SLEPT_S:
            reason = "this machine slept" if self._since_boot else "this machine slept, or its clock was set forward"
            return self._loss(reason, NOTICED_LATE_S)
        return self._channel_loss()

    def _loss(self, reason: str, noticed_late_s: float) -> Loss:
        return Loss(reason, self._good - timedelta(seconds=noticed_late_s))

    def _slept_s(self) -> float:
        if self._since_boot is not None:
            passed_s = self._since_boot() - self._good_since_boot_s
        else:
            passed_s = (self._clock() - self._good).total_seconds()
        return passed_s - (self._monotonic() - self._good_s)

    def _channel_loss(self) -> Loss | None:
        """A channel that is gone may have been gone since it was looked for last."""
        if self._monotonic() - self._checked_s < self._pace.channel_check_s:
            return None
        try:
            self._watched.check_channel()
        except CronofyError as error:
            return Loss(error.message, self._checked)
        self._channel_is_there()
        return None

    def _repair(self, loss: Loss) -> None:
        """Try until it is repaired, the run ends or the limit is reached, even in the middle of an attempt."""
        self._watched.lost(loss.reason)
        limit = threading.Timer(self._max_offline_s, self._give_up)
        limit.daemon = True
        limit.start()
        try:
            is_repaired = self._try_to_recover()
        finally:
            limit.cancel()
        if is_repaired:
            self._all_is_well()
            self._watched.over(Gap(loss.since, self._good, loss.reason))

    def _try_to_recover(self) -> bool:
        for pause_s in growing_pauses_s(self._pace.first_pause_s, self._pace.longest_pause_s):
            if self._ending.is_set():
                break
            self._drop_events()
            try:
                self._watched.recover(self.sleep)
            except CronofyError as error:
                if not self._ending.is_set():
                    self._watched.trouble(error)
            else:
                return not self._ending.is_set()
            self._ending.wait(pause_s)
        return False

    def _give_up(self) -> None:
        self._ending.set()
        self._watched.given_up()

    def _drop_events(self) -> None:
        """Forget what happened before an attempt: that is what it repairs. What happens from now on is looked at."""
        while not self._events.empty():
            self._events.get()

    def _all_is_well(self) -> None:
        self._note_time()
        self._channel_is_there()

    def _note_time(self) -> None:
        self._good, self._good_s = self._clock(), self._monotonic()
        self._good_since_boot_s = 0.0 if self._since_boot is None else self._since_boot()

    def _channel_is_there(self) -> None:
        self._checked, self._checked_s = self._clock(), self._monotonic()
