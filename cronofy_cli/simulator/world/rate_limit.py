"""The rate limit of an application: 50 calls a second and 500 a minute (docs: /developers/faqs/rate-limits).

Pure. Whether the windows slide is not documented; the choice is that they do.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)


class RateLimit:
    """The calls of the last minute."""

    def __init__(self, calls_per_second: int = 50, calls_per_minute: int = 500) -> None:
        self._limits = ((calls_per_second, _SECOND), (calls_per_minute, _MINUTE))
        self._calls: dict[str, deque[datetime]] = {}

    def admits(self, application: str, now: datetime) -> bool:
        """Whether one more call is within the limits; it counts only then."""
        calls = self._calls.setdefault(application, deque())
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        for most, span in self._limits:
            if len(calls) >= most and now - calls[-most] < span:
                return False
        calls.append(now)
        return True
