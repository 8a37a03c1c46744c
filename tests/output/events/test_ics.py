"""Events as an iCalendar stream, read back by its own library."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cronofy_cli.output.events.ics import show_calendar
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEETING: dict[str, object] = {
    "event_uid": "evt_1",
    "summary": "Sales; call, café\nnow",
    "description": "First line\r\nsecond \\ line",
    "start": "2026-11-24T10:00:00Z",
    "end": "2026-11-24T11:00:00Z",
    "created": "2026-01-01T00:00:00Z",
    "updated": "2026-02-01T00:00:00Z",
    "location": {"description": "HQ\nLondon", "lat": "51.5", "long": "-0.1"},
    "attendees": [
        {"email": "jane@company.com", "display_name": 'Jane "JD" Doe; x', "status": "needs_action"},
        {"email": "tom@company.com", "display_name": "", "status": "unknown"},
        {"display_name": "nobody"},
    ],
    "organizer": {"email": "boss@company.com", "display_name": "Boss"},
    "status": "tentative",
    "transparency": "transparent",
    "event_private": True,
    "categories": ["a,b", "c"],
    "meeting_url": "https://zoom.example/j/1?a=1;b=2",
}
TEXTS = st.text(max_size=60) | st.sampled_from(["a\r\nATTENDEE:mailto:x", 'x"y', "\u2028", "\ud7ff", "=^n", "\x00\x85"])


def written(*events: object, tzid: str = "Etc/UTC") -> bytes:
    memory = MemoryOutput(OutputFormat.TSV)
    show_calendar(memory.output, [[msgspec.Raw(json.dumps(event).encode()) for event in events]], tzid, NOW)
    return memory.stdout.content


def read(content: bytes) -> list[Any]:
    """Return the events of one calendar, which must be valid."""
    calendar = icalendar.Calendar.from_ical(content)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert not any(component.errors for component in calendar.walk())
    return list(calendar.walk("VEVENT"))


def one(**changes: object) -> Any:
    [event] = read(written(MEETING | changes))
    return event


def test_everything_is_there() -> None:
    """Each field that iCalendar has a property for arrives in it, with text as it was."""
    event = one()

    assert event["uid"] == "evt_1"
    assert event["summary"] == "Sales; call, café now"
    assert event["description"] == "First line\nsecond \\ line"
    assert event.decoded("dtstart") == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert event.decoded("dtstamp") == event.decoded("last-modified") == datetime(2026, 2, 1, tzinfo=UTC)
    assert (event["status"], event["transp"], event["class"]) == ("TENTATIVE", "TRANSPARENT", "PRIVATE")
    assert (event["url"], event["location"]) == ("https://zoom.example/j/1?a=1;b=2", "HQ\nLondon")
    assert event["geo"].to_ical() == "51.5;-0.1"
    jane, tom = event["attendee"]
    assert (str(jane), jane.params["CN"], jane.params["PARTSTAT"]) == (
        "mailto:jane@company.com",
        "Jane 'JD' Doe; x",
        "NEEDS-ACTION",
    )
    assert (str(tom), dict(tom.params)) == ("mailto:tom@company.com", {})
    assert event["organizer"].params["CN"] == "Boss"
    assert b"CATEGORIES:a\\,b,c\r\n" in written(MEETING)


def test_a_deleted_event_is_cancelled() -> None:
    """Whatever its status was."""
    assert one(deleted=True)["status"] == "CANCELLED"
    assert one(status="cancelled")["status"] == "CANCELLED"
    assert "status" not in one(status="unknown")


def test_all_day_events() -> None:
    """Their times are dates, the end exclusive as Cronofy has it; without a later end they last their day."""
    longer, day = one(start="2026-12-24", end="2026-12-27"), one(start="2026-12-24", end="2026-12-24")

    assert (longer.decoded("dtstart"), longer.decoded("dtend")) == (date(2026, 12, 24), date(2026, 12, 27))
    assert b"DTSTART;VALUE=DATE:20261224\r\n" in longer.to_ical()
    assert (day.decoded("dtstart"), "dtend" in day) == (date(2026, 12, 24), False)


@pytest.mark.parametrize("end", [None, "2026-11-24T10:00:00Z", "2026-11-24T09:00:00Z", "2026-11-25", "soon"])
def test_an_end_that_cannot_be(end: str | None) -> None:
    """An end that is not after the start, or of another kind, is left out: it would not be valid."""
    assert "dtend" not in one(end=end)


def test_zones() -> None:
    """Localized times keep their zone, whose rules are written once, before it is used."""
    london = {
        "start": {"time": "2026-07-01T10:00:00+01:00", "tzid": "Europe/London"},
        "end": {"time": "2026-07-01T11:00:00+01:00", "tzid": "Europe/London"},
    }
    content = written(MEETING | london, MEETING | london | {"event_uid": "evt_2"})

    first, _ = read(content)
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert content.index(b"BEGIN:VTIMEZONE") < content.index(b"BEGIN:VEVENT")
    assert b"DTSTART;TZID=Europe/London:20260701T100000\r\n" in content
    assert first.decoded("dtstart") == datetime(2026, 7, 1, 9, tzinfo=UTC)


def test_an_hour_that_comes_twice() -> None:
    """A local time means its first coming in iCalendar, so the second one is written in UTC."""
    first = one(start={"time": "2026-10-25T01:30:00+01:00", "tzid": "Europe/London"}, end=None)
    second = one(start={"time": "2026-10-25T01:30:00+00:00", "tzid": "Europe/London"}, end=None)

    assert first["dtstart"].to_ical() == b"20261025T013000"
    assert second["dtstart"].to_ical() == b"20261025T013000Z"


def test_a_zone_that_is_not_known() -> None:
    """Its times are in UTC."""
    event = one(start={"time": "2026-11-24T10:00:00+02:00", "tzid": "Mars/Olympus"}, end=None)

    assert event["dtstart"].to_ical() == b"20261124T080000Z"


def test_ids_are_never_there_twice() -> None:
    """Occurrences that share an id are told apart, or readers would take them for one event."""
    content = written(MEETING, MEETING | {"start": "2026-11-25T10:00:00Z", "end": None})

    assert [str(event["uid"]) for event in read(content)] == ["evt_1", "evt_1/2026-11-25T10:00:00Z"]


def test_without_a_time() -> None:
    """What has no time is no event of a calendar: it is left out, and counted."""
    memory = MemoryOutput(OutputFormat.TSV)

    left_out = show_calendar(memory.output, [[msgspec.Raw(b'{"event_uid":"evt_1"}')]], "Europe/London", NOW)

    assert left_out == 1
    assert read(memory.stdout.content) == []
    assert b"TZID:Europe/London" in memory.stdout.content


def test_a_time_that_no_calendar_has() -> None:
    """A start that is before the year 1 in its zone is left out as well, and counted; the other events are there."""
    memory = MemoryOutput(OutputFormat.TSV)
    start = {"time": "0001-01-01T00:00:00Z", "tzid": "America/New_York"}
    events = [msgspec.Raw(json.dumps(MEETING | each).encode()) for each in ({"start": start}, {})]

    left_out = show_calendar(memory.output, [events], "Europe/London", NOW)

    assert left_out == 1
    assert [event.decoded("dtstart") for event in read(memory.stdout.content)] == [
        datetime(2026, 11, 24, 10, tzinfo=UTC)
    ]


@given(
    fields=st.fixed_dictionaries(
        {"start": st.just("2026-11-24")},
        optional=dict.fromkeys(("event_uid", "summary", "description", "meeting_url", "status"), TEXTS)
        | {
            "location": st.fixed_dictionaries({"description": TEXTS, "lat": TEXTS, "long": TEXTS}),
            "categories": st.lists(TEXTS, max_size=2),
            "attendees": st.lists(st.fixed_dictionaries({"email": TEXTS, "display_name": TEXTS}), max_size=2),
        },
    )
)
@example({"start": "2026-11-24", "location": {"lat": "0", "long": "inf"}})
@example({"start": "2026-11-24", "location": {"lat": "nan", "long": "0"}})
def test_any_text(fields: dict[str, object]) -> None:
    """Nothing that strangers write into an invitation can break a line, or make a property of its own."""
    content = written(fields)
    [event] = read(content)

    assert event.decoded("dtstart") == date(2026, 11, 24)
    unfolded = content.replace(b"\r\n ", b"")
    attendees = fields.get("attendees", [])
    assert isinstance(attendees, list)
    assert len(re.findall(rb"^ATTENDEE", unfolded, re.MULTILINE)) == sum(bool(each["email"]) for each in attendees)
