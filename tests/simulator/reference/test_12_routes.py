"""Section 12: batch, Create Calendar, Participation Status, smart invites, profiles, permissions, availability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.reference.api import END, EVENT, REDIRECT_URI, START, TOMORROW
from tests.testing.applications import Inbox

if TYPE_CHECKING:
    from tests.simulator.reference.api import Api


def at(hour: str) -> str:
    """A time tomorrow."""
    return f"{TOMORROW}T{hour}:00Z"


def test_12_1_what_is_not_simulated_says_so(api: Api) -> None:
    """501 with the call in words; no 404, which means that a resource is not found."""
    answer = api.post("/v1/real_time_scheduling", {}, 501)

    assert "POST /v1/real_time_scheduling" in answer["message"]


def test_12_2_batch(api: Api) -> None:
    """207; one item per entry, in their order; data where the single call has a body; none stops another."""
    path = f"/v1/calendars/{api.work}/events"
    external = api.account.calendar("Work").add_event("Lunch", start=START, end=END)
    api.elevate(api.work)
    entries = [
        {"method": "DELETE", "relative_url": path, "data": {"event_id": "456"}},
        {"method": "POST", "relative_url": path, "data": {name: EVENT[name] for name in ("event_id", "start", "end")}},
        {"method": "POST", "relative_url": path, "data": EVENT},
        {"method": "POST", "relative_url": "/v1/calendars/cal_unknown/events", "data": EVENT},
        {"method": "POST", "relative_url": path, "data": {"event_uid": external.event_uid, "summary": "Moved"}},
        {"method": "DELETE", "relative_url": path, "data": {"event_uid": external.event_uid}},
        {"method": "GET", "relative_url": "/v1/userinfo"},
    ]

    items = api.post("/v1/batch", {"batch": entries}, 207)["batch"]

    problem = {"key": "errors.required", "description": "summary must be specified"}
    assert items == [
        {"status": 202},
        {"status": 422, "data": {"errors": {"summary": [problem]}}},
        {"status": 202},
        {"status": 404},
        {"status": 202},
        {"status": 202},
        {"status": 404},
    ]
    assert api.own()["summary"] == "Mine"


def test_12_2_at_most_fifty(api: Api) -> None:
    """51 entries are refused as a whole, 50 are not."""
    entry = {"method": "DELETE", "relative_url": f"/v1/calendars/{api.work}/events", "data": {"event_id": "1"}}

    assert len(api.post("/v1/batch", {"batch": [entry] * 50}, 207)["batch"]) == 50
    api.post("/v1/batch", {"batch": [entry] * 51}, 422)


def test_12_3_create_calendar(api: Api) -> None:
    """200, because it is there at once; `profile_id` and `name` are required; equal names are refused by the key."""
    wanted = {"profile_id": api.account.profile("google").profile_id, "name": "New Calendar", "color": "#49BED8"}

    made = api.post("/v1/calendars", wanted)["calendar"]

    assert list(made)[:7] == [
        *("provider_name", "profile_id", "profile_name", "calendar_id", "calendar_name"),
        *("calendar_readonly", "calendar_deleted"),
    ]
    assert made["calendar_id"] in [one["calendar_id"] for one in api.get("/v1/calendars")["calendars"]]
    assert api.keys("POST", "/v1/calendars", wanted) == {"name": ["errors.duplicate_calendar_name"]}
    for field in ("profile_id", "name"):
        body = {name: value for name, value in wanted.items() if name != field}
        assert list(api.keys("POST", "/v1/calendars", body)) == [field]


def test_12_4_participation_status(api: Api) -> None:
    """202 without a body; three answers; unknown ones are 422, unknown events 404; read-only calendars are refused."""
    invitation = next(one for one in api.events() if one["options"]["change_participation_status"])
    tail = f"events/{invitation['event_uid']}/participation_status"
    path = f"/v1/calendars/{invitation['calendar_id']}/{tail}"

    for status in ("tentative", "declined", "accepted"):
        assert api.answer("POST", path, json={"status": status}).content == b""
        now = next(one for one in api.events() if one["event_uid"] == invitation["event_uid"])
        assert now["participation_status"] == status
        assert status in [one["status"] for one in now["attendees"]]
    api.post(path, {"status": "perhaps"}, 422)
    api.post(f"/v1/calendars/{api.work}/events/evt_unknown/participation_status", {"status": "accepted"}, 404)
    api.post(
        f"/v1/calendars/cal_unknown/events/{invitation['event_uid']}/participation_status", {"status": "accepted"}, 404
    )


INVITE: dict[str, Any] = {
    "smart_invite_id": "mine",
    "recipient": {"email": "invitee@x.test"},
    "event": {
        "summary": "Board meeting",
        "start": START,
        "end": END,
        "tzid": "Europe/London",
        "description": "All of it",
    },
}


def invite(api: Api, status: int = 200, **changes: Any) -> Any:
    """Call Smart Invites with the API key."""
    return api.post("/v1/smart_invites", INVITE | changes, status, api.world.client_secret)


def test_12_5_smart_invites(api: Api) -> None:
    """The answer has the recipient's state, the event with zones, and an iCalendar file; the same pair is an update."""
    made = invite(api, callback_url="http://127.0.0.1:9/")
    changed = invite(api, event=INVITE["event"] | {"summary": "Another"}, method="request")

    assert made["recipient"] == {"email": "invitee@x.test", "status": "pending"}
    assert (made["smart_invite_id"], made["callback_url"]) == ("mine", "http://127.0.0.1:9/")
    assert set(made["event"]["start"]) == {"time", "tzid"}
    assert "tzid" not in made["event"]
    assert made["attachments"]["icalendar"].startswith("BEGIN:VCALENDAR")
    assert "METHOD:REQUEST" in made["attachments"]["icalendar"]
    assert changed["event"]["summary"] == "Another"


