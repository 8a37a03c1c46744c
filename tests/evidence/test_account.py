"""What an exchange with Cronofy shows besides its content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cronofy_cli.adapters.api.exchanges import Exchange
from cronofy_cli.evidence.account import ExchangeObserver

SENT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def seen(date: str | None, here: datetime, duration_ms: float = 0) -> ExchangeObserver:
    """Return what is remembered of a response with that date."""
    headers = (("Content-Type", "application/json"),) if date is None else (("dATE", date),)
    observer = ExchangeObserver(lambda: here)
    observer(Exchange("GET", "https://api.cronofy.com/v1/userinfo?x=1", (), b"", duration_ms, 401, headers))
    return observer


def test_the_difference_is_that_of_the_middle_of_the_exchange() -> None:
    """A response that took four seconds was dated two seconds ago; a date's second is half over on average."""
    observer = seen("Sun, 22 Nov 2026 12:00:00 GMT", SENT + timedelta(seconds=42.5), duration_ms=4000)

    assert observer.ahead_s == pytest.approx(40)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"])
def test_without_a_date_nothing_is_known(date: str | None) -> None:
    """A response without a readable date says nothing of the clock."""
    assert seen(date, SENT).ahead_s is None


def test_the_status_of_a_path() -> None:
    """The last status of a path is known, whatever host, prefix and query it was asked with."""
    observer = seen(None, SENT)
    observer(Exchange("GET", "http://127.0.0.1:8765/cronofy/v1/channels", (), b"", 1, 503, ()))
    observer(Exchange("GET", "http://127.0.0.1:8765/cronofy/v1/channels", (), b"", 1, 402, ()))

    assert [observer.status_of(path) for path in ("/v1/userinfo", "/v1/channels", "/v1/events")] == [401, 402, None]
