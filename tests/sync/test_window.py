"""Which events a window holds: the client's rule is the simulator's."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.simulator.world.model import Span
from cronofy_cli.simulator.world.windows import sync_window as simulated_window
from cronofy_cli.sync.event_row import event_row
from cronofy_cli.sync.window import window_rule

if TYPE_CHECKING:
    from cronofy_cli.sync.event_row import EventRow

TODAY = date(2026, 11, 22)
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Pacific/Apia")


def row(start: object, end: object) -> EventRow:
    """Return an event with these times."""
    return event_row(json.dumps({"event_uid": "evt_1", "start": start, "end": end}).encode())


@given(
    st.sampled_from([-42, 201]), st.integers(-3000, 3000), st.integers(0, 3000), st.booleans(), st.sampled_from(ZONES)
)
def test_the_edges(edge: int, minutes: int, length: int, all_day: bool, tzid: str) -> None:
    """Around both edges, in any zone, an event is held if and only if the simulator has it in its window."""
    zone = ZoneInfo(tzid)
    noon = datetime(2026, 11, 22, 12, tzinfo=zone)
    start = noon.astimezone(UTC) + timedelta(days=edge, minutes=minutes)
    if all_day:
        first = start.date()
        last = first + timedelta(days=1 + length // 1440)
        begin = datetime.combine(first, datetime.min.time(), UTC)
        span = Span(begin, begin + (last - first), all_day=True)
        event = row(first.isoformat(), last.isoformat())
    else:
        span = Span(start, start + timedelta(minutes=length))
        event = row(*(moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (span.start, span.end)))

    assert window_rule(sync_window(TODAY), zone).holds(event) == simulated_window(noon, zone).holds(span)


@pytest.mark.parametrize(
    "times", [("soon", "later"), (None, None), (5, "2026-01-01"), ("0001-01-01T00:00:00+14:00",) * 2]
)
def test_times_that_cannot_be_read(times: tuple[object, object]) -> None:
    """An event whose times cannot be read is held: nobody can say that it is outside."""
    assert window_rule(sync_window(TODAY), ZoneInfo("Etc/UTC")).holds(row(*times))


def test_localized_times() -> None:
    """Times that come as objects are kept as moments in UTC."""
    event = row(
        {"time": "2026-11-22T10:00:00+01:00", "tzid": "Europe/Paris"},
        {"time": "2026-11-22T11:00:00+01:00", "tzid": "Europe/Paris"},
    )

    assert (event.start, event.end, event.all_day) == ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", False)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-10T23:00:00Z", "2026-10-10T23:59:59Z", False),
        ("2026-10-10T23:00:00Z", "2026-10-11T00:00:00Z", True),
        ("2027-06-10T23:59:59Z", "2027-06-11T02:00:00Z", True),
        ("2027-06-11T00:00:00Z", "2027-06-11T02:00:00Z", False),
        ("2026-10-10", "2026-10-11", False),
        ("2026-10-11", "2026-10-12", True),
        ("2027-06-10", "2027-06-11", True),
        ("2027-06-11", "2027-06-12", False),
    ],
)
def test_the_borders(start: str, end: str, expected: bool) -> None:
    """To the second and to the day; an event that ends as the window begins is in it, an all-day one is not."""
    zone = ZoneInfo("Etc/UTC")
    is_day = "T" not in start
    times = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (start, end)]
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert window_rule(sync_window(TODAY), zone).holds(row(start, end)) is expected
    assert simulated_window(noon, zone).holds(Span(times[0], times[1], all_day=is_day)) is expected
