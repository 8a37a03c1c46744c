"""Keeping a run true: noticing that nothing can arrive any more, and mending it.

What is noticed: an agent that ended, an address that changed, a lost session, a channel that is gone, a machine that
slept. How it is mended is the session's job.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from queue import SimpleQueue

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent

TICK_S: Final = 1.0
CHANNEL_CHECK_S: Final = 60.0
SLEPT_S: Final = 15.0
"""A clock on the wall that runs so far ahead of the monotonic one tells that the machine slept."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0

_ENDS_IT: Final = {
    TunnelEventKind.AGENT_ENDED: "the tunnel's agent ended",
    TunnelEventKind.URL_CHANGED: "the public address changed",
    TunnelEventKind.SESSION_LOST: "the tunnel lost its session",
}


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
    ) -> None:
        """`on_lost` hears why nothing arrives now, `on_gap` of the gap once it is over."""
        self._mending = mending
        self._events = events
        self._clock = clock
        self._on_trouble = on_trouble
        self._on_lost = on_lost
        self._on_gap = on_gap
        self._on_given_up = on_given_up
        self._max_offline_s = max_offline_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._good = clock()
        self._good_s = self._checked_s = time.monotonic()

    def start(self) -> None:
        """Begin to look after the run, which is ready now."""
        self._good, self._good_s = self._clock(), time.monotonic()
        self._checked_s = self._good_s
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
            reason = self._trouble()
            if reason is None:
                self._good, self._good_s = self._clock(), time.monotonic()
            elif not self._mend(reason):
                return

    def _trouble(self) -> str | None:
        """Wait a tick and return what is wrong."""
        try:
            event = self._events.get(timeout=TICK_S)
        except Empty:
            event = None
        if self._stopping.is_set():
            return None
        if event is not None:
            return _ENDS_IT.get(event.kind)
        if not self._mending.is_alive():
            return "the tunnel is gone"
        if self._slept_s() > SLEPT_S:
            return "this machine slept"
        return self._channel_trouble()

    def _slept_s(self) -> float:
        return (self._clock() - self._good).total_seconds() - (time.monotonic() - self._good_s)

    def _channel_trouble(self) -> str | None:
        if time.monotonic() - self._checked_s < CHANNEL_CHECK_S:
            return None
        self._checked_s = time.monotonic()
        try:
            self._mending.check_channel()
        except CronofyError as error:
            return error.message
        return None

    def _mend(self, reason: str) -> bool:
        """Try until it is mended; false when the run ends or the limit is reached."""
        self._on_lost(reason)
        begun_s, pause_s = time.monotonic(), FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                self._mending.recover()
            except CronofyError as error:
                if self._stopping.is_set():
                    return False
                self._on_trouble(error)
            else:
                self._on_gap(Gap(self._good, self._clock(), reason))
                self._drop_old_events()
                return True
            if time.monotonic() - begun_s > self._max_offline_s:
                self._on_given_up()
                return False
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        return False

    def _drop_old_events(self) -> None:
        """Forget what happened before the recovery: it is mended."""
        while not self._events.empty():
            self._events.get()
        self._good, self._good_s = self._clock(), time.monotonic()
        self._checked_s = self._good_s
