"""The turns of requests, by a clock that the tests turn."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS, RateLimit, RateLimiter

BURSTS = st.lists(
    st.tuples(st.integers(1, 300), st.sampled_from([0.0, 0.001, 0.015, 0.1, 0.5])), min_size=1, max_size=8
)
"""How many requests come one after another, and the pause before each of them."""


def turns(asked_s: list[float]) -> list[float]:
    """Return when each request gets its turn, that is asked for at these times or, if it had to wait, later."""
    limiter = RateLimiter()
    return [now_s + limiter.take_turn(now_s) for now_s in asked_s]


def asked_at(bursts: list[tuple[int, float]]) -> list[float]:
    """Return when each request of some bursts comes."""
    return list(accumulate(pause for count, pause in bursts for _ in range(count)))


def test_no_limit_is_ever_passed() -> None:
    """However requests come, no span of a second holds more than 50 of their turns, no minute more than 500."""
    reached: Counter[RateLimit] = Counter()

    @given(BURSTS)
    def check(bursts: list[tuple[int, float]]) -> None:
        taken = turns(asked_at(bursts))
        for limit in CRONOFY_LIMITS:
            spans = list(zip(taken, taken[limit.requests :], strict=False))
            reached[limit] += bool(spans)
            assert all(later - earlier >= limit.within_s - 1e-6 for earlier, later in spans)

    check()
    assert all(reached[limit] > 20 for limit in CRONOFY_LIMITS)


def test_turns_keep_their_order() -> None:
    """Whoever asks first gets the earlier turn, never one before asking, and no later one than the limits ask for."""
    waiting = 0

    @given(BURSTS)
    def check(bursts: list[tuple[int, float]]) -> None:
        nonlocal waiting
        asked = asked_at(bursts)
        taken = turns(asked)
        assert all(later >= earlier - 1e-9 for earlier, later in pairwise(taken))
        for number, (turn, ask) in enumerate(zip(taken, asked, strict=True)):
            ends = [taken[number - one.requests] + one.within_s for one in CRONOFY_LIMITS if number >= one.requests]
            assert turn == pytest.approx(max([ask, *ends]))
            waiting += turn > ask

    check()
    assert waiting > 1000


def test_what_the_limits_allow_does_not_wait() -> None:
    """Fifty at once go at once; the next one waits for the second to be over."""
    limiter = RateLimiter()

    waits = [limiter.take_turn(100.0) for _ in range(51)]

    assert waits == [0.0] * 50 + [1.0]


def test_a_minute_of_reading() -> None:
    """Whoever asks without a pause gets 500 turns in the first minute, the next one when it is over."""
    taken = turns([0.0] * 501)

    assert taken[499] == pytest.approx(9.0)
    assert taken[500] == 60.0


def test_limits_of_ones_own() -> None:
    """The limits are the caller's."""
    limiter = RateLimiter([RateLimit(1, 2.5)])

    assert [limiter.take_turn(0.0), limiter.take_turn(1.0), limiter.take_turn(10.0)] == [0.0, 1.5, 0.0]
