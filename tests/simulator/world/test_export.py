"""A world as a world file: nothing that the file can say is lost."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cronofy_cli.simulator.world.export import world_text
from cronofy_cli.simulator.world.model import (
    APPLICATION_CALENDAR,
    Account,
    AccountSnapshot,
    Application,
    Attendee,
    Calendar,
    Channel,
    Conferencing,
    ConferencingProfile,
    Event,
    Location,
    Person,
    Profile,
    PublishedToken,
    Snapshot,
    Span,
)
from cronofy_cli.simulator.world.world_file import parse_world_file

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
"""Still the same day in London, the next one in Tokyo."""
START = datetime(2026, 11, 26, 10, tzinfo=UTC)
EVENT = Event(
    event_uid="evt_1",
    calendar_id="cal_1",
    summary="Lunch",
    span=Span(START, START + timedelta(hours=1)),
    tzid="Europe/London",
    created=NOW,
    updated=NOW,
    organizer=Person("jane@x.test", "Jane"),
)
ACCOUNT = AccountSnapshot(
    Account("acc_1", "jane@x.test", "Jane", "Europe/London", "read_write"),
    (Profile("pro_1", "google", "gmail", "jane@x.test"),),
    (Calendar("cal_1", "pro_1", "Work"),),
    (EVENT,),
)
WORLD = Snapshot((Application("main", "client", ("new", "old")),), (ACCOUNT,))
PLAIN = {
    "summary": "Lunch",
    "start": "+2d 10:00",
    "end": "+2d 11:00",
    "event_uid": "evt_1",
}


def exported(world: Snapshot = WORLD) -> dict[str, Any]:
    """Return the file's document; the file is one that can be loaded."""
    text = world_text(world, NOW)
    parse_world_file(text, "test")
    return tomllib.loads(text)


def with_account(**changes: Any) -> Snapshot:
    """Return the world with another account."""
    return structs.replace(WORLD, accounts=(structs.replace(ACCOUNT, **changes),))


def event(**changes: Any) -> dict[str, Any]:
    """Return what the file says of an event."""
    made = with_account(events=(structs.replace(EVENT, **changes),))
    (found,) = exported(made)["accounts"][0]["profiles"][0]["calendars"][0]["events"]
    return dict(found)


def test_a_small_world() -> None:
    """Applications, accounts, profiles, calendars and events lie in one another, as in the built-in world."""
    assert exported() == {
        "applications": [{"name": "main", "client_id": "client", "client_secrets": ["new", "old"]}],
        "accounts": [
            {
                "account_id": "acc_1",
                "email": "jane@x.test",
                "name": "Jane",
                "tzid": "Europe/London",
                "scope": "read_write",
                "profiles": [
                    {
                        "profile_id": "pro_1",
                        "provider_name": "google",
                        "provider_service": "gmail",
                        "profile_name": "jane@x.test",
                        "calendars": [{"calendar_id": "cal_1", "name": "Work", "events": [PLAIN]}],
                    }
                ],
            }
        ],
    }


def test_tokens() -> None:
    """Each account has its own tokens: one for each application, and a personal one."""
    tokens = (
        PublishedToken("tok_main", "acc_1", "main"),
        PublishedToken("tok_other", "acc_1", "other"),
        PublishedToken("tok_personal", "acc_1", None),
        PublishedToken("tok_elsewhere", "acc_2", "main"),
    )

    account = exported(structs.replace(WORLD, tokens=tokens))["accounts"][0]

    assert account["access_tokens"] == {"main": "tok_main", "other": "tok_other"}
    assert account["personal_token"] == "tok_personal"


def test_what_belongs_to_an_account() -> None:
    """Conferencing profiles and channels are kept, calendars under their own profile; application calendars are not."""
    rich = structs.replace(
        ACCOUNT,
        conferencing_profiles=(ConferencingProfile("con_1", "zoom", "Jane", connected=False),),
        profiles=(*ACCOUNT.profiles, Profile("pro_2", "apple", "icloud", "j@x.test", initial_sync_required=True)),
        calendars=(
            *ACCOUNT.calendars,
            Calendar("cal_2", "pro_2", "Home", readonly=True, primary=True, deleted=True, unrestricted_for=("main",)),
        ),
    )
    hidden = structs.replace(
        ACCOUNT, account=structs.replace(ACCOUNT.account, account_id="acc_9", kind=APPLICATION_CALENDAR)
    )
    channels = (
        Channel(
            channel_id="chn_1",
            callback_url="https://a/",
            calendar_ids=("cal_1",),
            only_managed=True,
            account_id="acc_1",
        ),
        Channel(channel_id="chn_2", callback_url="https://b/", account_id="acc_1", application="other"),
        Channel(channel_id="chn_3", callback_url="https://c/", account_id="acc_2"),
    )

    (account,) = exported(structs.replace(WORLD, accounts=(rich, hidden), channels=channels))["accounts"]

    assert account["conferencing_profiles"] == [
        {"provider_name": "zoom", "profile_name": "Jane", "profile_id": "con_1", "connected": False}
    ]
    assert account["channels"] == [
        {"callback_url": "https://a/", "application": "main", "calendars": ["cal_1"], "only_managed": True},
        {"callback_url": "https://b/", "application": "other"},
    ]
    first, second = account["profiles"]
    assert [calendar["calendar_id"] for calendar in first["calendars"]] == ["cal_1"]
    assert (first.get("initial_sync_required"), second["initial_sync_required"]) == (None, True)
    assert second["calendars"] == [
        {
            "calendar_id": "cal_2",
            "name": "Home",
            "primary": True,
            "readonly": True,
            "deleted": True,
            "unrestricted_for": ["main"],
        }
    ]


