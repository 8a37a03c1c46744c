"""The agenda across the days on which the clocks go back."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.core.api.sync_window import Days
from cronofy_cli.core.events.agenda import agenda
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.output.events.agenda import show_agenda
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from cronofy_cli.core.events.event import Event

NAMES = {"cal_1": "Work", "cal_2": "Home\x1b[31m"}
COMMON = {"calendar_id": "cal_1", "status": "confirmed", "transparency": "opaque"}


def event(summary: str, start: str, end: str, fields: dict[str, object] | None = None) -> Event:
    document = {
        "event_uid": f"evt_{summary}",
        "summary": summary,
        "start": start,
        "end": end,
        **COMMON,
        **(fields or {}),
    }
    return parse_event(json.dumps(document).encode())


EVENTS = [
    event("Stand-up", "2026-10-23T08:30:00Z", "2026-10-23T08:45:00Z", {"recurring": True}),
    event("Stand-up", "2026-10-26T09:30:00Z", "2026-10-26T09:45:00Z", {"recurring": True}),
    event("Weekend fair", "2026-10-24T20:00:00Z", "2026-11-02T07:00:00Z", {"location": {"description": "Hall 4"}}),
    event("Half term", "2026-10-25", "2026-10-27", {"calendar_id": "cal_2", "transparency": "transparent"}),
    event("Before the clocks", "2026-10-25T00:30:00Z", "2026-10-25T00:45:00Z"),
    event("After the clocks", "2026-10-25T01:30:00Z", "2026-10-25T01:45:00Z"),
    event("Across the clocks", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z", {"status": "tentative"}),
    event("Until midnight", "2026-10-26T22:00:00Z", "2026-10-27T00:00:00Z"),
    event("Moment", "2026-10-27T12:00:00Z", "2026-10-27T12:00:00Z", {"deleted": True}),
    event("New York early", "2026-11-01T05:30:00Z", "2026-11-01T05:45:00Z"),
    event("New York late", "2026-11-01T06:30:00Z", "2026-11-01T06:45:00Z"),
    event("", "2026-11-01", "2026-11-02", {"event_private": True, "calendar_id": "cal_9"}),
    event("Bell\x07 and\nlines\u202e", "2026-11-02T15:00:00Z", "2026-11-02T16:00:00Z"),
]


@pytest.mark.parametrize(
    ("tzid", "first", "end"),
    [
        ("Europe/London", date(2026, 10, 23), date(2026, 10, 28)),
        ("America/New_York", date(2026, 10, 31), date(2026, 11, 3)),
    ],
)
def test_across_a_change_of_the_clocks(tzid: str, first: date, end: date) -> None:
    """Days in local times, all-day events first, the hour that comes twice told apart, the change itself said."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_agenda(memory.output, agenda(EVENTS, ZoneInfo(tzid), Days(first, end)), NAMES, date(2026, 10, 26))

    check_golden(f"agenda-{tzid.rpartition('/')[2].lower().replace('_', '-')}.txt", memory.stdout.content)
