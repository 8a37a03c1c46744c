"""Which failed requests are sent again, and after how long.

The clock and the waiting are the client's. Cronofy gives no advice on retries and documents no `Retry-After`; 429
stands for 50 requests a second or 500 a minute (docs: /developers/faqs/rate-limits).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.core.times import parse_http_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_RETRIED_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


class Failure(NamedTuple):
    """An attempt that did not succeed."""

    reason: str
    """A few words for people, such as `429` or `connection refused`."""
    status: int | None = None
    """The status of the answer; None when there was none."""
    retry_after: str | None = None
    """The header as it came: seconds or an HTTP date."""
    nothing_sent: bool = False
    """Whether it failed before the server could know of the request."""
    is_passing: bool = True
    """Whether another attempt may end differently: not for an untrusted certificate."""


class Retry(NamedTuple):
    """What is reported before a request is sent again."""

    method: str
    url: str
    reason: str
    delay_s: float
    attempt: int
    """The number of the attempt to come; the first one was 1."""
    attempts: int


class RetryPolicy(NamedTuple):
    """How often and how patiently a request is tried."""

    attempts: int = 4
    first_delay_s: float = 0.5
    longest_delay_s: float = 8.0
    longest_retry_after_s: float = 60.0
    dice: Callable[[], float] = random.random
    """Returns numbers between 0 and 1."""

    def delay_s(self, method: str, failure: Failure, attempt: int, *, now: datetime) -> float | None:
        """Return how long to wait after the failed attempt number `attempt`; None to give up.

        Between half of an exponential backoff and all of it, as the dice say, so that many clients
        do not come back at once. A `Retry-After` is kept to, up to its limit.
        """
        if attempt >= self.attempts or not _may_repeat(method, failure):
            return None
        asked = retry_after_s(failure.retry_after, now)
        if asked is not None:
            return min(asked, self.longest_retry_after_s)
        backoff = min(self.first_delay_s * 2.0 ** (attempt - 1), self.longest_delay_s)
        return backoff * (1 + self.dice()) / 2


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` asks for; None when there is none or it cannot be read."""
    if header is None:
        return None
    text = header.strip()
    # Six digits are eleven days; a longer number is nonsense that may not even fit a float.
    if text.isascii() and text.isdigit() and len(text) <= len("999999"):
        return float(text)
    moment = parse_http_date(text)
    return None if moment is None else max((moment - now).total_seconds(), 0.0)


def _may_repeat(method: str, failure: Failure) -> bool:
    if not failure.is_passing:
        return False
    if method not in SAFE_METHODS:
        return failure.nothing_sent
    return failure.status is None or failure.status in _RETRIED_STATUSES
