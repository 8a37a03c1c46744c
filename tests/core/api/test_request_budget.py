"""Whether a request may be sent, held to what a server counts."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.rate_limits import RateLimit
from cronofy_cli.core.api.request_budget import RequestBudget

LIMITS = (RateLimit(3, 1.0), RateLimit(7, 6.0))


@dataclass(frozen=True)
class Request:
    """How long a request is on its way, and its answer; and how long it is until another is wanted."""

    out_s: float
    back_s: float
    pause_s: float


_DURATIONS = st.floats(0, 2, allow_nan=False)
REQUESTS = st.lists(st.builds(Request, _DURATIONS, _DURATIONS, st.floats(0, 0.5)), min_size=10, max_size=60)


def arrivals(requests: list[Request]) -> list[float]:
    """Send requests as they are wanted and the budget lets them, and return when they arrived."""
    budget, now_s = RequestBudget(LIMITS), 0.0
    arrived: list[float] = []
    under_way: list[float] = []
    for request in requests:
        now_s += request.pause_s
        while True:
            while under_way and under_way[0] <= now_s:
                budget.end(heapq.heappop(under_way))
            wait_s = budget.begin(now_s)
            if not wait_s:
                break
            now_s = min([now_s + wait_s, *under_way[:1]])
        arrived.append(now_s + request.out_s)
        heapq.heappush(under_way, now_s + request.out_s + request.back_s)
    return sorted(arrived)


@given(REQUESTS)
def test_no_span_has_more_than_the_limit(requests: list[Request]) -> None:
    """Whatever the network delays, no span of the server's counts more requests than it allows."""
    found = arrivals(requests)

    for limit in LIMITS:
        for first, last in zip(found, found[limit.requests :], strict=False):
            assert last - first >= limit.within_s - 1e-9


def test_the_wait_is_as_long_as_it_must_be() -> None:
    """A request waits until the oldest that counts no longer does, and until one ends where all are under way."""
    budget = RequestBudget([RateLimit(2, 1.0)])
    assert budget.begin(10.0) == 0
    assert budget.begin(10.0) == 0
    assert budget.begin(10.5) == math.inf
    budget.end(10.6)
    assert budget.begin(10.7) == 10.6 + 1.0 - 10.7
    budget.end(10.8)

    assert budget.begin(11.6) == 0
    assert budget.begin(11.6) == 10.8 + 1.0 - 11.6


def test_a_pause() -> None:
    """While the server has asked for a pause nothing is sent, and a shorter pause does not end it."""
    budget = RequestBudget(LIMITS)
    budget.pause(15.0)
    budget.pause(12.0)

    assert budget.begin(14.0) == 1.0
    assert budget.begin(15.0) == 0
