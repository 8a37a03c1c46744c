"""The control API: the owner's edits and the dashboard's buttons, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli import __version__
from cronofy_cli.simulator.control_operations import CONTROL
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, PERSONAL_TOKEN

if TYPE_CHECKING:
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running


def test_the_status_says_who_this_is(shared_simulator: Running) -> None:
    """The status names the simulator, its version, addresses and contents, and needs no token."""
    status = shared_simulator.get("/simulator")

    assert (status["name"], status["version"]) == ("cronofy simulator", __version__)
    assert (status["api_url"], status["control_url"]) == (shared_simulator.url, f"{shared_simulator.url}/simulator")
    assert [calendar["name"] for calendar in status["calendars"]] == ["Home", "Work", "Bank Holidays"]
    assert status["events"] > 300


def test_the_credentials_are_the_published_ones(shared_simulator: Running) -> None:
    """What a client needs is told, and is the same on every machine."""
    credentials = shared_simulator.get("/simulator/credentials")

    assert (
        credentials.items()
        >= {
            "client_id": CLIENT_ID,
            "client_secrets": [CLIENT_SECRET],
            "access_token": ACCESS_TOKEN,
            "personal_token": PERSONAL_TOKEN,
            "sub": shared_simulator.get("/v1/userinfo")["sub"],
        }.items()
    )
    assert [one["client_id"] for one in credentials["applications"]] == [CLIENT_ID]
    assert credentials["accounts"][0]["access_tokens"] == {"main": ACCESS_TOKEN}


def test_what_is_listed_has_names(shared_simulator: Running) -> None:
    """Choices and routes say what each of their values is, and no answer holds rows without names."""
    choices = {each["name"]: each for each in shared_simulator.get("/simulator/choices")["choices"]}
    routes = {each["name"]: each for each in shared_simulator.get("/simulator/routes")["routes"]}

    assert choices["enforce_sync_window"]["value"] is True
    assert choices["coalesce_window_s"].keys() == {"name", "value", "meaning"}
    assert routes["read_events"].items() >= {"method": "GET", "path": "/v1/events", "is_simulated": True}.items()
    for operation in CONTROL:
        if operation.method == "GET" and "{" not in operation.path and operation.media_type == "application/json":
            assert rows_without_names(shared_simulator.get(operation.path)) == []


def rows_without_names(document: object) -> list[object]:
    """Return the lists that stand in a list."""
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    here = [each for each in inner if isinstance(document, list) and isinstance(each, list)]
    return here + [found for each in inner for found in rows_without_names(each)]


def test_an_added_event_is_read_by_the_api(shared_simulator: Running) -> None:
    """An event that the owner adds is in the named calendar, and Read Events shows what the answer showed."""
    added = shared_simulator.add_event(calendar="Work", summary="Sales pitch")

    assert added["calendar_id"] == shared_simulator.calendar_id("Work")
    assert [event for event in shared_simulator.events() if event["event_uid"] == added["event_uid"]] == [added]


def test_a_moved_event_answers_its_new_place(shared_simulator: Running) -> None:
    """PATCH changes what it names, answers the event, and Read Events shows the same."""
    uid = shared_simulator.add_event(summary="Sales pitch")["event_uid"]
    moved = shared_simulator.request(
        "PATCH", f"/simulator/events/{uid}", json={"summary": "Pitch", "location": "HQ"}
    ).json()

    assert (moved["event"]["summary"], moved["event"]["location"]) == ("Pitch", {"description": "HQ"})
    assert [event for event in shared_simulator.events() if event["event_uid"] == uid] == [moved["event"]]


def test_a_deleted_event_is_answered_as_deleted(shared_simulator: Running) -> None:
    """DELETE answers the event once more; afterwards only `include_deleted` finds it."""
    uid = shared_simulator.add_event(summary="Sales pitch")["event_uid"]

    assert shared_simulator.request("DELETE", f"/simulator/events/{uid}").json()["event"]["deleted"] is True
    assert shared_simulator.request("DELETE", f"/simulator/events/{uid}", 404).content == b""
    assert uid not in {event["event_uid"] for event in shared_simulator.events()}
    assert uid in {event["event_uid"] for event in shared_simulator.events(include_deleted="true")}


def test_a_deleted_event_comes_back(simulator: Running, receiver: Receiver) -> None:
    """Out of the bin it is as it was, told as a `change`; what is not deleted cannot come back."""
    simulator.open_channel(receiver.url)
    event = simulator.add_event(summary="Sales pitch")
    path = f"/simulator/events/{event['event_uid']}"
    receiver.wait_for(1, "change")
    simulator.request("DELETE", path)
    receiver.wait_for(2, "change")

    restored = simulator.request("POST", f"{path}/undelete", json={}).json()["event"]

    assert restored | {"updated": event["updated"]} == event
    since = receiver.wait_for(3, "change")[-1].notification["changes_since"]
    assert restored in simulator.events(last_modified=since)
    simulator.request("POST", f"{path}/undelete", 404, json={})


def test_events_are_found_by_title(shared_simulator: Running) -> None:
    """The search looks into summaries whatever their case, in the order of starts, up to a limit."""
    shared_simulator.add_event(summary="Zebra crossing", start="2026-05-02")
    shared_simulator.add_event(summary="The zebra", start="2026-05-01")

    found = shared_simulator.get("/simulator/events", search="ZEBRA")["events"]

    assert [event["summary"] for event in found] == ["The zebra", "Zebra crossing"]
    assert len(shared_simulator.get("/simulator/events", search="zebra", limit="1")["events"]) == 1
    assert shared_simulator.get("/simulator/events", search="no such title") == {"events": []}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "text/plain; application/json"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/simulator/events"),
        ("POST", "/simulator/push"),
        ("PATCH", "/simulator/events/x"),
        ("POST", "/simulator/events/x/undelete"),
        ("POST", "/simulator/profiles/x/disconnect"),
        ("POST", "/simulator/profiles/x/reconnect"),
        ("POST", "/simulator/profiles/x/initial_sync"),
        ("POST", "/simulator/clock"),
        ("POST", "/simulator/faults"),
    ],
)
def test_a_foreign_page_cannot_write(shared_simulator: Running, method: str, path: str, content_type: str) -> None:
    """Content types that a browser sends without a CORS preflight are refused, and a preflight is not granted."""
    shared_simulator.request(method, path, 415, content=b"{}", headers={"Content-Type": content_type})
    preflight = shared_simulator.client.options(path, headers={"Origin": "http://evil.test"})
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/simulator/events", {"calendar": "Bank Holidays"}, 403),
        ("POST", "/simulator/events", {"calendar": "Nowhere"}, 422),
        ("POST", "/simulator/push", {}, 422),
        ("POST", "/simulator/push", {"type": "change", "channel_id": "chn_x"}, 404),
        ("PATCH", "/simulator/events/evt_x", {"summary": "x"}, 404),
        ("POST", "/simulator/events/evt_x/undelete", {}, 404),
        ("POST", "/simulator/profiles/pro_x/disconnect", {}, 404),
        ("POST", "/simulator/profiles/pro_x/reconnect", {}, 404),
        ("POST", "/simulator/profiles/pro_x/initial_sync", {"required": True}, 404),
        ("POST", "/simulator/profiles/pro_x/initial_sync", {}, 422),
        ("DELETE", "/simulator/calendars/cal_x", None, 404),
        ("POST", "/simulator/clock", {}, 422),
        ("POST", "/simulator/clock", {"advance_s": -1}, 422),
        ("POST", "/simulator/clock", {"advance_s": "1"}, 422),
        ("POST", "/simulator/clock", {"advance_s": 1e12}, 422),
        ("POST", "/simulator/snapshots", {}, 422),
        ("POST", "/simulator/snapshots", {"name": ""}, 422),
    ],
)
def test_impossible_acts_are_refused(
    shared_simulator: Running, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    """Refusals have the same statuses as in the API."""
    shared_simulator.request(method, path, status, json=body)


@pytest.mark.parametrize(
    ("log", "name", "value"),
    [
        *((log, name, "x") for log in ("deliveries", "requests") for name in ("status", "after", "count", "wait_s")),
        *((log, "wait_s", value) for log in ("deliveries", "requests") for value in ("-1", "100000")),
        ("deliveries", "succeeded", "maybe"),
    ],
)
def test_questions_that_make_no_sense(shared_simulator: Running, log: str, name: str, value: str) -> None:
    """A filter that is none is refused by its name, rather than left out."""
    assert shared_simulator.refusal("GET", f"/simulator/{log}?{name}={value}") == {name: ["errors.not_recognized"]}


def test_a_button_sends_any_type(simulator: Running, receiver: Receiver) -> None:
    """A push goes to one channel or to all, with any type and fields, and is listed with its outcome."""
    one = simulator.open_channel(f"{receiver.url}?channel=one")["channel_id"]
    both = {one, simulator.open_channel(f"{receiver.url}?channel=two")["channel_id"]}
    receiver.wait_for(2, "verification")

    answer = simulator.request(
        "POST", "/simulator/push", 202, json={"type": "brand_new", "channel_id": one, "fields": {"hello": ["world"]}}
    )
    simulator.request("POST", "/simulator/push", 202, json={"type": "gdpr_requested"})

    assert answer.json() == {"type": "brand_new", "channel_ids": [one]}
    (brand_new,) = receiver.wait_for(1, "brand_new")
    assert (brand_new.channel_id, brand_new.notification) == (one, {"type": "brand_new", "hello": ["world"]})
    assert {received.channel_id for received in receiver.wait_for(2, "gdpr_requested")} == both
