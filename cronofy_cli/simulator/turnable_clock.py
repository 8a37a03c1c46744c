"""A clock that can be turned forward, so that hours and days pass at once.

What it moves: the sync window, the pauses between attempts and the 24 hours of a channel, the lifetimes of pages,
codes and tokens, and the times of new edits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

MAX_AHEAD_S: Final = 10 * 366 * 86400.0


class TurnableClock:
    """The time of another clock, and a distance that only grows."""

    def __init__(self, clock: Callable[[], datetime], ahead_s: float = 0.0) -> None:
        self._clock = clock
        self._ahead = timedelta(seconds=ahead_s)

    def __call__(self) -> datetime:
        """Return the time."""
        return self._clock() + self._ahead

    @property
    def ahead_s(self) -> float:
        """How far it is ahead of the other clock."""
        return self._ahead.total_seconds()

    def parse_advance(self, body: Mapping[str, object]) -> float:
        """Read by how many seconds to turn it.

        Raises:
            InvalidRequest: `advance_s` is missing, negative, or leads further ahead than ten years.
        """
        errors = FieldErrors()
        advance_s = fields.read_number(body.get("advance_s"), "advance_s", errors)
        if advance_s is None:
            errors.add("advance_s", fields.REQUIRED)
        elif not 0 <= advance_s <= MAX_AHEAD_S - self.ahead_s:
            errors.not_recognized("advance_s", "seconds forward, ten years in all at most")
        errors.raise_if_any()
        return advance_s or 0.0

    def advance(self, seconds: float) -> None:
        """Turn it forward."""
        self._ahead += timedelta(seconds=seconds)
