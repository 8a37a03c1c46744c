"""The control API for who watches a world: its accounts, channels and timeline, and what happens as it happens."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running


@contextmanager
def following(simulator: Running, world: str = "") -> Iterator[Iterator[tuple[str, Any]]]:
    """Follow a world: names and data of its server-sent events."""
    with simulator.client.stream("GET", f"{world}/simulator/live", timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = _events(answer)
        assert next(events)[0] == "hello"
        yield events


def _events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_accounts_have_profiles_and_calendars(shared_simulator: Running) -> None:
    """What a page needs to draw: names, zones, what is connected and what is read-only."""
    account = shared_simulator.get("/simulator/accounts")["accounts"][0]

    assert (account["email"], account["tzid"]) == ("janed@company.com", "Europe/London")
    assert {one["provider_name"] for one in account["profiles"]} == {"google", "apple"}
    assert {one["name"]: one["readonly"] for one in account["calendars"]} == {
        "Home": False,
        "Work": False,
        "Bank Holidays": True,
    }


def test_a_channel_says_what_became_of_it(simulator: Running, receiver: Receiver) -> None:
    """Attempts, since when it fails, when it will be closed, and what waits until when."""
    receiver.statuses = [503]
    simulator.request("POST", "/simulator/clock", json={"stopped": True})
    opened = simulator.open_channel(receiver.url)
    simulator.settle_attempts(1)

    (channel,) = simulator.get("/simulator/channels")["channels"]

    assert (channel["channel_id"], channel["callback_url"]) == (opened["channel_id"], receiver.url)
    assert [(one["type"], one["status"]) for one in channel["attempts"]] == [("verification", 503)]
    assert [(one["type"], one["attempt"]) for one in channel["waiting"]] == [("verification", 2)]
    assert channel["failing_since"] < channel["waiting"][0]["due_at"] < channel["closes_at"]


def test_the_timeline_has_everything_in_order(start: Callable[..., Running], receiver: Receiver) -> None:
    """Acts, deliveries and API calls, as they happened; `after` and `limit` choose, and `after` in the logs as well."""
    simulator = start(coalesce_window_s=3600)
    simulator.open_channel(receiver.url)
    simulator.settle()
    uid = simulator.add_event(summary="Lunch", start="2026-05-02")["event_uid"]
    simulator.request("PATCH", f"/simulator/events/{uid}", json={"summary": "Late lunch"})
    simulator.request("PATCH", f"/simulator/events/{uid}", json={"start": "2026-05-03"})
    simulator.request("DELETE", f"/simulator/events/{uid}")
    simulator.get("/v1/userinfo")

    entries = simulator.get("/simulator/timeline")["entries"]

    kinds = [next(kind for kind in ("act", "delivery", "request") if entry[kind]) for entry in entries]
    assert kinds == ["request", "delivery", "act", "act", "act", "act", "request"]
    acts = [entry["act"] for entry in entries if entry["act"]]
    assert [act["kind"] for act in acts] == ["event_added", "event_changed", "event_moved", "event_deleted"]
    assert (acts[2]["details"]["subject"], acts[2]["details"]["start"]) == ("Late lunch", "2026-05-03")
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert simulator.get("/simulator/timeline", after="2", limit="2")["entries"] == entries[-2:]
    assert simulator.get("/simulator/timeline", after="5")["entries"] == entries[5:]
    assert [one["number"] for one in simulator.get("/simulator/requests", after="1")["requests"]] == [2]
    assert [len(simulator.get("/simulator/deliveries", after=after)["deliveries"]) for after in "01"] == [1, 0]


@pytest.mark.parametrize(
    ("act", "kind", "subject"),
    [
        (("POST", "/simulator/clock", {"advance_s": 90}), "clock_set", "advanced by 0:01:30"),
        (("POST", "/simulator/push", {"type": "gdpr_requested"}), "notification_pushed", "gdpr_requested"),
        (
            ("POST", "/simulator/faults", {"path_prefix": "/v1/events", "status": 503, "times": 2}),
            "fault_added",
            "any /v1/events: 503, 2 times",
        ),
        (("DELETE", "/simulator/faults", None), "faults_cleared", ""),
        (("POST", "/simulator/provider", {"delay_s": 20}), "provider_delayed", "20 s"),
        (
            ("POST", "/simulator/profiles/{profile}/disconnect", {}),
            "profile_disconnected",
            "janed@company.com (google)",
        ),
        (
            ("POST", "/simulator/profiles/{profile}/initial_sync", {"required": True}),
            "profile_sync_begun",
            "janed@company.com (google)",
        ),
        (("DELETE", "/simulator/calendars/{calendar}", None), "calendar_removed", "Work"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_acts_of_all_kinds_are_noted(simulator: Running, act: tuple[str, str, Any], kind: str, subject: str) -> None:
    """Whatever the control API does to a world stands in its timeline."""
    method, path, body = act
    profile = simulator.get("/simulator/accounts")["accounts"][0]["profiles"][0]["profile_id"]
    path = path.format(profile=profile, calendar=simulator.calendar_id("Work"))
    answer = simulator.client.request(method, path, json=body)
    assert answer.is_success

    acts = [entry["act"] for entry in simulator.get("/simulator/timeline")["entries"] if entry["act"]]

    assert [(one["kind"], one["details"]["subject"]) for one in acts] == [(kind, subject)]


def test_a_channel_that_dies_is_noted(simulator: Running, receiver: Receiver) -> None:
    """After a day without a success its closing stands in the timeline, with the reason."""
    receiver.statuses = [500] * 99
    channel = simulator.open_channel(receiver.url)
    simulator.request("POST", "/simulator/clock", json={"advance_s": 86460})

    act = next(entry["act"] for entry in reversed(simulator.get("/simulator/timeline")["entries"]) if entry["act"])

    assert (act["kind"], act["details"]["channel_id"]) == ("channel_closed", channel["channel_id"])
    assert act["details"]["note"] == "no notification succeeded for 24 hours"


def test_what_happens_is_sent_at_once(simulator: Running, receiver: Receiver) -> None:
    """Each entry of the timeline comes as an event, and after it that something changed."""
    with following(simulator) as events:
        simulator.add_event(summary="Lunch")
        name, entry = next(events)
        assert (name, entry["act"]["details"]["subject"]) == ("entry", "Lunch")
        assert next(events)[0] == "changed"


def test_a_reset_is_sent_too(simulator: Running) -> None:
    """Who follows a world goes on with the one that takes its place."""
    simulator.add_event(summary="Before")
    with following(simulator) as events:
        simulator.request("POST", "/simulator/reset", json={})
        assert next(events) == ("reset", {"world": "first"})
        assert next(events)[0] == "changed"
        simulator.add_event(summary="After")
        assert next(events)[1]["act"]["details"]["subject"] == "After"


def test_who_follows_does_not_hold_up_the_end(start: Callable[..., Running]) -> None:
    """The stream is brought to its end, not cut off, when the simulator stops."""
    simulator = start()
    with following(simulator) as events:
        simulator.server.stop()
        assert [name for name, _ in events if name == "entry"] == []


def test_a_fault_is_taken_back_alone(simulator: Running) -> None:
    """Each has a number, and others stay."""
    for status in (429, 503):
        faults = {"path_prefix": "/v1/userinfo", "status": status}
        simulator.request("POST", "/simulator/faults", 201, json=faults)

    left = simulator.request("DELETE", "/simulator/faults/1").json()["faults"]

    assert [(one["number"], one["status"]) for one in left] == [(2, 503)]
    simulator.request("DELETE", "/simulator/faults/1", 404)
    simulator.request("GET", "/v1/userinfo", 503)


def test_events_of_a_period(simulator: Running) -> None:
    """`from` and `to` cut out what touches a period; what is no time is refused."""
    simulator.add_event(summary="Zebra 1", start="2026-05-01T10:00:00Z", end="2026-05-01T11:00:00Z")
    simulator.add_event(summary="Zebra 2", start="2026-05-02T10:00:00Z", end="2026-05-02T11:00:00Z")
    period = {"from": "2026-05-01T11:00:00Z", "to": "2026-05-02T10:30:00Z"}

    found = simulator.get("/simulator/events", search="zebra", **period)["events"]

    assert [event["summary"] for event in found] == ["Zebra 2"]
    assert simulator.refusal("GET", "/simulator/events?from=yesterday") == {"from": ["errors.not_recognized"]}
    assert simulator.refusal("GET", "/simulator/timeline?after=x") == {"after": ["errors.not_recognized"]}
