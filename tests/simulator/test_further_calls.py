"""Calls besides events and channels: calendars (reference 12.3), application calendars (2.8), profiles (12.7), batch
(12.2), smart invites (12.5, 12.6), availability (12.9), rate limits (8), hosts (12)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.core.signature import ClientSecret, SignatureState, judge
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.simulator.sign_in import APPLICATION, sign_in, status_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

API_KEY = {"Authorization": f"Bearer {CLIENT_SECRET}"}
INVITE = {
    "smart_invite_id": "inv-1",
    "recipient": {"email": "ada@x.test"},
    "event": {"summary": "Interview; part 1", "start": "2026-10-15T09:30:00Z", "end": "2026-10-15T10:00:00Z"},
}


def test_who_is_answered_with_the_documented_keys(shared_simulator: Running) -> None:
    """Account and List Calendars have `sub`, profiles `profile_initial_sync_required` (fidelity 6 and 7)."""
    sub = shared_simulator.get("/v1/userinfo")["sub"]

    assert shared_simulator.get("/v1/account")["sub"] == shared_simulator.get("/v1/calendars")["sub"] == sub
    assert list(shared_simulator.get("/v1/profiles")) == ["profiles"]
    assert [one["profile_initial_sync_required"] for one in shared_simulator.get("/v1/profiles")["profiles"]] == [
        False,
        False,
    ]


def test_profiles_and_their_calendars_share_their_middle(shared_simulator: Running) -> None:
    """As in `pro_n23kjnwrw2` and `cal_n23kjnwrw2_…` (fidelity 17)."""
    for calendar in shared_simulator.get("/v1/calendars")["calendars"]:
        assert calendar["calendar_id"].startswith(f"cal_{calendar['profile_id'].removeprefix('pro_')}_")


def test_a_calendar_is_created(simulator: Running) -> None:
    """It is there at once, with 200; a name twice and an unknown profile are 422."""
    profile_id = simulator.get("/v1/profiles")["profiles"][0]["profile_id"]
    wanted = {"profile_id": profile_id, "name": "New", "color": "#49BED8"}

    calendar = simulator.request("POST", "/v1/calendars", json=wanted).json()["calendar"]

    assert (calendar["calendar_name"], calendar["profile_id"]) == ("New", profile_id)
    assert calendar in simulator.get("/v1/calendars")["calendars"]
    simulator.write_event(calendar["calendar_id"], "1")
    assert simulator.refusal("POST", "/v1/calendars", json=wanted) == {"name": ["errors.duplicate_calendar_name"]}
    assert "profile_id" in simulator.refusal("POST", "/v1/calendars", json=wanted | {"profile_id": "pro_x"})


def test_an_application_calendar_is_made_once(simulator: Running, receiver: Receiver) -> None:
    """Its first use makes an account with one primary calendar, later ones give new tokens of the same."""
    body = APPLICATION | {"application_calendar_id": "mine"}
    first, second = (simulator.request("POST", "/v1/application_calendars", json=body).json() for _ in range(2))

    assert first["sub"] == second["sub"]
    assert first["sub"].startswith("apc_")
    assert first["access_token"] != second["access_token"]
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    (calendar,) = simulator.request("GET", "/v1/calendars", headers=bearer).json()["calendars"]
    assert (calendar["calendar_primary"], calendar["provider_name"]) == (True, "cronofy")
    simulator.request("POST", "/v1/channels", headers=bearer, json={"callback_url": receiver.url})
    simulator.add_event(account=first["sub"], summary="There")
    receiver.wait_for(1, "change")
    assert simulator.request("GET", "/v1/userinfo", headers=bearer).json()["cronofy.type"] == "application_calendar"
    wrong = body | {"client_secret": "x"}
    assert simulator.request("POST", "/v1/application_calendars", 400, json=wrong).json() == {"error": "invalid_client"}


def test_a_profile_is_revoked(simulator: Running) -> None:
    """It vanishes with its calendars and events for this application, and comes back with the next sign-in."""
    apple = simulator.get("/v1/profiles")["profiles"][1]

    simulator.request("POST", f"/v1/profiles/{apple['profile_id']}/revoke", 202)

    assert apple not in simulator.get("/v1/profiles")["profiles"]
    assert "Bank Holidays" not in {one["calendar_name"] for one in simulator.get("/v1/calendars")["calendars"]}
    assert {one["summary"] for one in simulator.events()}.isdisjoint({"Christmas Day", "Good Friday", "Boxing Day"})
    simulator.request("POST", f"/v1/profiles/{apple['profile_id']}/revoke", 404)
    sign_in(simulator)
    assert apple in simulator.get("/v1/profiles")["profiles"]


def test_a_batch_is_answered_item_by_item(simulator: Running) -> None:
    """207 in the order of the request; what fails stops nothing; a body only where the single call has one."""
    home = simulator.calendar_id("Home")
    events, event = f"/v1/calendars/{home}/events", {"start": "2026-08-05T15:30:00Z", "end": "2026-08-05T17:00:00Z"}
    entries = [
        {"method": "DELETE", "relative_url": events, "data": {"event_id": "456"}},
        {"method": "POST", "relative_url": events, "data": {"event_id": "789", **event}},
        {"method": "POST", "relative_url": "/v1/calendars/cal_x/events", "data": {"event_id": "1", **event}},
        {"method": "POST", "relative_url": events, "data": {"event_id": "1", "summary": "x", **event}},
        {"method": "GET", "relative_url": "/v1/userinfo"},
        {"method": "POST", "relative_url": "/v1/available_periods", "data": {}},
    ]

    answer = simulator.request("POST", "/v1/batch", 207, json={"batch": entries}).json()

    missing = {"errors": {"summary": [{"key": "errors.required", "description": "summary must be specified"}]}}
    assert answer == {
        "batch": [
            {"status": 202},
            {"status": 422, "data": missing},
            {"status": 404},
            {"status": 202},
            {"status": 404},
            {"status": 501},
        ]
    }
    assert [one["event_id"] for one in simulator.events(only_managed="true")] == ["1"]


@pytest.mark.parametrize(
    ("batch", "key"), [(None, "errors.required"), ("x", "errors.not_recognized"), ([{}] * 51, "errors.too_many")]
)
def test_a_batch_has_at_most_50_entries(shared_simulator: Running, batch: object, key: str) -> None:
    """More, none, and what is no list are 422."""
    assert shared_simulator.refusal("POST", "/v1/batch", json={"batch": batch}) == {"batch": [key]}


def test_a_smart_invite_is_sent_answered_and_cancelled(simulator: Running, receiver: Receiver) -> None:
    """The answer has an iCalendar file; a reply is called back, signed; the status lists it; cancelling is a CANCEL."""
    invite = INVITE | {"callback_url": receiver.url}
    made = simulator.request("POST", "/v1/smart_invites", json=invite, headers=API_KEY).json()
    assert made["recipient"] == {"email": "ada@x.test", "status": "pending"}
    assert made["event"]["start"] == {"time": "2026-10-15T09:30:00Z", "tzid": "Etc/UTC"}
    assert "METHOD:REQUEST" in made["attachments"]["icalendar"]
    assert "SUMMARY:Interview\\; part 1" in made["attachments"]["icalendar"]

    reply = {"email": "ada@x.test", "status": "declined", "comment": "on holiday"}
    simulator.request("POST", "/simulator/smart_invites/inv-2/replies", 404, json=reply)
    simulator.request("POST", "/simulator/smart_invites/inv-1/replies", json=reply)

    (call,) = receiver.wait_for(1, "smart_invite")
    content = json.loads(call.body)["smart_invite"]
    assert content["recipient"] == content["reply"] == reply
    header = call.headers["Cronofy-HMAC-SHA256"]
    assert judge(header, call.body, [ClientSecret("s", CLIENT_SECRET)]).state is SignatureState.VALID
    query = {"smart_invite_id": "inv-1", "recipient_email": "ada@x.test"}
    status = simulator.request("GET", "/v1/smart_invites", params=query, headers=API_KEY).json()
    assert (status["replies"], "attachments" in status) == ([reply], False)
    cancel = {"method": "cancel", "smart_invite_id": "inv-1", "recipient": {"email": "ada@x.test"}}
    cancelled = simulator.request("POST", "/v1/smart_invites", json=cancel, headers=API_KEY).json()
    assert "METHOD:CANCEL" in cancelled["attachments"]["icalendar"]
    assert cancelled["recipient"]["status"] == "declined"


def test_a_smart_invite_for_several(simulator: Running) -> None:
    """It is answered with `recipients`; removing one leaves the others, and who is not there cannot be removed."""
    several: dict[str, Any] = {name: value for name, value in INVITE.items() if name != "recipient"}
    several["recipients"] = [{"email": "ada@x.test"}, {"email": "bob@x.test", "status": "accepted"}]
    made = simulator.request("POST", "/v1/smart_invites", json=several, headers=API_KEY).json()
    assert [one["status"] for one in made["recipients"]] == ["pending", "accepted"]

    remove = {"method": "remove", "smart_invite_id": "inv-1", "recipient": {"email": "ada@x.test"}}
    removed = simulator.request("POST", "/v1/smart_invites", json=remove, headers=API_KEY).json()

    assert removed["attachments"]["removed"]["email"] == "ada@x.test"
    query = {"smart_invite_id": "inv-1"}
    left = simulator.request("GET", "/v1/smart_invites", params=query, headers=API_KEY).json()["recipients"]
    assert [one["email"] for one in left] == ["bob@x.test"]
    refused = simulator.request("POST", "/v1/smart_invites", 404, json=remove, headers=API_KEY)
    assert "icalendar" not in refused.text


def test_smart_invites_need_the_api_key(shared_simulator: Running) -> None:
    """An access token is not one; an unknown invite is 404, one without its fields 422."""
    query = {"smart_invite_id": "none", "recipient_email": "x@x.test"}

    shared_simulator.request("GET", "/v1/smart_invites", 401, params=query)
    shared_simulator.request("GET", "/v1/smart_invites", 404, params=query, headers=API_KEY)
    assert set(shared_simulator.refusal("POST", "/v1/smart_invites", json={}, headers=API_KEY)) == {
        "smart_invite_id",
        "recipient.email",
        "event.summary",
        "event.start",
        "event.end",
    }


@pytest.fixture
def dated_simulator(start: Callable[..., Running]) -> Running:
    """A simulator whose world is that of one day, whatever day it is."""
    return start(seed_day=date(2026, 11, 24))


def availability(simulator: Running, expected: int = 200, **changes: Any) -> dict[str, Any]:
    """What Availability answers for a Saturday in June 2027, when nothing else is planned from noon in this world."""
    sub = simulator.get("/v1/userinfo")["sub"]
    body = {
        "participants": [{"members": [{"sub": sub}], "required": "all"}],
        "required_duration": {"minutes": 60},
        "query_periods": [{"start": "2027-06-05T12:00:00Z", "end": "2027-06-05T16:00:00Z"}],
    } | changes
    answer: dict[str, Any] = simulator.request("POST", "/v1/availability", expected, json=body).json()
    return answer


def hours(periods: list[dict[str, Any]]) -> list[str]:
    """When they start."""
    return [one["start"][11:16] for one in periods]


def test_availability_is_computed_from_the_calendars(dated_simulator: Running) -> None:
    """Busy times are left out, free ones and declined ones are not; periods are as long as they can be."""
    simulator = dated_simulator
    simulator.write_event(simulator.calendar_id("Work"), "1", start="2027-06-05T13:00:00Z", end="2027-06-05T13:30:00Z")
    simulator.write_event(
        simulator.calendar_id("Work"),
        "2",
        start="2027-06-05T15:00:00Z",
        end="2027-06-05T15:30:00Z",
        transparency="transparent",
    )
    sub = simulator.get("/v1/userinfo")["sub"]

    periods = availability(simulator)["available_periods"]

    assert [(one["start"][11:16], one["end"][11:16]) for one in periods] == [("12:00", "13:00"), ("13:30", "16:00")]
    assert periods[0]["participants"] == [{"sub": sub}]
    slots = availability(simulator, response_format="slots")["available_slots"]
    assert hours(slots) == ["12:00", "13:30", "14:30"]
    overlapping = availability(simulator, response_format="overlapping_slots", start_interval={"minutes": 30})
    assert hours(overlapping["available_slots"]) == ["12:00", "13:30", "14:00", "14:30", "15:00"]
    buffered = availability(simulator, buffer={"before": {"minutes": 30}, "after": {"minutes": 15}})
    assert [(one["start"][11:16], one["end"][11:16]) for one in buffered["available_periods"]] == [("14:00", "16:00")]
    statuses = availability(simulator, include_member_statuses=True)["member_statuses"]
    assert statuses == [{"sub": sub, "sync_status": "active"}]


def test_availability_of_several_people(dated_simulator: Running) -> None:
    """All of a group, or so many of it; an unknown one is 422, stored rules are 501; the API key will do too."""
    simulator = dated_simulator
    one, other = (account["sub"] for account in simulator.get("/simulator/credentials")["accounts"])
    simulator.write_event(simulator.calendar_id("Work"), "1", start="2027-06-05T12:00:00Z", end="2027-06-05T14:00:00Z")
    both = [{"sub": one}, {"sub": other}]

    everybody = availability(simulator, participants=[{"members": both, "required": "all"}])
    anybody = availability(simulator, participants=[{"members": both, "required": 1}])

    assert hours(everybody["available_periods"]) == ["14:00"]
    assert [(each["start"][11:16], len(each["participants"])) for each in anybody["available_periods"]] == [
        ("12:00", 1),
        ("14:00", 2),
    ]
    unknown = [{"members": [{"sub": "acc_x"}], "required": "all"}]
    assert "participants[0].members[0].sub" in availability(simulator, 422, participants=unknown)["errors"]
    managed = [{"members": [{"sub": one, "managed_availability": True}], "required": "all"}]
    assert "managed_availability" in availability(simulator, 501, participants=managed)["message"]
    body = {
        "participants": [{"members": both, "required": "all"}],
        "required_duration": {"minutes": 60},
        "available_periods": [{"start": "2027-06-05 15:00:00Z", "end": "2027-06-05 16:00:00Z"}],
    }
    assert simulator.request("POST", "/v1/availability", headers=API_KEY, json=body).json()["available_periods"]


def test_the_rate_limit_is_a_choice(start: Callable[..., Running]) -> None:
    """With it the 51st call of a second is 429; a 401 does not count."""
    simulator = start(enforce_rate_limit=True)
    simulator.request("POST", "/simulator/clock", json={"stopped": True})
    assert {status_with(simulator, "wrong") for _ in range(60)} == {401}

    statuses = [simulator.client.get("/v1/userinfo").status_code for _ in range(51)]

    assert (set(statuses[:50]), statuses[50]) == ({200}, 429)
    simulator.request("POST", "/simulator/clock", json={"advance_s": 1})
    assert simulator.client.get("/v1/userinfo").status_code == 200


def test_a_cronofy_host_is_served_and_never_sent_the_token(simulator: Running) -> None:
    """The PHP SDK names api.cronofy.com whatever its base URL; further pages are on this machine all the same."""
    answer = simulator.request("GET", "/v1/events", params={"tzid": "UTC"}, headers={"Host": "api.cronofy.com"}).json()

    assert answer["pages"]["next_page"].startswith(simulator.url)


def test_a_host_that_was_named_is_served(start: Callable[..., Running]) -> None:
    """As in a container, where the simulator goes by the name of its service."""
    simulator = start(hosts=("cronofy",))

    simulator.request("GET", "/v1/userinfo", headers={"Host": "cronofy:7080"})
    simulator.request("GET", "/v1/userinfo", 403, headers={"Host": "other:7080"})


@pytest.mark.parametrize("layout", ["spaced", "escaped"])
def test_byte_layouts_that_no_verifier_makes_again(
    start: Callable[..., Running], receiver: Receiver, layout: str
) -> None:
    """The signature is of the bytes that were sent; compact JSON made of the same document is other bytes."""
    start(body_layout=layout).open_channel(f"{receiver.url}?user=é/&")

    (call,) = receiver.wait_for(1)
    header = call.headers["Cronofy-HMAC-SHA256"]
    again = json.dumps(json.loads(call.body), separators=(",", ":"), ensure_ascii=False).encode()

    assert judge(header, call.body, [ClientSecret("s", CLIENT_SECRET)]).state is SignatureState.VALID
    assert judge(header, again, [ClientSecret("s", CLIENT_SECRET)]).state is not SignatureState.VALID
