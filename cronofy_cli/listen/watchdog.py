"""Keeping a run true: noticing that nothing can arrive any more, and mending it.

What is noticed: an agent that ended, an address that changed, a lost session, a channel that is gone, a machine that
slept. How it is mended is the session's job.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from queue import SimpleQueue

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent

SLEPT_S: Final = 15.0
"""A clock on the wall that runs so far ahead of the monotonic one tells that the machine slept."""
NOTICED_LATE_S: Final = 2.0
"""So long after its end a tunnel is noticed to be gone, and so long a notification may have been on its way."""
SESSION_NOTICED_LATE_S: Final = 30.0
"""An agent knows of a lost session by a heartbeat that is missing (docs: https://ngrok.com/docs/agent/config/)."""

_ENDS_IT: Final = {
    TunnelEventKind.AGENT_ENDED: ("the tunnel's agent ended", NOTICED_LATE_S),
    TunnelEventKind.URL_CHANGED: ("the public address changed", SESSION_NOTICED_LATE_S),
    TunnelEventKind.SESSION_LOST: ("the tunnel lost its session", SESSION_NOTICED_LATE_S),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a watchdog looks, and how long it waits between attempts to mend."""

    tick_s: float = 1.0
    channel_check_s: float = 60.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Loss:
    """Why nothing arrives, and when it may have begun."""

    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """From when to when nothing may have arrived, and why."""

    started: datetime
    ended: datetime
    reason: str

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.ended - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class Mending:
    """What a watchdog asks of the session. Each raises CronofyError if it cannot."""

    is_alive: Callable[[], bool]
    check_channel: Callable[[], None]
    """Raises if the channel is gone."""
    recover: Callable[[], None]
    """Makes everything ready again: address, channel, verification."""


class Watchdog:
    """Looks after a run on a thread of its own, from `start` to `stop`."""

    def __init__(
        self,
        mending: Mending,
        *,
        events: SimpleQueue[TunnelEvent],
        clock: Callable[[], datetime],
        on_trouble: Callable[[CronofyError], None],
        on_lost: Callable[[str], None],
        on_gap: Callable[[Gap], None],
        on_given_up: Callable[[], None],
        max_offline_s: float,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_lost` hears why nothing arrives now, `on_gap` of the gap once it is over.

        `monotonic` is a clock that stands still while the machine sleeps.
        """
        self._mending = mending
        self._events = events
        self._clock = clock
        self._on_trouble = on_trouble
        self._on_lost = on_lost
        self._on_gap = on_gap
        self._on_given_up = on_given_up
        self._max_offline_s = max_offline_s
        self._pace = pace or Pace()
        self._monotonic = monotonic
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._all_is_well()

    def start(self) -> None:
        """Begin to look after the run, which is ready now."""
        self._all_is_well()
        self._thread.start()

    def stop(self, limit_s: float = 5.0) -> None:
        """End. What is being mended is broken off at its next step."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(limit_s)

    def sleep(self, seconds: float) -> None:
        """Wait, or less if the run ends.

        Raises:
            CronofyError: the run ends.
        """
        if self._stopping.wait(seconds):
            raise CronofyError("the run ends")

    def _watch(self) -> None:
        while not self._stopping.is_set():
            loss = self._look()
            if loss is None:
                self._good, self._good_s = self._clock(), self._monotonic()
            else:
                self._mend(loss)

    def _look(self) -> Loss | None:
        """Wait a tick and return what is wrong."""
        try:
            event = self._events.get(timeout=self._pace.tick_s)
        except Empty:
            event = None
        if self._stopping.is_set():
            return None
        if event is not None and event.kind in _ENDS_IT:
            return self._loss(*_ENDS_IT[event.kind])
        if not self._mending.is_alive():
            return self._loss("the tunnel is gone", NOTICED_LATE_S)
        if self._slept_s() > SLEPT_S:
            return self._loss("this machine slept", NOTICED_LATE_S)
        return self._channel_loss()

    def _loss(self, reason: str, noticed_late_s: float) -> Loss:
        return Loss(reason, self._good - timedelta(seconds=noticed_late_s))

    def _slept_s(self) -> float:
        return (self._clock() - self._good).total_seconds() - (self._monotonic() - self._good_s)

    def _channel_loss(self) -> Loss | None:
        """A channel that is gone may have been gone since it was looked for last."""
        if self._monotonic() - self._checked_s < self._pace.channel_check_s:
            return None
        try:
            self._mending.check_channel()
        except CronofyError as error:
            return Loss(error.message, self._checked)
        self._channel_is_there()
        return None

    def _mend(self, loss: Loss) -> None:
        """Try until it is mended, the run ends or the limit is reached, even in the middle of an attempt."""
        self._on_lost(loss.reason)
        limit = threading.Timer(self._max_offline_s, self._give_up)
        limit.daemon = True
        limit.start()
        try:
            is_mended = self._try_to_mend()
        finally:
            limit.cancel()
        if is_mended:
            self._all_is_well()
            self._on_gap(Gap(loss.since, self._good, loss.reason))

    def _try_to_mend(self) -> bool:
        pause_s = self._pace.first_pause_s
        while not self._stopping.is_set():
            self._drop_events()
            try:
                self._mending.recover()
            except CronofyError as error:
                if not self._stopping.is_set():
                    self._on_trouble(error)
            else:
                return not self._stopping.is_set()
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 2, self._pace.longest_pause_s)
        return False

    def _give_up(self) -> None:
        self._stopping.set()
        self._on_given_up()

    def _drop_events(self) -> None:
        """Forget what happened before an attempt: that is what it mends. What happens from now on is looked at."""
        while not self._events.empty():
            self._events.get()

    def _all_is_well(self) -> None:
        self._good, self._good_s = self._clock(), self._monotonic()
        self._channel_is_there()

    def _channel_is_there(self) -> None:
        self._checked, self._checked_s = self._clock(), self._monotonic()
