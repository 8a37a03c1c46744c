"""One event with everything about it."""

from __future__ import annotations

from datetime import UTC

import msgspec

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.output.events.event_details import show_event
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

EVENT: dict[str, object] = {
    "event_uid": "evt_1",
    "event_id": "own-1",
    "calendar_id": "cal_1",
    "summary": "Lunch",
    "description": "With everybody",
    "start": "2026-11-24T10:00:00Z",
    "end": "2026-11-24T11:00:00Z",
    "created": "2026-01-01T00:00:00Z",
    "updated": "2026-02-01T00:00:00Z",
    "participation_status": "accepted",
    "location": {"description": "HQ"},
    "meeting_url": "https://meet.example/1",
    "organizer": {"email": "boss@company.com", "display_name": "Boss"},
    "attendees": [
        {"email": "jane@company.com", "display_name": "Jane", "status": "accepted"},
        {"email": "tom@company.com", "status": "declined"},
        {"display_name": "Ann"},
        {"status": "tentative"},
    ],
}
LINES = """\
event        evt_1
title        Lunch
when         Tue 24 Nov 10:00-11:00 (Etc/UTC)
calendar     cal_1
state        managed
answer       accepted
location     HQ
meeting      https://meet.example/1
organizer    Boss <boss@company.com>
attendee     Jane <jane@company.com> accepted
attendee     tom@company.com declined
attendee     Ann
attendee     tentative
description  With everybody
own id       own-1
created      2026-01-01T00:00:00Z
updated      2026-02-01T00:00:00Z
"""


def shown(event: dict[str, object]) -> str:
    """Return what a person is shown of an event."""
    memory = MemoryOutput(OutputFormat.TABLE)
    raw = msgspec.Raw(msgspec.json.encode(event))
    show_event(memory.output, parse_event(raw), UTC, "Etc/UTC", 2026)
    return memory.stdout.text


def test_everything_about_an_event() -> None:
    """Each thing that is known has its line, in an order that stays; people by name and address."""
    assert shown(EVENT) == LINES


def test_what_is_not_known_has_no_line() -> None:
    """Of an event of which little is said there is only that."""
    little = shown({"event_uid": "evt_1", "calendar_id": "cal_1", "start": "2026-11-24", "end": "2026-11-25"})

    assert [line.split()[0] for line in little.splitlines()] == ["event", "title", "when", "calendar"]
