"""Events day by day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.sync_window import Days
from cronofy_cli.core.events.agenda import agenda, clock_change
from cronofy_cli.core.events.event import parse_event

if TYPE_CHECKING:
    from cronofy_cli.core.events.event import Event

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
WEEK = Days(date(2026, 10, 22), date(2026, 10, 29))


def event(start: object, end: object, summary: str = "x") -> Event:
    return parse_event(json.dumps({"event_uid": summary, "summary": summary, "start": start, "end": end}).encode())


def shown(*events: Event, zone: ZoneInfo = LONDON, days: Days = WEEK) -> list[str]:
    """Each entry as one text: its day, title and times."""
    return [
        f"{day.day.day} {entry.event.summary} "
        + (
            "all"
            if entry.is_all_day
            else "-".join(f"{time:%H:%M}" if time else "" for time in (entry.starts, entry.ends))
        )
        for day in agenda(events, zone, days)
        for entry in day.entries
    ]


def test_order_of_a_day() -> None:
    """All-day events come first, then the others by their starts."""
    assert shown(
        event("2026-10-23T10:00:00Z", "2026-10-23T11:00:00Z", "late"),
        event("2026-10-23T08:00:00Z", "2026-10-23T08:30:00Z", "early"),
        event("2026-10-23", "2026-10-24", "day"),
    ) == ["23 day all", "23 early 09:00-09:30", "23 late 11:00-12:00"]


def test_several_days() -> None:
    """An event of several days is on each, as far as they were asked for; its end is not part of it."""
    assert shown(event("2026-10-20", "2026-10-24", "trip")) == ["22 trip all", "23 trip all"]
    assert shown(event("2026-10-23T20:00:00Z", "2026-10-26T09:00:00Z", "fair")) == [
        "23 fair 21:00-",
        "24 fair all",
        "25 fair all",
        "26 fair -09:00",
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-22T22:00:00Z", "2026-10-22T23:00:00Z", ["22 x 23:00-00:00"]),
        ("2026-10-22T23:00:00Z", "2026-10-23T23:00:00Z", ["23 x all"]),
        ("2026-10-22T23:00:00Z", "2026-10-22T23:00:00Z", ["23 x 00:00-00:00"]),
        ("2026-10-22T10:00:00Z", None, ["22 x 11:00-11:00"]),
        ("2026-10-22T10:00:00Z", "2026-10-22T09:00:00Z", ["22 x 11:00-11:00"]),
        ("2026-10-22", None, ["22 x all"]),
        ("2026-10-22", "2026-10-22", ["22 x all"]),
        (None, "2026-10-22", []),
        ("soon", "later", []),
        ("2026-11-22", "2026-11-23", []),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", []),
    ],
)
def test_ends(start: object, end: object, expected: list[str]) -> None:
    """What ends at midnight is not on the next day; an end that is missing or no end makes no second day."""
    assert shown(event(start, end)) == expected


def test_a_day_of_25_hours() -> None:
    """When the clocks go back, both halves of the hour that comes twice are on the day, in their order."""
    twice = [event("2026-10-25T01:30:00Z", "2026-10-25T01:45:00Z", "GMT"), event("2026-10-25T00:30:00Z", None, "BST")]

    assert shown(*twice) == ["25 BST 01:30-01:30", "25 GMT 01:30-01:45"]
    assert shown(event("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", "whole")) == ["25 whole all"]


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2026, 10, 25), LONDON, "02:00 -1:00"),
        (date(2026, 3, 29), LONDON, "01:00 +1:00"),
        (date(2026, 11, 1), NEW_YORK, "02:00 -1:00"),
        (date(2026, 4, 5), ZoneInfo("Australia/Lord_Howe"), "02:00 -0:30"),
        (date(2026, 10, 26), LONDON, None),
        (date(2026, 10, 25), NEW_YORK, None),
        (date.max, LONDON, None),
    ],
)
def test_clock_changes(day: date, zone: ZoneInfo, expected: str | None) -> None:
    """The change is told with the local time until then, forward or back, by an hour or less."""
    change = clock_change(day, zone)

    words = None
    if change is not None:
        sign = "-" if change.shift < timedelta() else "+"
        words = f"{change.at:%H:%M} {sign}{str(abs(change.shift))[:4]}"
    assert words == expected


@given(
    start=st.integers(0, 60 * 24 * 60).map(lambda minutes: OCTOBER + timedelta(minutes=minutes)),
    minutes=st.integers(0, 5 * 24 * 60),
    zone=st.sampled_from([LONDON, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Etc/UTC")]),
)
def test_every_day_that_is_touched(start: datetime, minutes: int, zone: ZoneInfo) -> None:
    """An event is on exactly the local days that one of its minutes belongs to."""
    last = start + timedelta(minutes=minutes)
    touched = {(start + timedelta(minutes=each)).astimezone(zone).date() for each in range(max(minutes, 1))}
    one = event(start.isoformat(), last.isoformat())

    days = agenda([one], zone, Days(date(2026, 9, 1), date(2027, 1, 1)))

    assert [day.day for day in days] == sorted(touched)
