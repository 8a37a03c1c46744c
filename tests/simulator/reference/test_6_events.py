"""Sections 6 and 7: reading events, free/busy, calendars, profiles; writing one's own events."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.reference.api import END, EVENT, START, TOMORROW

if TYPE_CHECKING:
    from tests.simulator.reference.api import Api

PLAIN_KEYS = [
    *("calendar_id", "event_uid", "summary", "description", "start", "end", "deleted", "created", "updated"),
    *("participation_status", "transparency", "status", "categories", "recurring", "event_private", "options"),
]


def days(first: int, last: int) -> dict[str, str]:
    """A window of days from tomorrow."""
    return {"from": str(TOMORROW + timedelta(days=first)), "to": str(TOMORROW + timedelta(days=last))}


def test_6_1_the_zone_is_required(api: Api) -> None:
    """It is the one mandatory parameter; one that is none is refused."""
    for query in ("", "?tzid=", "?tzid=Mars/Olympus"):
        for path in ("/v1/events", "/v1/free_busy"):
            assert list(api.keys("GET", f"{path}{query}", None)) == ["tzid"]


def test_6_1_the_window(api: Api) -> None:
    """`to` is exclusive; managed events are left out unless asked for; without dates all managed ones are found."""
    api.write()
    api.write(event_id="old", summary="Old", start="2001-01-01T10:00:00Z", end="2001-01-01T11:00:00Z")

    def titles(**params: str) -> set[str]:
        return {one["summary"] for one in api.events(**params)} & {"Mine", "Old"}

    assert titles(**days(0, 1)) == set()
    assert titles(**days(0, 1), include_managed="true") == {"Mine"}
    assert titles(**days(-1, 0), include_managed="true") == set()
    assert titles(only_managed="true") == {"Mine", "Old"}


def test_6_1_deleted_and_moved(api: Api) -> None:
    """Both are found on demand; `last_modified` includes its moment."""
    event = api.account.calendar("Work").add_event("Lunch", start=START, end=END)
    moved = event.move(TOMORROW + timedelta(days=9))

    def found(**params: str) -> list[str]:
        return [one["summary"] for one in api.events(**days(0, 1), **params) if one["event_uid"] == event.event_uid]

    assert found() == []
    assert found(include_moved="true") == ["Lunch"]
    moved.delete()
    assert found(include_moved="true") == []
    assert found(include_moved="true", include_deleted="true") == ["Lunch"]
    updated = next(one["updated"] for one in api.events(include_deleted="true") if one["deleted"])
    assert event.event_uid in [one["event_uid"] for one in api.events(last_modified=updated, include_deleted="true")]


def test_6_1_calendars_geo_and_google(api: Api) -> None:
    """Restricted to calendars; coordinates, and Google's ids, only on demand and as strings."""
    assert {one["calendar_id"] for one in api.events(**{"calendar_ids[]": [api.home, api.holidays]})} == {
        api.home,
        api.holidays,
    }
    plain = [one["location"] for one in api.events() if "location" in one]
    located = [one["location"] for one in api.events(include_geo="true") if "location" in one]
    assert not [one for one in plain if "lat" in one]
    assert all(isinstance(one["lat"], str) for one in located if "lat" in one)
    assert [one for one in located if "lat" in one]
    assert not [one for one in api.events() if "google_event_id" in one]
    assert [one for one in api.events(google_event_ids="true") if "google_event_id" in one]


@pytest.mark.parametrize(
    "text", ["{day}", "{day}T00:00:00Z", "{day}T00:00:00 UTC", "{day}T00:00:00UTC", "{day}T00:00:00+00:00"]
)
def test_6_1_forms_of_times(api: Api, text: str) -> None:
    """Each form that the SDKs send is taken."""
    api.events(**{"from": text.replace(" ", "").format(day=TOMORROW), "to": str(TOMORROW + timedelta(days=1))})


