"""Smart invites as they are sent, answered and mailed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cronofy_cli.errors import InvalidRequest
from cronofy_cli.simulator.messages.smart_invites import (
    callback_content,
    icalendar,
    parse_invite,
    parse_reply,
    render_invite,
    render_recipient,
)
from cronofy_cli.simulator.world.model import Location, Person, Recipient, SmartInvite, Span
from tests.simulator.worlds import NOW, all_day, event

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
ADA, BOB = "ada@x.test", "bob@x.test"
EVENT = {"summary": "Demo", "start": "2026-11-24T10:00:00Z", "end": "2026-11-24T11:00:00Z"}
BODY: dict[str, Any] = {"smart_invite_id": "inv-1", "recipient": {"email": ADA}, "event": EVENT}


def problems(call: Any, body: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with a body, in words."""
    with pytest.raises(InvalidRequest) as caught:
        call(body)
    return {field: " ".join(text for _, text in found) for field, found in caught.value.fields.items()}


def test_the_least() -> None:
    """An id, somebody and an event are all that is needed to invite."""
    request = parse_invite(BODY)

    assert (request.method, request.smart_invite_id) == ("request", "inv-1")
    assert (request.recipients, request.has_several) == ((Recipient(ADA, "pending"),), False)
    assert (request.callback_url, request.organizer) == (None, None)
    assert request.details.summary == "Demo"
    assert request.details.span is not None
    assert (request.details.span.start, request.details.span.end) == (START, END)


def test_everything() -> None:
    """Several recipients may have answered already; an organizer and a callback can be named."""
    request = parse_invite(
        {
            **{name: value for name, value in BODY.items() if name != "recipient"},
            "method": "request",
            "recipients": [{"email": ADA}, {"email": BOB, "status": "declined"}],
            "callback_url": "https://a.example.com/hook",
            "organizer": {"email": "o@x.test", "name": "Olga"},
        }
    )

    assert (request.recipients, request.has_several) == ((Recipient(ADA, "pending"), Recipient(BOB, "declined")), True)
    assert (request.callback_url, request.organizer) == ("https://a.example.com/hook", Person("o@x.test", "Olga"))


def test_an_organizer_without_an_address() -> None:
    """A name alone gets an address, and an address needs no name."""
    assert parse_invite(BODY | {"organizer": {"name": "Olga"}}).organizer == Person("organizer@example.com", "Olga")
    assert parse_invite(BODY | {"organizer": {"email": "o@x.test"}}).organizer == Person("o@x.test", "")


@pytest.mark.parametrize("method", ["cancel", "remove"])
def test_no_event_is_needed_afterwards(method: str) -> None:
    """To cancel, or to remove somebody, the event need not be sent again."""
    request = parse_invite({"method": method, "smart_invite_id": "inv-1", "recipient": {"email": ADA}})

    assert (request.method, request.details.span) == (method, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"method": "send"}, {"method": "not recognized as one of request, cancel, remove"}),
        ({"smart_invite_id": ""}, {"smart_invite_id": "required"}),
        ({"recipient": None}, {"recipient.email": "required"}),
        ({"recipient": ADA}, {"recipient": "not recognized as an object", "recipient.email": "required"}),
        (
            {"recipient": {"email": ADA, "status": "late"}},
            {"recipient.status": "not recognized as one of pending, accepted, tentative, declined"},
        ),
        ({"recipients": []}, {"recipients": "not recognized as an array of at least one"}),
        ({"recipients": {}}, {"recipients": "not recognized as an array of at least one"}),
        ({"recipients": [{"email": ADA}, {}]}, {"recipients[1].email": "required"}),
        ({"recipients": [ADA]}, {"recipients[0]": "not recognized as an object", "recipients[0].email": "required"}),
        (
            {"event": {}},
            {
                "event.summary": "summary must be specified",
                "event.start": "start must be specified",
                "event.end": "end must be specified",
            },
        ),
        ({"callback_url": "ftp://a.example.com"}, {"callback_url": "not recognized as an HTTP or HTTPS URL"}),
        ({"organizer": "o@x.test"}, {"organizer": "not recognized as an object"}),
        (
            {"organizer": {"email": 1, "name": 2}},
            {
                "organizer.email": "not recognized as a string",
                "organizer.name": "not recognized as a string",
            },
        ),
    ],
)
def test_what_is_refused(changes: dict[str, Any], expected: dict[str, str]) -> None:
    """What is missing or not recognized is named by its whole way, with what was expected there."""
    assert problems(parse_invite, BODY | changes) == expected


def test_a_reply() -> None:
    """An answer may have a comment and another time."""
    proposal = {"start": EVENT["start"], "end": EVENT["end"]}

    full = parse_reply({"email": ADA, "status": "tentative", "comment": "Later?", "proposal": proposal})

    assert full == Recipient(ADA, "tentative", "Later?", (START, END, "Etc/UTC"))
    assert parse_reply({"email": ADA}) == Recipient(ADA, "pending")
    assert parse_reply({"email": ADA, "proposal": {"start": EVENT["start"]}}) == Recipient(ADA, "pending")


def test_replies_that_are_refused() -> None:
    """Each field says what it wants."""
    body = {"status": "late", "comment": 1, "proposal": {"start": "soon", "end": "later"}}

    assert problems(parse_reply, body).keys() == {"email", "status", "comment", "proposal.start", "proposal.end"}


