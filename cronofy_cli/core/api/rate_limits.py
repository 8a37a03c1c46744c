"""When the next request may be sent, so that an application's limits are kept.

Pure: the clock and the waiting are the caller's. Cronofy counts the requests of an application, whoever makes them: 50
a second and 500 a minute (docs: /developers/faqs/rate-limits).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A number of requests within any span of a number of seconds."""

    requests: int
    within_s: float


CRONOFY_LIMITS: Final = (RateLimit(50, 1.0), RateLimit(500, 60.0))


class RateLimiter:
    """Gives each request its turn: at once as long as the limits allow it, later if they do not."""

    def __init__(self, limits: Sequence[RateLimit] = CRONOFY_LIMITS) -> None:
        self._limits = tuple(limits)
        self._turns: deque[float] = deque(maxlen=max(limit.requests for limit in limits))

    def take_turn(self, now_s: float) -> float:
        """Take the next turn and return how many seconds it is away. `now_s` comes from a clock that never goes back.

        A turn that was taken counts, whether a request is sent or not.
        """
        turn_s = max([now_s, *self._turns_allowed()])
        self._turns.append(turn_s)
        return turn_s - now_s

    def _turns_allowed(self) -> list[float]:
        """Return the earliest turn by each limit that has been used up."""
        return [
            self._turns[-limit.requests] + limit.within_s
            for limit in self._limits
            if len(self._turns) >= limit.requests
        ]
