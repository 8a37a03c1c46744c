"""This machine's clock against the API's Date header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cronofy_cli.adapters.api.exchanges import Exchange
from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.account import check_clock
from cronofy_cli.evidence.account import ExchangeObserver

SENT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def seen(date: str | None, here: datetime, duration_ms: float = 0) -> float | None:
    """Return by how much the clock is ahead when an answer with that date came."""
    headers = (("Content-Type", "application/json"),) if date is None else (("dATE", date),)
    observer = ExchangeObserver(lambda: here)
    observer(Exchange("GET", "https://api.cronofy.com/v1/userinfo", (), b"", duration_ms, 401, headers))
    return observer.ahead_s


def test_the_difference_is_that_of_the_middle_of_the_exchange() -> None:
    """An answer that took four seconds was dated two seconds ago; a date's second is half over on average."""
    ahead_s = seen("Sun, 22 Nov 2026 12:00:00 GMT", SENT + timedelta(seconds=42.5), duration_ms=4000)

    assert ahead_s == pytest.approx(40)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"])
def test_without_a_date_nothing_is_known(date: str | None) -> None:
    """An answer without a readable date says nothing, and the check is skipped."""
    ahead_s = seen(date, SENT)

    assert ahead_s is None
    assert check_clock(ahead_s, platform="linux").state is CheckState.SKIPPED


@pytest.mark.parametrize(
    ("ahead_s", "state"),
    [
        (0.0, CheckState.OK),
        (30.0, CheckState.OK),
        (-30.0, CheckState.OK),
        (30.1, CheckState.WARNING),
        (-300.0, CheckState.WARNING),
        (300.1, CheckState.FAILED),
        (-4000.0, CheckState.FAILED),
    ],
)
def test_how_far_off_is_too_far(ahead_s: float, state: CheckState) -> None:
    """Up to 30 s are fine, up to 5 minutes a warning, beyond that a failure, in either direction."""
    assert check_clock(ahead_s, platform="linux").state is state


@pytest.mark.parametrize(("platform", "command"), [("linux", "timedatectl"), ("darwin", "sntp"), ("win32", "w32tm")])
def test_the_command_is_the_platforms(platform: str, command: str) -> None:
    """What sets the clock depends on the platform; the direction is told."""
    check = check_clock(-60, platform=platform)

    assert command in check.hint
    assert check.finding == "60 s behind Cronofy's"
