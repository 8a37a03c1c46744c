"""Events as they are shown."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.event import describe_when, parse_event, parse_period
from cronofy_cli.core.events.event_local_times import is_near

LONDON = ZoneInfo("Europe/London")
FIELDS = (
    *("event_uid", "event_id", "calendar_id", "summary", "start", "end", "deleted", "created", "updated", "location"),
    *("status", "participation_status", "transparency", "recurring", "event_private", "meeting_url", "conferencing"),
    "free_busy_status",
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
JSON = st.recursive(
    SCALARS | st.sampled_from(["2026-11-24", "0001-01-01", "9999-12-31T23:59:59Z"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["time", "tzid", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PUBLISHED = {
    "calendar_id": "cal_U9uuErStTG@EAAAB_IsAsykA2DBTWqQTf-f0kJw",
    "event_uid": "evt_external_54008b1a4a41730f8d5c6037",
    "summary": "Company Retreat",
    "description": "",
    "start": "2014-09-06",
    "end": "2014-09-08",
    "deleted": False,
    "created": "2026-04-26T08:00:01Z",
    "updated": "2026-04-26T09:24:16Z",
    "location": {"description": "Beach"},
    "participation_status": "needs_action",
    "attendees": [{"email": "example@cronofy.com", "display_name": "Example Person", "status": "needs_action"}],
    "organizer": {"email": "example@cronofy.com", "display_name": "Example Person"},
    "transparency": "opaque",
    "status": "confirmed",
    "categories": [],
    "recurring": False,
    "event_private": False,
    "options": {"delete": True, "update": True, "change_participation_status": True},
}


def encode(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def when(start: object, end: object, zone: ZoneInfo = LONDON, this_year: int | None = None) -> str:
    event = parse_event(encode(start=start, end=end))
    return describe_when(event.start, event.end, zone, this_year=this_year)


def test_published_event() -> None:
    """Cronofy's own example is read whole (docs: /developers/api/events/read-events/)."""
    raw = encode(**PUBLISHED)

    event = parse_event(raw)

    assert (event.event_uid, event.calendar_id) == (PUBLISHED["event_uid"], PUBLISHED["calendar_id"])
    assert (event.summary, event.location, event.event_id) == ("Company Retreat", "Beach", None)
    assert event.start is not None
    assert (event.start.day, event.start.moment) == (date(2014, 9, 6), None)
    assert event.created == datetime(2026, 4, 26, 8, 0, 1, tzinfo=UTC)
    assert event.updated == datetime(2026, 4, 26, 9, 24, 16, tzinfo=UTC)
    assert (event.participation_status, event.transparency, event.status) == ("needs_action", "opaque", "confirmed")
    assert (event.deleted, event.recurring, event.event_private) == (False, False, False)
    assert event.raw == raw


def test_localized_times() -> None:
    """A time sent as an object is read with its zone, an all-day event too."""
    event = parse_event(
        encode(
            start={"time": "2014-09-13T23:00:00+02:00", "tzid": "Europe/Paris"},
            end={"time": "2014-09-14", "tzid": "Europe/Paris"},
        )
    )

    assert event.start is not None
    assert event.end is not None
    assert event.start.moment == datetime(2014, 9, 13, 21, tzinfo=UTC)
    assert event.start.tzid == "Europe/Paris"
    assert event.end.day == date(2014, 9, 14)


def test_older_and_other_names() -> None:
    """The status of early answers and the address inside `conferencing` are found."""
    event = parse_event(encode(event_status="tentative", conferencing={"join_url": "https://zoom.example/1"}))

    assert (event.status, event.meeting_url) == ("tentative", "https://zoom.example/1")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z", "Tue 24 Nov 10:00-11:00"),
        ("2026-07-07T10:00:00Z", "2026-07-07T11:00:00Z", "Tue 7 Jul 11:00-12:00"),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z", "Tue 24 Nov 10:00"),
        ("2026-11-24T10:00:00Z", None, "Tue 24 Nov 10:00"),
        ("2026-11-24T22:00:00Z", "2026-11-25T01:00:00Z", "Tue 24 Nov 22:00 - Wed 25 Nov 01:00"),
        ("2026-12-24", "2026-12-25", "Thu 24 Dec"),
        ("2026-12-24", "2026-12-27", "Thu 24 Dec - Sat 26 Dec"),
        ("2026-12-24", "2026-12-24", "Thu 24 Dec"),
        ("2026-12-24", None, "Thu 24 Dec"),
        ("0001-01-01", "0001-01-01", "Mon 1 Jan"),
        ("soon\x1b[2J", "later", "soon[2J - later"),
        (None, "2026-12-24", ""),
    ],
)
def test_describe_when(start: object, end: object, expected: str) -> None:
    """Times are shown in the reader's zone; all-day events by their days, the last one included."""
    assert when(start, end) == expected


def test_describe_when_with_years() -> None:
    """A day outside this year carries its year."""
    assert when("2026-12-31", "2027-01-02", this_year=2026) == "Thu 31 Dec - Fri 1 Jan 2027"
    assert when("2025-11-24T10:00:00Z", "2025-11-24T11:00:00Z", this_year=2026) == "Mon 24 Nov 2025 10:00-11:00"


def test_describe_when_follows_the_zone() -> None:
    """The same moments fall on another day elsewhere."""
    assert when("2026-11-24T20:00:00Z", "2026-11-24T21:00:00Z", ZoneInfo("Asia/Tokyo")) == "Wed 25 Nov 05:00-06:00"


def test_edge_of_the_calendar() -> None:
    """A moment that has no local time in the zone is shown as it was sent."""
    assert when("0001-01-01T00:00:00Z", None, ZoneInfo("America/New_York")) == "0001-01-01T00:00:00Z"


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)) | JSON)
def test_unexpected_types(document: object) -> None:
    """Whatever types the fields of an event or a period have, it is read, kept and shown."""
    raw = json.dumps(document).encode()

    event, period = parse_event(raw), parse_period(raw)

    assert event.raw == period.raw == raw
    assert "\x1b" not in describe_when(event.start, event.end, LONDON)


def test_period() -> None:
    """A period of Free/Busy is read with its status; one without a status is unknown."""
    raw = encode(calendar_id="cal_1", start="2025-01-19T08:00:00Z", end="2025-01-19T08:30:00Z", free_busy_status="busy")

    period = parse_period(raw)

    assert (period.calendar_id, period.free_busy_status, period.event_uid) == ("cal_1", "busy", None)
    assert describe_when(period.start, period.end, LONDON) == "Sun 19 Jan 08:00-08:30"
    assert parse_period(b"{}").free_busy_status == "unknown"


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (6, True), (7, False)])
def test_the_days_that_have_names_of_their_own(days: int, expected: bool) -> None:
    """From today on seven days are told apart by their names; the eighth has today's name again."""
    today = date(2026, 11, 28)

    assert is_near(today + timedelta(days=days), today) is expected