def invite(**changes: Any) -> SmartInvite:
    """Return an invite to Ada."""
    made = SmartInvite(
        application="main",
        smart_invite_id="inv-1",
        recipients=(Recipient(ADA, "pending"),),
        has_several=False,
        callback_url=None,
        event=event("evt_1", Span(START, END), summary="Demo"),
        organizer=None,
    )
    return structs.replace(made, **changes)


PERSON = {"email": ADA, "status": "pending"}
RENDERED_EVENT = {
    "summary": "Demo",
    "description": "",
    "start": {"time": "2026-11-24T10:00:00Z", "tzid": "Europe/London"},
    "end": {"time": "2026-11-24T11:00:00Z", "tzid": "Europe/London"},
}


def test_an_invite_as_it_is_answered() -> None:
    """With one recipient there is `recipient`, and `replies` where they are asked for; optional parts only if given."""
    reply = Recipient(BOB, "declined")
    plain = {"recipient": PERSON, "smart_invite_id": "inv-1", "event": RENDERED_EVENT}

    assert render_invite(invite(), with_calendar=False) == plain
    assert render_invite(invite(replies=(reply,)), with_calendar=False, with_replies=True) == plain | {
        "replies": [{"email": BOB, "status": "declined"}]
    }
    full = invite(
        callback_url="https://a.example.com/hook",
        event=event("evt_1", all_day("2026-11-24"), summary="Demo", location=Location("Room 5")),
    )
    rendered = render_invite(full, with_calendar=True)
    assert rendered["callback_url"] == "https://a.example.com/hook"
    assert rendered["attachments"] == {"icalendar": icalendar(full)}
    assert rendered["event"] == {
        "summary": "Demo",
        "description": "",
        "start": {"time": "2026-11-24", "tzid": "Europe/London"},
        "end": {"time": "2026-11-25", "tzid": "Europe/London"},
        "location": {"description": "Room 5"},
    }


def test_an_invite_for_several() -> None:
    """They are `recipients`, and have no `replies` beside."""
    several = invite(recipients=(Recipient(ADA, "accepted"), Recipient(BOB, "pending")), has_several=True)

    rendered = render_invite(several, with_calendar=False, with_replies=True)

    assert rendered.keys() == {"recipients", "smart_invite_id", "event"}
    assert rendered["recipients"] == [{"email": ADA, "status": "accepted"}, {"email": BOB, "status": "pending"}]


def test_somebody_with_an_answer() -> None:
    """Comment and proposal are there only when they were given."""
    assert render_recipient(Recipient(ADA, "tentative", "Later?", (START, END, "Europe/London"))) == {
        "email": ADA,
        "status": "tentative",
        "comment": "Later?",
        "proposal": {
            "start": {"time": "2026-11-24T10:00:00+00:00", "tzid": "Europe/London"},
            "end": {"time": "2026-11-24T11:00:00+00:00", "tzid": "Europe/London"},
        },
    }


def test_the_callback_of_a_reply() -> None:
    """It holds the invite, its recipients as they are now, and the reply."""
    content = callback_content(invite(callback_url="https://a.example.com/hook"), Recipient(BOB, "declined"))

    assert content == {
        "smart_invite": {
            "smart_invite_id": "inv-1",
            "callback_url": "https://a.example.com/hook",
            "recipient": PERSON,
            "reply": {"email": BOB, "status": "declined"},
        }
    }


def test_the_file_that_is_mailed() -> None:
    """It is an iCalendar request with every part that there is, texts escaped."""
    full = invite(
        smart_invite_id="inv;1",
        recipients=(Recipient(ADA, "pending"), Recipient(BOB, "pending")),
        has_several=True,
        event=event(
            "evt_1",
            Span(START, END),
            summary="Demo, for you",
            description="One\r\nTwo\nThree\\",
            location=Location("Room 5"),
        ),
        organizer=Person("o@x.test", "Olga"),
    )

    assert icalendar(full).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cronofy simulator//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:inv\\;1",
        f"DTSTAMP:{NOW:%Y%m%dT%H%M%S}Z",
        "DTSTART:20261124T100000Z",
        "DTEND:20261124T110000Z",
        "SUMMARY:Demo\\, for you",
        "STATUS:CONFIRMED",
        "DESCRIPTION:One\\nTwo\\nThree\\\\",
        "LOCATION:Room 5",
        "ORGANIZER:mailto:o@x.test",
        f"ATTENDEE;RSVP=TRUE:mailto:{ADA}",
        f"ATTENDEE;RSVP=TRUE:mailto:{BOB}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("made", "removed", "people"),
    [
        (invite(is_cancelled=True), None, [ADA]),
        (invite(recipients=(Recipient(ADA, "pending"),)), Recipient(BOB, "pending"), [BOB]),
    ],
)
def test_the_file_of_an_end(made: SmartInvite, removed: Recipient | None, people: list[str]) -> None:
    """A cancelled invite, or one that somebody is removed from, is a cancellation for those whom it concerns."""
    lines = icalendar(made, removed).split("\r\n")

    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(lines)
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        f"ATTENDEE;RSVP=TRUE:mailto:{one}" for one in people
    ]
    assert not any(line.startswith(("DESCRIPTION", "LOCATION", "ORGANIZER")) for line in lines)


def test_the_file_of_whole_days() -> None:
    """Days are dates."""
    lines = icalendar(invite(event=event("evt_1", all_day("2026-11-24", 2)))).split("\r\n")

    assert {"DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261126"} <= set(lines)