def test_12_5_cancelling(api: Api) -> None:
    """The same object, the status as it was, and a file that cancels."""
    invite(api)

    cancelled = invite(api, method="cancel")

    assert cancelled["recipient"]["status"] == "pending"
    assert "METHOD:CANCEL" in cancelled["attachments"]["icalendar"]


def test_12_5_several_recipients(api: Api) -> None:
    """Answered with `recipients`, with the state that was given; one of them is removed."""
    several = [{"email": "a@x.test"}, {"email": "b@x.test", "status": "accepted"}]
    body = {name: value for name, value in INVITE.items() if name != "recipient"}

    made = api.post("/v1/smart_invites", body | {"recipients": several}, 200, api.world.client_secret)
    removed = invite(api, method="remove", recipient={"email": "a@x.test"})

    assert made["recipients"] == [
        {"email": "a@x.test", "status": "pending"},
        {"email": "b@x.test", "status": "accepted"},
    ]
    assert "recipient" not in made
    assert removed["attachments"]["removed"]["email"] == "a@x.test"


@pytest.mark.parametrize("field", ["smart_invite_id", "recipient", "event"])
def test_12_5_required_fields(api: Api, field: str) -> None:
    """Each is named."""
    body = {name: value for name, value in INVITE.items() if name != field}

    named = api.keys("POST", "/v1/smart_invites", body, api.world.client_secret)
    assert {one.partition(".")[0] for one in named} == {field}


def test_12_5_a_reply_is_called_back(api: Api) -> None:
    """`smart_invite`: the state now, and the reply that caused it; comment and proposal only when given."""
    inbox = Inbox()
    invite(api, callback_url=api.world.serve(inbox.asgi))
    path = f"{api.world.url}/simulator/smart_invites/mine/replies"

    api.call("POST", path, token="", json={"email": "invitee@x.test", "status": "accepted"})
    api.world.wait_for_delivery("smart_invite", status=200)

    sent = inbox.received[0]
    assert sent["notification"] == {"type": "smart_invite"}
    assert sent["smart_invite"]["recipient"] == {"email": "invitee@x.test", "status": "accepted"}
    assert sent["smart_invite"]["reply"] == {"email": "invitee@x.test", "status": "accepted"}


