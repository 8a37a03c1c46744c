"""Redaction of a real account: odd answers do no harm, and the same text is the same word."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.calendars import parse_calendar, parse_profile, parse_userinfo
from cronofy_cli.simulator.world.model import Span
from cronofy_cli.simulator.world.redaction import redacted_world

if TYPE_CHECKING:
    from cronofy_cli.simulator.world.model import Snapshot

USERINFO = parse_userinfo(b'{"sub": "acc_1", "email": "ada@x.test", "zoneinfo": "Mars/Olympus"}')
PROFILES = [parse_profile(b'{"profile_id": "pro_1", "provider_name": "google", "profile_name": "ada@home.test"}')]
CALENDARS = [
    parse_calendar(b'{"calendar_id": "cal_1", "profile_id": "pro_1", "calendar_name": "Secret"}'),
    parse_calendar(b'{"calendar_id": "cal_2", "profile_id": "pro_1", "calendar_deleted": true}'),
    parse_calendar(b'{"calendar_id": "cal_3", "profile_id": "pro_unknown"}'),
]


def redacted(*events: dict[str, object]) -> Snapshot:
    """The world of an account with these events."""
    return redacted_world(USERINFO, PROFILES, CALENDARS, [json.dumps(one).encode() for one in events])


def test_the_same_text_is_the_same_word() -> None:
    """A series stays recognizable, and so does a person whatever the case of the address."""
    first, second, third = (
        redacted(
            {"calendar_id": "cal_1", "event_uid": "1", "summary": "Tea", "start": "2026-01-01T10:00:00Z"},
            {
                "calendar_id": "cal_1",
                "event_uid": "2",
                "summary": "Coffee",
                "start": "2026-01-02",
                "attendees": [{"email": "Bob@x.test"}, {"email": "ada@home.test", "display_name": "Ada"}],
            },
            {
                "calendar_id": "cal_1",
                "event_uid": "3",
                "summary": "Tea",
                "start": "2026-01-03",
                "end": "2026-01-05",
                "attendees": [{"email": "bob@x.test"}],
                "event_id": "mine",
            },
        )
        .accounts[0]
        .events
    )

    assert [one.summary for one in (first, second, third)] == ["Event 1", "Event 2", "Event 1"]
    assert [one.email for one in second.attendees] == ["person-1@example.com", "owner@example.com"]
    assert third.attendees[0].email == "person-1@example.com"
    assert (first.event_id, third.event_id, third.application) == (None, "event-3", "main")


def test_times() -> None:
    """A day is a whole day, days are from the first to the one after the last, and a moment lasts as long as it did."""
    starts = ("2026-01-02", "2026-01-03", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z")
    ends = (None, "2026-01-05", "2026-01-01T10:30:00Z", None)
    events: list[dict[str, object]] = [
        {"calendar_id": "cal_1", "start": start, "end": end} for start, end in zip(starts, ends, strict=True)
    ]

    assert [one.span for one in redacted(*events).accounts[0].events] == [
        Span(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC), all_day=True),
        Span(datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC), all_day=True),
        Span(datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 10, 30, tzinfo=UTC)),
        Span(datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 10, tzinfo=UTC)),
    ]


def test_what_cannot_be_used_is_left_out() -> None:
    """Events of unknown calendars or without times, deleted calendars, zones that are none."""
    account = redacted(
        {"calendar_id": "cal_2", "start": "2026-01-01"},
        {"calendar_id": "cal_1"},
        {"calendar_id": "cal_1", "start": "whenever"},
        {"calendar_id": "cal_1", "start": {"time": "2026-01-01T10:00:00Z", "tzid": "Not/A_Zone"}, "end": 5},
    ).accounts[0]

    assert [one.name for one in account.calendars] == ["Calendar 1"]
    assert [(one.tzid, one.summary) for one in account.events] == [("Etc/UTC", "")]
    assert account.account.zoneinfo == "Etc/UTC"
