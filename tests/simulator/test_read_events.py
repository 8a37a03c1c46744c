"""Read Events and Free/Busy: which events, in which order, in which shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.simulator.messages.parameters import parse_events_query, parse_free_busy_query
from cronofy_cli.simulator.messages.rendering import event_renderer, free_busy_renderer, free_busy_status
from cronofy_cli.simulator.read_events import select_events
from cronofy_cli.simulator.world.model import Conferencing, Location, Person
from cronofy_cli.simulator.world.permissions import EVERYTHING, NOTHING
from cronofy_cli.simulator.world.seed import BANK_HOLIDAYS, HOME, WORK
from cronofy_cli.simulator.world.windows import window_between
from tests.simulator.worlds import CALENDARS, MAIN, NOW, all_day, empty_account, event, timed

if TYPE_CHECKING:
    from cronofy_cli.simulator.world.model import Event, Span

KNOWN = {calendar.calendar_id: calendar for calendar in CALENDARS}


def found(events: list[Event], **params: str) -> list[str]:
    """The names of the events that a query finds; `from_` stands for `from`, and the zone is London unless given."""
    pairs = [("tzid", "Europe/London"), *((name.removesuffix("_"), value) for name, value in params.items())]
    return [event.event_uid for event in select_events(events, parse_events_query(pairs, KNOWN).selection, NOW, MAIN)]


@pytest.mark.parametrize(
    ("span", "is_found"),
    [
        (timed("2026-05-09T22:30", 0.25), False),  # ends before midnight in London
        (timed("2026-05-09T22:00", 1), True),  # ends at midnight: "on" the first day
        (timed("2026-05-09T12:00", 72), True),
        (timed("2026-05-11T22:59", 1), True),
        (timed("2026-05-11T23:00", 1), False),  # starts at midnight of the day that `to` names
        (all_day("2026-05-09"), False),
        (all_day("2026-05-10"), True),
        (all_day("2026-05-11"), True),
        (all_day("2026-05-12"), False),
        (all_day("2026-05-01", 30), True),
    ],
)
def test_a_window_of_dates(span: Span, *, is_found: bool) -> None:
    """Events start before `to` and end on or after `from`, as days in the zone of `tzid`."""
    assert bool(found([event("x", span)], from_="2026-05-10", to="2026-05-12")) is is_found


@pytest.mark.parametrize(
    ("span", "is_found"),
    [
        (timed("2026-05-10T11:00", 1), True),
        (timed("2026-05-10T10:00", 1), False),
        (timed("2026-05-10T17:59", 1), True),
        (timed("2026-05-10T18:00", 1), False),
        (all_day("2026-05-10"), True),
        (all_day("2026-05-11"), False),
    ],
)
def test_a_window_of_times(span: Span, *, is_found: bool) -> None:
    """With times, timed events are held against the instants and all-day events against their days."""
    window = {"from_": "2026-05-10T12:00:00Z", "to": "2026-05-10T18:00:00Z"}

    assert bool(found([event("x", span)], **window)) is is_found


@pytest.mark.parametrize("span", [timed("2026-05-10T11:30"), all_day("2026-05-10"), timed("2026-05-01T00:00", 24 * 30)])
def test_windows_that_only_meet_share_nothing(span: Span) -> None:
    """Where one ends as the other begins, not even an event across that moment is in both."""
    zone, noon = ZoneInfo("Etc/UTC"), datetime(2026, 5, 10, 12, tzinfo=UTC)
    before, after = window_between(noon - timedelta(hours=2), noon, zone), window_between(noon, None, zone)

    assert before.holds(span)
    assert not before.cut_to(after).holds(span)
    assert not after.cut_to(before).holds(span)


def test_the_zone_of_the_query_decides_the_day() -> None:
    """22:30 UTC is the next day in Tokyo."""
    late = [event("late", timed("2026-05-10T22:30"))]

    assert found(late, tzid="Asia/Tokyo", from_="2026-05-11", to="2026-05-12") == ["late"]
    assert found(late, tzid="Etc/UTC", from_="2026-05-11", to="2026-05-12") == []


def test_the_default_is_the_sync_window() -> None:
    """Without dates, events from 42 days back to 201 days ahead are found, and beyond them nothing is known."""
    spans = {days: all_day(f"{NOW + timedelta(days=days):%Y-%m-%d}") for days in (-43, -42, 0, 200, 201)}
    events = [event(str(days), span) for days, span in spans.items()]

    assert found(events) == ["-42", "0", "200"]
    assert found(events, from_="2026-01-01", to="2027-01-01") == ["-42", "0", "200"]
    assert found(events, from_="2025-01-01", to="2025-12-31") == []
    year = parse_events_query([("tzid", "Etc/UTC"), ("from", "2026-01-01"), ("to", "2027-01-01")], KNOWN).selection
    assert len(select_events(events, year, NOW, MAIN, enforce_sync_window=False)) == 5


def test_managed_events_are_left_out_unless_asked_for() -> None:
    """`include_managed` adds them, `only_managed` gives nothing else."""
    events = [event("owner", timed("2026-04-20T10:00")), event("mine", timed("2026-04-20T11:00"), event_id="1")]

    assert found(events) == ["owner"]
    assert found(events, include_managed="true") == ["owner", "mine"]
    assert found(events, only_managed="true") == ["mine"]


def test_managed_events_are_not_bound_by_the_window() -> None:
    """Without `from` and `to`, managed events of all time are found; with them, those in between."""
    old = [event("old", timed("2019-04-20T11:00"), event_id="1")]

    assert found(old, include_managed="true") == ["old"]
    assert found(old, include_managed="true", from_="2020-01-01") == []
    assert found(old, include_managed="true", to="2020-01-01") == ["old"]


def test_deleted_events_are_found_on_demand() -> None:
    """Deleted events stay hidden without `include_deleted`."""
    events = [event("gone", timed("2026-04-20T10:00"), deleted=True)]

    assert found(events) == []
    assert found(events, include_deleted="true") == ["gone"]


def test_moved_events_are_found_where_they_were() -> None:
    """`include_moved` finds events that ever were in the window."""
    events = [event("moved", timed("2026-06-20T10:00"), former_spans=(timed("2026-04-20T10:00"),))]
    april = {"from_": "2026-04-01", "to": "2026-05-01"}

    assert found(events, **april) == []
    assert found(events, include_moved="true", **april) == ["moved"]


def test_last_modified_includes_its_moment() -> None:
    """Events modified on or after the moment are found, and a moment in whole seconds misses nothing."""
    change = NOW + timedelta(seconds=7, milliseconds=400)
    events = [event("old", timed("2026-04-20T10:00")), event("new", timed("2026-04-20T11:00"), updated=change)]

    assert found(events, last_modified="2026-04-15T12:00:00Z") == ["old", "new"]
    assert found(events, last_modified="2026-04-15T12:00:07Z") == ["new"]
    assert found(events, last_modified="2026-04-15T12:00:08Z") == []


def test_calendars_can_be_chosen() -> None:
    """Only events of the given calendars are found."""
    events = [event("home", timed("2026-04-20T10:00")), event("work", timed("2026-04-20T10:00"), calendar_id=WORK)]

    assert found(events, **{"calendar_ids[]": WORK}) == ["work"]


@given(st.lists(st.integers(-400, 2000), unique=True))
def test_events_come_by_start(hours: list[int]) -> None:
    """Whatever the order in which they were made, events come by their start."""
    begin = timed("2026-04-20T00:00")
    spans = {hour: timed(f"{begin.start + timedelta(hours=hour):%Y-%m-%dT%H:%M}") for hour in hours}
    names = found([event(str(hour), span) for hour, span in spans.items()])

    assert sorted(hours) == [int(name) for name in names]
    assert all(spans[int(one)].start < spans[int(other)].start for one, other in pairwise(names))


def rendered(event: Event, **params: str) -> dict[str, object]:
    """An event as Read Events shows it."""
    return event_renderer(parse_events_query([("tzid", "Etc/UTC"), *params.items()], KNOWN), empty_account(), MAIN)(
        event
    )


def test_a_plain_event_has_the_documented_keys() -> None:
    """An event without anything special has the keys of the documentation's example, in its order."""
    shown = rendered(event("x", all_day("2026-05-10", 2), organizer=Person("a@x.test"), location=Location("Beach")))

    assert ",".join(shown) == (
        "calendar_id,event_uid,summary,description,start,end,deleted,created,updated,location,participation_status,"
        "attendees,organizer,transparency,extended_transparency,status,categories,recurring,event_private,options"
    )
    assert (shown["start"], shown["end"]) == ("2026-05-10", "2026-05-12")
    assert (shown["created"], shown["location"]) == ("2026-04-15T12:00:00Z", {"description": "Beach"})