def test_12_6_the_status_of_an_invite(api: Api) -> None:
    """The recipient's state, every reply, and the file on demand; an unknown pair is not found."""
    invite(api)
    path = f"{api.world.url}/simulator/smart_invites/mine/replies"
    api.call("POST", path, token="", json={"email": "other@x.test", "status": "declined", "comment": "No"})
    secret, query = api.world.client_secret, {"smart_invite_id": "mine", "recipient_email": "invitee@x.test"}

    found = api.call("GET", "/v1/smart_invites", token=secret, params=query)
    with_file = api.call("GET", "/v1/smart_invites", token=secret, params=query | {"include_ics": "true"})

    assert found["recipient"] == {"email": "invitee@x.test", "status": "pending"}
    assert found["replies"] == [{"email": "other@x.test", "status": "declined", "comment": "No"}]
    assert with_file["attachments"]["icalendar"].startswith("BEGIN:VCALENDAR")
    api.call("GET", "/v1/smart_invites", 404, token=secret, params=query | {"smart_invite_id": "unknown"})


def test_12_7_revoke_profile(api: Api) -> None:
    """202 without a body or with; its calendars are gone, the tokens stay valid; an unknown one is 404."""
    profile_id = api.account.profile("apple").profile_id

    assert api.answer("POST", f"/v1/profiles/{profile_id}/revoke").status_code == 202

    assert profile_id not in [one["profile_id"] for one in api.get("/v1/profiles")["profiles"]]
    assert api.holidays not in [one["calendar_id"] for one in api.get("/v1/calendars")["calendars"]]
    assert api.holidays not in {one["calendar_id"] for one in api.events()}
    api.call("POST", "/v1/profiles/pro_unknown/revoke", 404)


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_12_8_extended_permissions(api: Api, decision: str) -> None:
    """A URL that the user opens; granted, calendars say so; refused, nothing changes; then back to the application."""
    wanted = [{"calendar_id": api.work, "permission_level": "unrestricted"}]
    asked = api.post("/v1/permissions", {"permissions": wanted, "redirect_uri": REDIRECT_URI})

    answer = api.answer("GET", f"{asked['permissions_request']['url']}?auto={decision}", "")

    assert list(asked) == ["permissions_request"]
    assert answer.headers["Location"].startswith(REDIRECT_URI)
    levels = {one["calendar_id"]: one["permission_level"] for one in api.get("/v1/calendars")["calendars"]}
    assert levels[api.work] == {"allow": "unrestricted", "deny": "sandbox"}[decision]
    assert levels[api.home] == "sandbox"


def test_12_8_a_redirect_uri_is_optional(api: Api) -> None:
    """As in the SDKs; `sandbox` is a level too."""
    wanted = [{"calendar_id": api.work, "permission_level": "sandbox"}]

    assert api.post("/v1/permissions", {"permissions": wanted})["permissions_request"]["url"]


def availability(api: Api, status: int = 200, **changes: Any) -> Any:
    """Ask for tomorrow's availability of an account without any event: an application calendar."""
    made = api.post("/v1/application_calendars", api.credentials | {"application_calendar_id": "a"}, token="")
    body = {
        "participants": [{"members": [{"sub": made["sub"]}], "required": "all"}],
        "required_duration": {"minutes": 60},
        "query_periods": [{"start": at("09:00"), "end": at("12:00")}],
    }
    return api.post(
        "/v1/availability", {name: value for name, value in (body | changes).items() if value is not None}, status
    )


def starts(answer: Any) -> list[str]:
    """When each slot starts."""
    return [one["start"][11:16] for one in answer["available_slots"]]


def test_12_9_periods(api: Api) -> None:
    """Maximal stretches, in UTC, with everybody who can."""
    (period,) = availability(api)["available_periods"]

    assert (period["start"], period["end"]) == (at("09:00"), at("12:00"))
    assert [list(one) for one in period["participants"]] == [["sub"]]


