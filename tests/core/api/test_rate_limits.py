"""The turns of requests, by a clock that the tests turn."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS, RateLimit, RateLimiter

PAUSES = st.lists(st.floats(0, 0.5), min_size=1, max_size=700)


def turns(asked_s: list[float]) -> list[float]:
    """Return when each request gets its turn, that is asked for at these times or, if it had to wait, later."""
    limiter = RateLimiter()
    return [now_s + limiter.take_turn(now_s) for now_s in asked_s]


@given(PAUSES)
def test_no_limit_is_ever_passed(pauses: list[float]) -> None:
    """However requests come, no span of a second holds more than 50 of their turns, no minute more than 500."""
    taken = turns(list(accumulate(pauses)))

    for limit in CRONOFY_LIMITS:
        spans = zip(taken, taken[limit.requests :], strict=False)
        assert all(later - earlier >= limit.within_s - 1e-6 for earlier, later in spans)


@given(PAUSES)
def test_turns_keep_their_order(pauses: list[float]) -> None:
    """Whoever asks first gets the earlier turn, and nobody one before asking."""
    asked = list(accumulate(pauses))

    taken = turns(asked)

    assert taken == sorted(taken)
    assert all(turn >= ask for turn, ask in zip(taken, asked, strict=True))


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