def test_special_events_have_more_keys() -> None:
    """Managed events, occurrences of a series and online meetings say so."""
    conferencing = Conferencing("zoom", "https://zoom.example.com/j/1")
    shown = rendered(
        event("x", timed("2026-05-10T10:00"), event_id="1", series_identifier="s", conferencing=conferencing)
    )

    assert (shown["event_id"], shown["recurring"], shown["series_identifier"]) == ("1", True, "s")
    assert (shown["meeting_url"], shown["conferencing"]) == (conferencing.join_url, conferencing)


def test_localized_times_carry_their_zone() -> None:
    """Times come in the event's own zone with the fitting offset, all-day events with dates."""
    shown = rendered(event("x", timed("2026-07-10T10:00"), tzid="Asia/Tokyo"), localized_times="true")
    whole_day = rendered(event("x", all_day("2026-07-10")), localized_times="true")

    assert shown["start"] == {"time": "2026-07-10T19:00:00+09:00", "tzid": "Asia/Tokyo"}
    assert whole_day["end"] == {"time": "2026-07-11", "tzid": "Europe/London"}


def test_places_and_google_ids_come_on_demand() -> None:
    """Coordinates need `include_geo`; Google's ids need `google_event_ids` and a Google calendar."""
    place = Location("HQ", "51.5", "-0.1")
    here = event("evt_external_5f", timed("2026-07-10T10:00"), location=place)

    assert rendered(here)["location"] == {"description": "HQ"}
    assert rendered(here, include_geo="true")["location"] == {"description": "HQ", "lat": "51.5", "long": "-0.1"}
    assert rendered(here, google_event_ids="true")["google_event_id"] == "5f"
    apple = event("evt_external_5f", timed("2026-07-10T10:00"), calendar_id=BANK_HOLIDAYS)
    assert "google_event_id" not in rendered(apple, google_event_ids="true")


