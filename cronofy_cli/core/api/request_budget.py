"""Whether one more request may be sent now, so that the server never counts more than an application may make.

Pure: the clock and the waiting are the caller's. A request counts from its beginning until a whole span after its end,
since nothing tells when in between it arrived: so no span of the server's own, wherever it begins, has more requests
than the limit, whatever the network and the machine delay. `rate_limits` gives turns in advance instead.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.api.rate_limits import RateLimit


class RequestBudget:
    """Counts the requests of an application. All times come from one clock that never goes back."""

    def __init__(self, limits: Sequence[RateLimit] = CRONOFY_LIMITS) -> None:
        self._limits = tuple(limits)
        self._ended: deque[float] = deque(maxlen=max(limit.requests for limit in limits))
        self._under_way = 0
        self._paused_until_s = -math.inf

    def begin(self, now_s: float) -> float:
        """Begin a request and return 0, or return after how many seconds it may be worth asking again.

        That is infinite where one that is under way has to end first.
        """
        wait_s = max(self._paused_until_s - now_s, *(self._wait_s(limit, now_s) for limit in self._limits))
        if wait_s > 0:
            return wait_s
        self._under_way += 1
        return 0.0

    def end(self, now_s: float) -> None:
        """End a request: its answer came, or it failed."""
        self._under_way -= 1
        self._ended.append(now_s)

    def pause(self, until_s: float) -> None:
        """Let no request begin before a moment: the server has refused one for too many (429)."""
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _wait_s(self, limit: RateLimit, now_s: float) -> float:
        room = limit.requests - self._under_way
        if room <= 0:
            return math.inf
        return self._ended[-room] + limit.within_s - now_s if len(self._ended) >= room else 0.0