def test_6_2_paging(api: Api) -> None:
    """`next_page` is a whole URL, fetched without parameters, and missing on the last page; an unknown one is 404."""
    answer = api.get("/v1/events", tzid="Etc/UTC")
    numbers, total = [answer["pages"]["current"]], answer["pages"]["total"]
    while "next_page" in answer["pages"]:
        assert answer["pages"]["next_page"].startswith(f"{api.world.url}/v1/events/pages/")
        answer = api.call("GET", answer["pages"]["next_page"])
        numbers.append(answer["pages"]["current"])

    assert numbers == list(range(1, total + 1))
    api.call("GET", "/v1/events/pages/unknown", 404)


def test_6_3_the_keys_of_an_event(api: Api) -> None:
    """Those of the example on every event, and each further one where it has a meaning."""
    events = api.events(include_managed="true")

    for event in events:
        assert set(PLAIN_KEYS) <= set(event), set(PLAIN_KEYS) - set(event)
        assert event["deleted"] is False
        assert set(event["options"]) == {"delete", "update", "change_participation_status"}
        assert event["recurring"] == ("series_identifier" in event)
        for person in event.get("attendees", []):
            assert set(person) == {"email", "display_name", "status"}
            assert person["status"] in {"needs_action", "accepted", "declined", "tentative", "unknown"}
    assert [one["conferencing"] for one in events if "conferencing" in one]
    assert {one["transparency"] for one in events} <= {"opaque", "transparent", "unknown"}
    assert {one["status"] for one in events} >= {"confirmed", "tentative"}


def test_6_3_your_id_only_on_your_events(api: Api) -> None:
    """`event_id` is there on events that you manage alone; the others have an external `event_uid`."""
    api.write()

    own = [one for one in api.events(include_managed="true") if "event_id" in one]

    assert [one["event_id"] for one in own] == ["own-1"]
    assert all(one["event_uid"].startswith("evt_external_") for one in api.events())


def test_6_4_times(api: Api) -> None:
    """Dates for all-day events, UTC otherwise; localized, both are objects, with the offset of the zone."""
    plain = {one["event_uid"]: one for one in api.events()}
    localized = api.events(localized_times="true")

    for event in localized:
        simple = plain[event["event_uid"]]["start"]
        assert set(event["start"]) == {"time", "tzid"}
        assert (len(simple) == 10) == (len(event["start"]["time"]) == 10)
        assert len(simple) == 10 or simple.endswith("Z")
    assert {one["start"]["tzid"] for one in localized} >= {"Europe/London", "America/New_York", "Asia/Tokyo"}


def test_7_1_free_busy(api: Api) -> None:
    """Periods with calendar, times and status; ids and deletions on demand; pages as for events."""
    answer = api.get("/v1/free_busy", tzid="Etc/UTC")
    with_ids = api.get("/v1/free_busy", tzid="Etc/UTC", include_ids="true", **days(-3, 3))["free_busy"]

    assert set(answer) == {"pages", "free_busy"}
    assert set(answer["free_busy"][0]) == {"calendar_id", "start", "end", "free_busy_status"}
    assert {one["free_busy_status"] for one in answer["free_busy"]} <= {"busy", "free", "tentative", "unknown"}
    assert "/v1/free_busy/pages/" in answer["pages"]["next_page"]
    assert all("event_uid" in one for one in with_ids)


def test_7_2_calendars(api: Api) -> None:
    """`sub` at the top, every documented key, and deleted calendars too."""
    api.account.calendar("Home").remove()
    found = api.get("/v1/calendars")

    assert found["sub"] == api.world.sub
    assert [one["calendar_deleted"] for one in found["calendars"]] == [True, False, False]
    assert set(found["calendars"][0]) == {
        *("provider_name", "profile_id", "profile_name", "calendar_id", "calendar_name", "calendar_readonly"),
        *("calendar_deleted", "calendar_primary", "calendar_integrated_conferencing_available"),
        *("calendar_attachments_available", "permission_level"),
    }


def test_7_3_profiles(api: Api) -> None:
    """No `sub` here; every profile says whether its first sync is still to be done."""
    api.account.profile("apple").start_initial_sync()
    found = api.get("/v1/profiles")

    assert list(found) == ["profiles"]
    assert [one["profile_initial_sync_required"] for one in found["profiles"]] == [False, True]
    assert [(one["provider_name"], one["provider_service"]) for one in found["profiles"]] == [
        ("google", "gsuite"),
        ("apple", "icloud"),
    ]