def test_a_read_only_calendar_offers_nothing() -> None:
    """`options` says what may be done, to the application's own events everything."""
    own = rendered(event("x", timed("2026-07-10T10:00"), event_id="1"))
    readonly = rendered(event("x", timed("2026-07-10T10:00"), event_id="1", calendar_id=BANK_HOLIDAYS))

    assert own["options"] == EVERYTHING
    assert readonly["options"] == NOTHING


@pytest.mark.parametrize(
    ("transparency", "status", "expected"),
    [
        ("opaque", "confirmed", "busy"),
        ("transparent", "confirmed", "free"),
        ("opaque", "tentative", "tentative"),
        ("opaque", "cancelled", "free"),
        ("unknown", "confirmed", "unknown"),
    ],
)
def test_the_free_busy_status(transparency: str, status: str, expected: str) -> None:
    """A period is busy, free, tentative or unknown by the event behind it."""
    assert free_busy_status(event("x", timed("2026-07-10T10:00"), transparency=transparency, status=status)) == expected


def test_free_busy_shows_ids_only_on_demand() -> None:
    """A period says nothing of its event without `include_ids`, nor of deletion without `include_deleted`."""
    managed = event("x", timed("2026-07-10T10:00"), event_id="1")
    plain = free_busy_renderer(parse_free_busy_query([("tzid", "Etc/UTC")], KNOWN), MAIN)(managed)
    full = free_busy_renderer(
        parse_free_busy_query([("tzid", "Etc/UTC"), ("include_ids", "true"), ("include_deleted", "true")], KNOWN), MAIN
    )(managed)

    assert plain == {
        "calendar_id": HOME,
        "start": "2026-07-10T10:00:00Z",
        "end": "2026-07-10T11:00:00Z",
        "free_busy_status": "busy",
    }
    assert full == plain | {"event_uid": "x", "event_id": "1", "deleted": False}
