"""Redaction of a real account: odd answers do no harm, and the same text is the same word."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.calendars import parse_calendar, parse_profile, parse_userinfo
from cronofy_cli.simulator.world.model import Application, Attendee, Conferencing, Location, Person, Span
from cronofy_cli.simulator.world.redaction import redacted_world
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, PERSONAL_TOKEN

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


REAL: dict[str, object] = {
    "calendar_id": "cal_1",
    "event_uid": "evt_REAL",
    "event_id": "REAL-booking",
    "summary": "REAL title",
    "description": "REAL notes",
    "start": {"time": "2026-01-01T10:00:00+01:00", "tzid": "Europe/Paris"},
    "end": {"time": "2026-01-01T11:00:00+01:00", "tzid": "Europe/Paris"},
    "location": {"description": "REAL room", "lat": "48.8", "long": "2.3"},
    "attendees": [
        {"email": "REAL@x.test", "display_name": "REAL name", "status": "declined"},
        {"email": "ada@x.test", "display_name": "REAL me"},
    ],
    "organizer": {"email": "boss.REAL@x.test", "display_name": "REAL boss"},
    "transparency": "transparent",
    "status": "tentative",
    "participation_status": "needs_action",
    "event_private": True,
    "categories": ["REAL project", "REAL client"],
    "extended_transparency": "out_of_office",
    "conferencing": {"provider_name": "zoom", "join_url": "https://REAL.zoom.test/j/1?pwd=REAL"},
}


def test_no_word_of_an_event_is_left() -> None:
    """Its texts, people, places and meetings have words of their kinds; what makes it what it is stays."""
    world = redacted(REAL, REAL | {"event_uid": "evt_REAL2", "conferencing": {"join_url": "https://REAL.test/2"}})
    first, second = world.accounts[0].events

    assert "REAL" not in repr(world)
    assert "48.8" not in repr(world)
    assert (first.summary, first.description, first.location) == ("Event 1", "Description 1", Location("Place 1"))
    assert first.attendees == (
        Attendee("person-1@example.com", "Person 1", "declined"),
        Attendee("owner@example.com", "Owner", "unknown"),
    )
    assert first.organizer == Person("person-2@example.com", "Person 2")
    assert first.categories == ("Category 1", "Category 2")
    assert first.conferencing == Conferencing("zoom", "https://meeting.example.com/1")
    assert second.conferencing == Conferencing("", "https://meeting.example.com/2")
    kinds = (first.transparency, first.status, first.participation_status, first.extended_transparency)
    assert kinds == ("transparent", "tentative", "needs_action", "out_of_office")
    assert (first.event_private, first.event_id, second.event_id) == (True, "event-1", "event-2")
    assert (first.tzid, first.created, first.updated) == ("Europe/Paris", first.span.start, first.span.start)
    assert first.event_uid != second.event_uid


def test_the_credentials_are_the_published_ones() -> None:
    """A redacted world is reached as the built-in one is."""
    world = redacted()

    assert world.applications == (Application("main", CLIENT_ID, (CLIENT_SECRET,)),)
    tokens = [(one.token, one.account_id, one.application) for one in world.tokens]
    sub = world.accounts[0].account.account_id
    assert tokens == [(ACCESS_TOKEN, sub, "main"), (PERSONAL_TOKEN, sub, None)]


def test_what_an_event_does_not_say() -> None:
    """Nothing is made up for it: the usual values stand for what is missing."""
    (event,) = (
        redacted({"calendar_id": "cal_1", "start": "2026-01-01", "location": {}, "conferencing": {}}).accounts[0].events
    )

    assert (event.summary, event.description, event.location, event.conferencing) == ("", "", None, None)
    assert (event.attendees, event.organizer, event.categories, event.event_id) == ((), None, (), None)
    kinds = (event.transparency, event.status, event.participation_status, event.extended_transparency)
    assert kinds == ("opaque", "confirmed", "accepted", None)
    assert (event.event_private, event.tzid) == (False, "Etc/UTC")


def test_profiles_and_calendars() -> None:
    """They are as many and of the same kinds; names and addresses are the owner's, and elevated access stays."""
    profiles = [
        parse_profile(
            b'{"profile_id": "p1", "provider_name": "google", "profile_name": "REAL@x", "provider_service": "gsuite"}'
        ),
        parse_profile(b'{"profile_id": "p2", "provider_name": "apple", "profile_initial_sync_required": true}'),
    ]
    calendars = [
        parse_calendar(b'{"calendar_id": "c1", "profile_id": "p1", "calendar_name": "REAL", "calendar_primary": true}'),
        parse_calendar(b'{"calendar_id": "c2", "profile_id": "p2", "calendar_readonly": true}'),
        parse_calendar(b'{"calendar_id": "c3", "profile_id": "p2", "permission_level": "unrestricted"}'),
    ]
    account = redacted_world(USERINFO, profiles, calendars, []).accounts[0]

    assert "REAL" not in repr(account)
    assert (account.account.email, account.account.name) == ("owner@example.com", "Owner")
    assert [(one.provider_name, one.provider_service, one.profile_name) for one in account.profiles] == [
        ("google", "gsuite", "owner@example.com"),
        ("apple", "apple", "owner-2@example.com"),
    ]
    assert [one.initial_sync_required for one in account.profiles] == [False, True]
    first, second, third = account.calendars
    assert [one.name for one in account.calendars] == ["Calendar 1", "Calendar 2", "Calendar 3"]
    assert [one.profile_id for one in account.calendars] == [account.profiles[index].profile_id for index in (0, 1, 1)]
    assert len({one.calendar_id for one in account.calendars}) == 3
    assert [(one.primary, one.readonly, one.is_google) for one in (first, second, third)] == [
        (True, False, True),
        (False, True, False),
        (False, False, False),
    ]
    assert [one.unrestricted_for for one in account.calendars] == [(), (), ("main",)]


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
