"""Which failed requests are sent again, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.api.failures import explain
from cronofy_cli.adapters.api.retries import Failure, RetryPolicy, retry_after_s

NOW = datetime(2026, 4, 19, 9, 24, 16, tzinfo=UTC)


def delay(method: str, failure: Failure, attempt: int = 1, dice: float = 1.0) -> float | None:
    return RetryPolicy(dice=lambda: dice).delay_s(method, failure, attempt, now=NOW)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_statuses(status: int) -> None:
    """A GET that met a passing failure is sent again; a POST or DELETE, which may have been done, is not."""
    failure = Failure(str(status), status)

    assert delay("GET", failure) is not None
    assert delay("POST", failure) is None
    assert delay("DELETE", failure) is None


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 409, 422, 423, 501, 505])
def test_lasting_statuses(status: int) -> None:
    """An answer that would be the same next time is taken as it is."""
    assert delay("GET", Failure(str(status), status)) is None


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nothing_sent(method: str) -> None:
    """What the server cannot know of is sent again, whatever the method."""
    assert delay(method, Failure("no connection", nothing_sent=True)) is not None


def test_broken_connection() -> None:
    """A connection that broke in the middle is tried again for a GET only."""
    assert delay("GET", Failure("broken connection")) is not None
    assert delay("POST", Failure("broken connection")) is None


def test_what_will_not_pass() -> None:
    """An untrusted certificate is not asked again."""
    assert delay("GET", Failure("untrusted certificate", nothing_sent=True, is_passing=False)) is None


def test_backoff() -> None:
    """Waits double up to a limit and end with the last attempt."""
    policy = RetryPolicy(attempts=7, first_delay_s=1, longest_delay_s=8, dice=lambda: 1.0)
    waits = [policy.delay_s("GET", Failure("500", 500), each, now=NOW) for each in range(1, 8)]

    assert waits == [1, 2, 4, 8, 8, 8, None]


@given(dice=st.floats(0, 1), attempt=st.integers(1, 3))
def test_jitter(dice: float, attempt: int) -> None:
    """The dice move a wait between half of the backoff and all of it."""
    whole = 0.5 * 2 ** (attempt - 1)
    wait = delay("GET", Failure("503", 503), attempt, dice)

    assert wait is not None
    assert whole / 2 <= wait <= whole


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 19 Apr 2026 09:24:46 GMT", 30.0),
        ("Sun, 19 Apr 2026 09:24:46 -0000", 30.0),
        ("Sun, 19 Apr 2026 09:00:00 GMT", 0.0),
        ("3600", 60.0),
        ("Mon, 20 Apr 2026 09:24:46 GMT", 60.0),
    ],
)
def test_retry_after(header: str, expected: float) -> None:
    """A `Retry-After` in either form is kept to, up to a minute."""
    assert delay("GET", Failure("429", 429, retry_after=header)) == expected


@pytest.mark.parametrize(("header", "seconds"), [("999999", 999_999.0), ("1000000", None), ("-1", None), ("", None)])
def test_long_retry_after(header: str, seconds: float | None) -> None:
    """Up to eleven days are read, and what is longer is nonsense."""
    assert retry_after_s(header, NOW) == seconds


@given(st.text() | st.text("0123456789"))
def test_unreadable_retry_after(header: str) -> None:
    """A `Retry-After` that cannot be understood does no harm."""
    asked = retry_after_s(header, NOW)

    assert asked is None or asked >= 0


@given(st.integers(0, 10**6))
def test_retry_after_date(seconds: int) -> None:
    """An HTTP date means the time until then."""
    assert retry_after_s(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


@pytest.mark.parametrize(("host", "is_passing"), [("api-uk.cronofy.com", True), ("127.0.0.1:7080", False)])
def test_a_refused_connection(host: str, is_passing: bool) -> None:
    """Nothing was sent, so a POST may be tried again; on this machine no other attempt would end differently."""
    error = httpx.ConnectError("refused")
    error.__cause__ = ConnectionRefusedError()

    failure = explain(error, f"https://{host}/v1/channels")

    assert (failure.reason, failure.nothing_sent, failure.is_passing) == ("connection refused", True, is_passing)
    again = Failure(failure.reason, nothing_sent=failure.nothing_sent, is_passing=failure.is_passing)
    assert (delay("POST", again) is not None) is is_passing