def test_12_9_slots(api: Api) -> None:
    """As long as the duration, side by side; overlapping ones by a grid."""
    assert starts(availability(api, response_format="slots")) == ["09:00", "10:00", "11:00"]
    overlapping = availability(api, response_format="overlapping_slots", start_interval={"minutes": 30})
    assert starts(overlapping) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert starts(availability(api, response_format="slots", max_results=2)) == ["09:00", "10:00"]


def test_12_9_other_ways_to_ask(api: Api) -> None:
    """The older name of the periods, times with a space, single starts, and empty buffers."""
    periods = [{"start": f"{TOMORROW} 09:00:00Z", "end": f"{TOMORROW} 12:00:00Z"}]

    assert availability(api, query_periods=None, available_periods=periods, buffer={})["available_periods"]
    slots = [{"start": at("09:00")}, {"start": at("11:30")}]
    found = availability(api, query_periods=None, query_slots=slots, response_format="slots")
    assert starts(found) == ["09:00", "11:30"]


def test_12_9_what_blocks(api: Api) -> None:
    """Events do, with a buffer on both sides, in the calendars that count; an empty list when nothing fits."""
    calendar = api.account.calendar("Home")
    calendar.add_event("Busy", start=f"{TOMORROW}T03:00:00Z", end=f"{TOMORROW}T04:00:00Z")
    member = {"sub": api.world.sub, "calendar_ids": [api.home]}
    wanted: dict[str, Any] = {
        "participants": [{"members": [member], "required": "all"}],
        "query_periods": [{"start": at("02:00"), "end": at("05:00")}],
        "required_duration": {"minutes": 45},
    }

    plain = availability(api, **wanted)["available_periods"]
    buffered = availability(api, **wanted, buffer={"before": {"minutes": 30}, "after": {"minutes": 30}})

    assert [(one["start"][11:16], one["end"][11:16]) for one in plain] == [("02:00", "03:00"), ("04:00", "05:00")]
    assert buffered["available_periods"] == []


def test_12_9_groups(api: Api) -> None:
    """A number of a group is enough, and all who can are named; a member has limits of its own."""
    made = api.post("/v1/application_calendars", api.credentials | {"application_calendar_id": "b"}, token="")["sub"]
    other = api.post("/v1/application_calendars", api.credentials | {"application_calendar_id": "c"}, token="")["sub"]
    limits = [{"start": at("10:00"), "end": at("12:00")}]
    members = [{"sub": made}, {"sub": other, "available_periods": limits}]

    one = availability(api, participants=[{"members": members, "required": 1}], response_format="slots")
    both = availability(api, participants=[{"members": members, "required": "all"}], response_format="slots")

    assert starts(one) == ["09:00", "10:00", "11:00"]
    assert [len(slot["participants"]) for slot in one["available_slots"]] == [1, 2, 2]
    assert starts(both) == ["10:00", "11:00"]


def test_12_9_statuses_of_members(api: Api) -> None:
    """Active, pending while the first sync runs, disconnected."""
    participants = [{"members": [{"sub": api.world.sub}], "required": "all"}]

    def status() -> str:
        found = availability(api, participants=participants, include_member_statuses=True)
        return str(found["member_statuses"][0]["sync_status"])

    assert status() == "active"
    api.account.profile("google").start_initial_sync()
    assert status() == "pending"
    api.account.profile("google").finish_initial_sync()
    api.account.profile("google").disconnect()
    assert status() == "disconnected"


def test_12_9_errors(api: Api) -> None:
    """Each missing field is named; stored rules and constraints are not simulated, and say so."""
    for field in ("participants", "required_duration", "query_periods"):
        assert list(availability(api, 422, **{field: None})["errors"]) == [field]
    member = {"sub": api.world.sub, "managed_availability": True}
    availability(api, 501, participants=[{"members": [member], "required": "all"}])