def test_7_4_an_event_is_created_and_updated(api: Api) -> None:
    """202 without a body; the same `event_id` again is an update."""
    answer = api.answer("POST", f"/v1/calendars/{api.work}/events", json=EVENT)
    assert (answer.status_code, answer.content) == (202, b"")

    api.write(summary="Changed")

    assert api.own()["summary"] == "Changed"


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "Plain text"},
        {"location": {"description": "Lab", "lat": "51.5", "long": "-0.1"}},
        {"transparency": "transparent"},
        {"extended_transparency": "out_of_office"},
        {"event_private": True},
        {"summary": "s" * 1024, "description": "d" * 4096},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_7_4_fields_that_are_read_back(api: Api, fields: dict[str, Any]) -> None:
    """What is written is what Read Events says."""
    api.write(**fields)
    (event,) = api.events(only_managed="true", include_geo="true")

    assert {name: event[name] for name in fields} == fields


@pytest.mark.parametrize(
    "fields",
    [
        {"reminders": [{"minutes": 10}], "reminders_create_only": True},
        {"url": "https://x.test/"},
        {"color": "#49BED8"},
        {"locale": "fr"},
        {"event_classes": ["meeting"]},
        {"subscriptions": []},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_7_4_fields_that_are_taken(api: Api, fields: dict[str, Any]) -> None:
    """Documented fields of which reads say nothing are no error."""
    api.write(**fields)


@pytest.mark.parametrize(
    "fields", [{"recurrence": {"rules": [{"frequency": "daily"}]}}, {"meeting_agent": {"profile_id": "cronofy"}}]
)
def test_7_4_what_is_not_simulated_is_never_dropped(api: Api, fields: dict[str, Any]) -> None:
    """A series or a meeting agent is not made and forgotten: the call says that it is not simulated."""
    assert api.post(f"/v1/calendars/{api.work}/events", EVENT | fields, 501)["error"] == "not_simulated"


def test_7_4_times_have_zones_of_their_own(api: Api) -> None:
    """A text, a date, or an object with a zone, for start and end apart; the default zone is Etc/UTC."""
    api.write(
        start={"time": f"{TOMORROW}T10:00:00", "tzid": "Europe/London"},
        end={"time": f"{TOMORROW}T10:00:00", "tzid": "America/Los_Angeles"},
    )
    (event,) = api.events(only_managed="true", localized_times="true")
    assert (event["start"]["tzid"], event["end"]["tzid"]) == ("Europe/London", "America/Los_Angeles")

    api.write(start=f"{TOMORROW} 10:00:00Z", end=f"{TOMORROW} 11:00:00Z")
    assert (api.own()["start"], api.own()["end"]) == (START, END)
    api.write(start=f"{TOMORROW}T10:00:00", end=f"{TOMORROW}T11:00:00")
    assert api.own()["start"] == START
    api.write(start=str(TOMORROW), end=str(TOMORROW + timedelta(days=1)))
    assert api.own()["start"] == str(TOMORROW)


def test_7_4_attendees_are_invited_and_removed(api: Api) -> None:
    """`remove` takes out the named ones; the others stay."""
    invited = [{"email": "a@x.test", "display_name": "A"}, {"email": "b@x.test"}]
    api.write(attendees={"invite": invited})
    api.write(attendees={"remove": [{"email": "b@x.test"}]})

    assert [one["email"] for one in api.own()["attendees"]] == ["a@x.test"]


@pytest.mark.parametrize("field", ["event_id", "summary", "start", "end"])
def test_7_4_required_fields(api: Api, field: str) -> None:
    """Each is named when it is missing, with the documented key; `description` is optional."""
    body = {name: value for name, value in EVENT.items() if name != field}

    assert api.keys("POST", f"/v1/calendars/{api.work}/events", body) == {field: ["errors.required"]}


def test_7_4_calendars_that_cannot_be_written(api: Api) -> None:
    """A read-only one is refused, a deleted or unknown one not found."""
    api.account.calendar("Home").remove()

    api.post(f"/v1/calendars/{api.holidays}/events", EVENT, 403)
    api.post(f"/v1/calendars/{api.home}/events", EVENT, 404)
    api.post("/v1/calendars/cal_unknown/events", EVENT, 404)


def test_7_4_conferencing(api: Api) -> None:
    """`explicit` has the application's own link; `default` gets one; what is left out stays."""
    explicit = {"profile_id": "explicit", "provider_description": "Chess", "join_url": "https://x.test/join"}
    api.write(conferencing=explicit)
    assert api.own()["conferencing"]["join_url"] == "https://x.test/join"

    api.write(summary="Changed")
    assert api.own()["conferencing"]["join_url"] == "https://x.test/join"


def test_7_4_deleting(api: Api) -> None:
    """202, without a body unless `include_userinfo` asks for one; an unknown calendar is 404."""
    path = f"/v1/calendars/{api.work}/events"
    api.write()
    api.write(event_id="own-2")

    assert api.call("DELETE", path, 202, json={"event_id": "own-1"}) is None
    assert api.call("DELETE", path, 202, json={"event_id": "own-2", "include_userinfo": True})["userinfo"]["sub"]
    assert api.events(only_managed="true") == []
    api.call("DELETE", "/v1/calendars/cal_unknown/events", 404, json={"event_id": "own-1"})


def test_7_4_bulk_deleting(api: Api) -> None:
    """All, or those of calendars, never both; only your own; as JSON, or in the query as pycronofy sends it."""
    api.write()
    api.post(f"/v1/calendars/{api.home}/events", EVENT, 202)
    before = len(api.events())

    api.call("DELETE", "/v1/events", 422, json={"delete_all": True, "calendar_ids": [api.work]})
    api.call("DELETE", "/v1/events", 422, json={"delete_all": False})
    api.call("DELETE", "/v1/events", 422, json={"calendar_ids": []})
    api.call("DELETE", "/v1/events", 202, json={"calendar_ids": [api.work]})
    assert [one["calendar_id"] for one in api.events(only_managed="true")] == [api.home]
    api.call("DELETE", "/v1/events?delete_all=True", 202)
    assert api.events(only_managed="true") == []
    assert len(api.events()) == before


def test_7_5_external_events_need_elevated_access(api: Api) -> None:
    """Without it 403; with it, what `options` allow; recurring ones never; a deleted one does not come back."""
    event = api.account.calendar("Work").add_event("Lunch", start=START, end=END)
    path = f"/v1/calendars/{api.work}/events"
    change = {"event_uid": event.event_uid, "summary": "Moved", "start": START, "end": END}

    def options(event_uid: str) -> dict[str, bool]:
        found: dict[str, bool] = next(one["options"] for one in api.events() if one["event_uid"] == event_uid)
        return found

    assert options(event.event_uid) == {"delete": False, "update": False, "change_participation_status": False}
    api.post(path, change, 403)
    api.call("DELETE", path, 403, json={"event_uid": event.event_uid})
    api.elevate(api.work)
    assert options(event.event_uid)["update"]
    api.post(path, change, 202)
    recurring = next(one for one in api.events() if one["recurring"] and one["calendar_id"] == api.work)
    assert not recurring["options"]["update"]
    assert not recurring["options"]["delete"]
    api.call("DELETE", path, 422, json={"event_uid": recurring["event_uid"]})
    api.call("DELETE", path, 202, json={"event_uid": event.event_uid})
    answer = api.answer("POST", path, json=change)
    assert answer.status_code in {202, 404}
    assert event.event_uid not in [one["event_uid"] for one in api.events()]


def test_7_5_with_both_ids_the_applications_wins(api: Api) -> None:
    """A new event of the application's is made, and the external one stays."""
    event = api.account.calendar("Work").add_event("Lunch", start=START, end=END)

    api.write(event_uid=event.event_uid)

    assert api.own()["summary"] == "Mine"
    assert api.account.calendar("Work").event("Lunch").event_uid == event.event_uid


def test_7_5_options_of_an_invitation(api: Api) -> None:
    """As captured: neither deleted nor changed, but answered."""
    invitations = [one for one in api.events() if one["participation_status"] == "needs_action"]

    assert invitations
    for one in invitations:
        assert one["organizer"]["email"] != "janed@company.com"
        assert one["options"] == {"delete": False, "update": False, "change_participation_status": True}
