"""The time in a simulated world: it can be set, stopped and advanced, so that hours and days pass at once.

What follows it: the sync window, the pauses between attempts and the 24 hours of a channel, the lifetimes of pages,
codes and tokens, and the times of new edits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable


class ClockState(Struct, frozen=True):
    """A clock, for storing."""

    ahead_s: float = 0.0
    stopped_at: datetime | None = None


class SimulatedClock:
    """The time of another clock and a distance from it; or one moment, while it is stopped."""

    def __init__(self, clock: Callable[[], datetime], state: ClockState | None = None) -> None:
        state = state or ClockState()
        self._clock = clock
        self._ahead = timedelta(seconds=state.ahead_s)
        self._stopped_at = state.stopped_at

    def __call__(self) -> datetime:
        """Return the time."""
        return self._clock() + self._ahead if self._stopped_at is None else self._stopped_at

    @property
    def state(self) -> ClockState:
        """What to store."""
        return ClockState(self.ahead_s, self._stopped_at)

    @property
    def ahead_s(self) -> float:
        """How far it is ahead of the other clock."""
        if self._stopped_at is not None:
            return (self._stopped_at - self._clock()).total_seconds()
        return self._ahead.total_seconds()

    @property
    def is_stopped(self) -> bool:
        """Whether it stands still."""
        return self._stopped_at is not None

    def after(self, seconds: float) -> datetime:
        """Return the time that it will be after a number of seconds."""
        return self() + timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Show another time, stopped or not."""
        if self._stopped_at is not None:
            self._stopped_at = moment
        else:
            self._ahead = moment - self._clock()

    def resume(self, ahead_s: float) -> None:
        """Go on, so far ahead of the other clock."""
        self._ahead = timedelta(seconds=ahead_s)
        self._stopped_at = None

    def stop(self) -> None:
        """Stand still."""
        self._stopped_at = self()

    def start(self) -> None:
        """Go on from the time that is shown."""
        if self._stopped_at is not None:
            self._ahead = self._stopped_at - self._clock()
            self._stopped_at = None