def test_an_event_with_everything() -> None:
    """Every field that a world file knows is in it."""
    found = event(
        event_id="booking-1",
        application="main",
        description='Bring "cake"\n',
        attendees=(Attendee("ada@x.test", "Ada", "accepted"), Attendee("bob@x.test")),
        transparency="transparent",
        extended_transparency="free",
        status="tentative",
        participation_status="declined",
        event_private=True,
        categories=("a", "b"),
        organizer=Person("olga@x.test", "Olga"),
        location=Location("Room 5", "51.5", "-0.1"),
        conferencing=Conferencing("zoom", "https://zoom.example.com/j/1"),
    )

    assert found == PLAIN | {
        "event_id": "booking-1",
        "application": "main",
        "description": 'Bring "cake"\n',
        "attendees": [
            {"email": "ada@x.test", "display_name": "Ada", "status": "accepted"},
            {"email": "bob@x.test", "status": "needs_action"},
        ],
        "transparency": "transparent",
        "extended_transparency": "free",
        "status": "tentative",
        "participation_status": "declined",
        "event_private": True,
        "categories": ["a", "b"],
        "organizer": {"email": "olga@x.test", "display_name": "Olga"},
        "location": {"description": "Room 5", "lat": "51.5", "long": "-0.1"},
        "conferencing": {"provider_name": "zoom", "join_url": "https://zoom.example.com/j/1"},
    }


def test_nobody_is_the_organizer() -> None:
    """An event without an organizer, such as a holiday, has none in the file's world either."""
    assert event(organizer=None) == PLAIN | {"has_organizer": False}


def at(day: int, hour: int = 0, second: int = 0, *, hours: float = 1) -> Span:
    """Return a span of November."""
    start = datetime(2026, 11, day, hour, 0, second, tzinfo=UTC)
    return Span(start, start + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("span", "tzid", "start", "end"),
    [
        (at(24, 9), "Europe/London", "+0d 09:00", "+0d 10:00"),
        (at(23, 9), "Europe/London", "-1d 09:00", "-1d 10:00"),
        (at(24, 16), "Asia/Tokyo", "+1d 01:00", "+1d 02:00"),
        (at(24, 9, 30), "Europe/London", "2026-11-24T09:00:30+00:00", "2026-11-24T10:00:30+00:00"),
        (structs.replace(at(25, hours=48), all_day=True), "Europe/London", "+1d", "+3d"),
    ],
)
def test_times(span: Span, tzid: str, start: str, end: str) -> None:
    """Times are days from the day of the export, at the clock of the event's own zone, so that the file stays fresh."""
    found = event(span=span, tzid=tzid)

    assert (found["start"], found["end"]) == (start, end)
    assert found.get("tzid") == (None if tzid == "Europe/London" else tzid)


def test_which_events_and_in_which_order() -> None:
    """A calendar has its own events by time, deleted ones left out; one without events has none."""
    events = (
        structs.replace(EVENT, event_uid="evt_3", span=at(28)),
        structs.replace(EVENT, event_uid="evt_2", span=at(27)),
        structs.replace(EVENT, event_uid="evt_1", span=at(27)),
        structs.replace(EVENT, event_uid="evt_4", deleted=True),
        structs.replace(EVENT, event_uid="evt_5", calendar_id="cal_x"),
    )

    (calendar,) = exported(with_account(events=events))["accounts"][0]["profiles"][0]["calendars"]
    assert [each["event_uid"] for each in calendar["events"]] == ["evt_1", "evt_2", "evt_3"]
    (empty,) = exported(with_account(events=()))["accounts"][0]["profiles"][0]["calendars"]
    assert "events" not in empty


@pytest.mark.parametrize("text", ['"', "\\", "a\nb\r\tc", "\x00\x1f\x7f", "é ✓ 😀", "'''", "#", ""])
def test_any_text(text: str) -> None:
    """Whatever stands in a title comes back as it was."""
    assert event(summary=text)["summary"] == text


def test_words_are_readable() -> None:
    """Whoever edits the file finds its texts as they are written, spaces and accents too."""
    world = with_account(events=(structs.replace(EVENT, summary="Café with ~Ada"),))

    assert 'summary = "Café with ~Ada"' in world_text(world, NOW)


@pytest.mark.parametrize("name", ["main", "my-app_2", "with space", "é", 'a"b'])
def test_any_name_of_an_application(name: str) -> None:
    """Names of applications are keys of the tokens, whatever they hold."""
    world = structs.replace(
        WORLD, applications=(Application(name, "client", ("s",)),), tokens=(PublishedToken("tok_1", "acc_1", name),)
    )

    assert tomllib.loads(world_text(world, NOW))["accounts"][0]["access_tokens"] == {name: "tok_1"}
