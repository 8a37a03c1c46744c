"""The world to begin with: identifiers, bank holidays, events."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.simulator.world.bank_holidays import bank_holidays, easter_sunday
from cronofy_cli.simulator.world.identifiers import CHANNEL, identifier
from cronofy_cli.simulator.world.seed import BANK_HOLIDAYS, seed_world
from cronofy_cli.simulator.world.windows import sync_window
from cronofy_cli.simulator.world.world_file import parse_world_file, snapshot_of

TODAY = date(2026, 3, 20)
LONDON = ZoneInfo("Europe/London")
WORLD = seed_world(TODAY)
EVENTS = WORLD.accounts[0].events


def test_an_identifier_looks_like_cronofys() -> None:
    """An identifier is its prefix and 24 hexadecimal digits, the first of which are the time."""
    found = identifier(CHANNEL, datetime(2015, 1, 31, tzinfo=UTC), 1)

    assert re.fullmatch(r"chn_54cc1b00[0-9a-f]{10}000001", found)


@pytest.mark.parametrize(
    ("year", "expected"), [(2024, date(2024, 3, 31)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))]
)
def test_easter_is_found(year: int, expected: date) -> None:
    """Easter Sunday is on the day the church's tables give."""
    assert easter_sunday(year) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2021, ["12-27 Christmas Day", "12-28 Boxing Day"]),
        (2022, ["12-26 Boxing Day", "12-27 Christmas Day"]),
        (2026, ["12-25 Christmas Day", "12-28 Boxing Day"]),
    ],
)
def test_holidays_on_a_weekend_move(year: int, expected: list[str]) -> None:
    """A holiday on a weekend is kept on the next free weekday, as published for these years."""
    assert [f"{day:%m-%d} {name}" for day, name in bank_holidays(year)][-2:] == expected


def test_a_year_of_holidays() -> None:
    """Those of England in 2026, on the days that were published; 2022 began with one that had moved."""
    assert [f"{day:%m-%d} {name}" for day, name in bank_holidays(2026)] == [
        "01-01 New Year's Day",
        "04-03 Good Friday",
        "04-06 Easter Monday",
        "05-04 Early May bank holiday",
        "05-25 Spring bank holiday",
        "08-31 Summer bank holiday",
        "12-25 Christmas Day",
        "12-28 Boxing Day",
    ]
    assert bank_holidays(2022)[0][0] == date(2022, 1, 3)


def test_the_same_day_gives_the_same_world() -> None:
    """Day and random seed decide everything."""
    assert seed_world(TODAY) == WORLD
    assert seed_world(TODAY, random_seed=2) != WORLD


def test_the_world_has_every_kind_of_event() -> None:
    """A few hundred events hold each feature that a reader must cope with."""
    events = EVENTS
    window = sync_window(datetime.combine(TODAY, time(12), UTC), LONDON)

    assert 300 <= len(events) <= 900
    assert {event.tzid for event in events} == {
        "Europe/London",
        "America/New_York",
        "Europe/Paris",
        "Asia/Tokyo",
        "Etc/UTC",
    }
    assert {event.status for event in events} == {"confirmed", "tentative"}
    assert {event.transparency for event in events} == {"opaque", "transparent"}
    assert len({event.event_uid for event in events}) == len(events)
    for feature in (
        any(event.span.all_day and event.span.end - event.span.start > timedelta(days=1) for event in events),
        any(event.attendees and event.organizer for event in events),
        any(event.location and event.location.lat for event in events),
        any(event.conferencing for event in events),
        any(event.event_private for event in events),
        any(event.categories for event in events),
        any(not window.holds(event.span) and event.span.start < window.start for event in events),
        any(not window.holds(event.span) and event.span.start > window.end for event in events),
    ):
        assert feature


@pytest.mark.parametrize(("wanted", "invited"), [(0, 0), (1, 1), (3, 3), (1000, 8)])
def test_some_of_the_people_are_invited(wanted: int, invited: int) -> None:
    """A world file may say how many, each once; there are no more than it names."""
    people = "".join(f'[[people]]\nemail = "{number}@x.test"\n' for number in range(8))
    event = f'{{ summary = "Lunch", start = "+1d 12:00", attendees = {wanted} }}'
    calendar = (
        '[[accounts]]\nemail = "ada@x.test"\n[[accounts.profiles]]\n[[accounts.profiles.calendars]]\nname = "Work"'
    )
    world = parse_world_file(f"{people}{calendar}\nevents = [{event}]", "x")

    (lunch,) = snapshot_of(world, TODAY).accounts[0].events
    assert len({one.email for one in lunch.attendees}) == len(lunch.attendees) == invited


def test_a_series_keeps_its_hour_when_clocks_change() -> None:
    """The stand-up is at 09:30 in London, before and after the change to summer time on 29 March 2026."""
    stand_ups = [event for event in EVENTS if event.summary == "Stand-up"]

    assert {event.span.start.astimezone(LONDON).time() for event in stand_ups} == {time(9, 30)}
    assert {event.span.start.hour for event in stand_ups} == {8, 9}
    assert len({event.series_identifier for event in stand_ups}) == 1


def test_the_read_only_calendar_has_the_holidays() -> None:
    """Bank Holidays holds all-day, transparent events."""
    holidays = [event for event in EVENTS if event.calendar_id == BANK_HOLIDAYS]

    assert {event.summary for event in holidays} >= {"Good Friday", "Christmas Day"}
    assert all(event.span.all_day and event.transparency == "transparent" for event in holidays)


def test_nothing_was_changed_on_the_day_itself() -> None:
    """Reading with `last_modified` of today finds nothing before the first edit."""
    midnight = datetime.combine(TODAY, time(), UTC)

    assert all(event.created <= event.updated < midnight for event in EVENTS)


def test_more_events_can_be_asked_for() -> None:
    """The additional events are exactly as many as wanted, and within the sync window."""
    more = seed_world(TODAY, extra_events=5000).accounts[0].events
    window = sync_window(datetime.combine(TODAY, time(12), UTC), LONDON)

    assert len(more) == len(EVENTS) + 5000
    extra = [event for event in more if re.search(r" \d+$", event.summary)]
    assert len(extra) == 5000
    assert all(window.holds(event.span) for event in extra)
