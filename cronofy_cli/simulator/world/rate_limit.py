"""The rate limit of an application: 50 calls a second and 500 a minute (docs: /developers/faqs/rate-limits).

Pure. Whether the windows slide is not documented; the choice is that they do.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

LIMITS: Final = ((50, timedelta(seconds=1)), (500, timedelta(minutes=1)))


class RateLimit:
    """The calls of the last minute."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[datetime]] = {}

    def admits(self, application: str, now: datetime) -> bool:
        """Whether one more call is within the limits; it counts only then."""
        calls = self._calls.setdefault(application, deque())
        while calls and now - calls[0] >= LIMITS[-1][1]:
            calls.popleft()
        for most, span in LIMITS:
            if len(calls) >= most and now - calls[-most] < span:
                return False
        calls.append(now)
        return True
