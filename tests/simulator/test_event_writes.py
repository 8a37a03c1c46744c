"""What an application writes is kept as it was written (reference 7.4, fidelity 4, 5, 8, 9, 10, 16, 18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.simulator.world.settings import SimulatorSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

TOMORROW = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
START, END = f"{TOMORROW:%Y-%m-%dT%H:%M:%SZ}", f"{TOMORROW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


def own(simulator: Running, **params: str) -> dict[str, Any]:
    """The application's only event."""
    (event,) = simulator.events(only_managed="true", **params)
    return event


def people(simulator: Running) -> list[str]:
    """Who is invited to it."""
    return [one["email"] for one in own(simulator)["attendees"]]


def test_attendees_are_added_and_removed(simulator: Running) -> None:
    """`invite` adds by address, `remove` takes the named ones out, the others stay."""
    home = simulator.calendar_id("Home")
    simulator.write_event(home, "1", attendees={"invite": [{"email": "a@x.test"}, {"email": "b@x.test"}]})
    simulator.write_event(home, "1", attendees={"remove": [{"email": "B@x.test"}]})
    assert people(simulator) == ["a@x.test"]
    simulator.write_event(home, "1", attendees={"invite": [{"email": "c@x.test"}], "remove": []})
    assert people(simulator) == ["a@x.test", "c@x.test"]
    simulator.write_event(home, "1", summary="Still there")
    assert people(simulator) == ["a@x.test", "c@x.test"]


def test_inviting_can_replace(start: Callable[..., Running]) -> None:
    """Whether `invite` adds is not documented, so it is a choice."""
    simulator = start(invite_adds=False)
    home = simulator.calendar_id("Home")
    simulator.write_event(home, "1", attendees={"invite": [{"email": "a@x.test"}]})
    simulator.write_event(home, "1", attendees={"invite": [{"email": "b@x.test"}]})

    assert people(simulator) == ["b@x.test"]


def test_the_zone_is_utc_by_default(simulator: Running) -> None:
    """Not the account's: a wall-clock time without a zone is one in Etc/UTC, as documented."""
    simulator.write_event(simulator.calendar_id("Home"), "1", start="2026-06-01T10:00:00", end="2026-06-01T11:00:00")

    assert own(simulator)["start"] == "2026-06-01T10:00:00Z"
    assert own(simulator, localized_times="true")["start"] == {"time": "2026-06-01T10:00:00+00:00", "tzid": "Etc/UTC"}


def test_the_end_has_a_zone_of_its_own(simulator: Running) -> None:
    """Start in London and end in Los Angeles come back so."""
    simulator.write_event(
        simulator.calendar_id("Home"),
        "1",
        start={"time": "2026-06-01T10:00:00Z", "tzid": "Europe/London"},
        end={"time": "2026-06-01T20:00:00Z", "tzid": "America/Los_Angeles"},
    )

    event = own(simulator, localized_times="true")
    assert event["start"] == {"time": "2026-06-01T11:00:00+01:00", "tzid": "Europe/London"}
    assert event["end"] == {"time": "2026-06-01T13:00:00-07:00", "tzid": "America/Los_Angeles"}


def test_times_with_a_space_are_taken(simulator: Running) -> None:
    """The C# SDK writes them so."""
    simulator.write_event(simulator.calendar_id("Home"), "1", start="2026-06-01 10:00:00Z", end="2026-06-01 11:00:00Z")

    assert own(simulator)["start"] == "2026-06-01T10:00:00Z"


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"summary": "x" * 1025}, {"summary": ["errors.too_long"]}),
        ({"description": "x" * 4097}, {"description": ["errors.too_long"]}),
        ({"color": "blue"}, {"color": ["errors.not_recognized"]}),
        ({"reminders": "soon"}, {"reminders": ["errors.not_recognized"]}),
        ({"conferencing": {"profile_id": "pro_x"}}, {"conferencing.profile_id": ["errors.not_recognized"]}),
        (
            {"subscriptions": [{"type": "email"}]},
            {"subscriptions[0].type": ["errors.not_recognized"], "subscriptions[0].uri": ["errors.required"]},
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    shared_simulator: Running, fields: dict[str, Any], refused: dict[str, list[str]]
) -> None:
    """Texts that are too long, and fields of another kind, are 422 with their name."""
    event = {"event_id": "1", "summary": "x", "start": START, "end": END} | fields
    path = f"/v1/calendars/{shared_simulator.calendar_id('Home')}/events"

    assert shared_simulator.refusal("POST", path, json=event) == refused


def test_long_texts_are_a_choice(start: Callable[..., Running]) -> None:
    """What Cronofy does with them is not documented."""
    simulator = start(enforce_text_lengths=False)
    simulator.write_event(simulator.calendar_id("Home"), "1", summary="x" * 1025)

    assert len(own(simulator)["summary"]) == 1025


@pytest.mark.parametrize(
    "field", [{"recurrence": {"rules": [{"frequency": "daily"}]}}, {"meeting_agent": {"profile_id": "cronofy"}}]
)
def test_what_is_not_simulated_is_refused_and_not_dropped(shared_simulator: Running, field: dict[str, Any]) -> None:
    """The body names the field."""
    event = {"event_id": "never", "summary": "x", "start": START, "end": END} | field
    path = f"/v1/calendars/{shared_simulator.calendar_id('Home')}/events"

    answer = shared_simulator.request("POST", path, 501, json=event).json()

    assert next(iter(field)) in answer["message"]


def test_conferencing_is_assigned_and_called_back(simulator: Running, receiver: Receiver) -> None:
    """`default` is the account's conferencing profile; the callback holds the event with its link, and is signed."""
    simulator.write_event(
        simulator.calendar_id("Home"),
        "1",
        start=START,
        end=END,
        conferencing={"profile_id": "default"},
        subscriptions=[{"type": "webhook", "uri": receiver.url, "interactions": [{"type": "conferencing_assigned"}]}],
    )

    (call,) = receiver.wait_for(1, "event_subscription")
    assert call.notification["interactions"] == [{"type": "conferencing_assigned"}]
    event = own(simulator)
    assert event["conferencing"]["provider_name"] == "zoom"
    content = simulator.get("/simulator/deliveries", type="event_subscription", wait_s="60")["deliveries"][0]
    assert event["conferencing"]["join_url"] in content["body"]
    assert content["signature"] == call.headers["Cronofy-HMAC-SHA256"]
    assert content["body"].encode() == call.body


def test_event_triggers_come_with_the_clock(simulator: Running, receiver: Receiver) -> None:
    """A callback five minutes before the start moves with the event, and does not come for one that is deleted."""
    home = simulator.calendar_id("Home")
    transitions = [{"before": "event_start", "offset": {"minutes": 5}}]
    subscription = {"type": "webhook", "uri": receiver.url, "transitions": transitions}
    simulator.write_event(home, "1", start=START, end=END, subscriptions=[subscription])
    simulator.write_event(home, "2", start=START, end=END, subscriptions=[subscription])
    simulator.request("DELETE", f"/v1/calendars/{home}/events", 202, json={"event_id": "2"})
    later, until = TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=1, hours=1)
    simulator.write_event(home, "1", start=later.isoformat(), end=until.isoformat())

    simulator.request("POST", "/simulator/clock", json={"advance_s": (TOMORROW - datetime.now(UTC)).total_seconds()})
    assert receiver.received("event_subscription") == []
    simulator.request("POST", "/simulator/clock", json={"advance_s": 86400})

    (call,) = receiver.received("event_subscription")
    assert call.notification["transitions"] == transitions


@pytest.mark.parametrize(("minutes", "comes"), [(5, True), (6, False)])
def test_a_trigger_that_is_due_at_once(minutes: int, comes: bool, simulator: Running, receiver: Receiver) -> None:
    """A callback for this very moment comes; one whose moment is over when the event is written does not."""
    simulator.request("POST", "/simulator/clock", json={"stopped": True, "set_to": "2026-12-24T10:00:00Z"})
    transitions = [{"before": "event_start", "offset": {"minutes": minutes}}]
    subscription = {"type": "webhook", "uri": receiver.url, "transitions": transitions}
    start, end = "2026-12-24T10:05:00Z", "2026-12-24T11:00:00Z"

    simulator.write_event(simulator.calendar_id("Home"), "1", start=start, end=end, subscriptions=[subscription])

    simulator.settle()
    assert len(receiver.received("event_subscription")) == comes


def test_deleting_all_and_some_at_once_is_refused(shared_simulator: Running) -> None:
    """`delete_all` and `calendar_ids` exclude each other, as documented."""
    body = {"delete_all": True, "calendar_ids": [shared_simulator.calendar_id("Home")]}

    assert shared_simulator.refusal("DELETE", "/v1/events", json=body) == {"delete_all": ["errors.not_recognized"]}


def test_calendar_ids_need_their_brackets(shared_simulator: Running, start: Callable[..., Running]) -> None:
    """Without them all calendars would come back and nobody would notice; it is a choice."""
    query = {"tzid": "UTC", "calendar_ids": shared_simulator.calendar_id("Home")}

    assert shared_simulator.refusal("GET", "/v1/events", params=query) == {"calendar_ids": ["errors.not_recognized"]}
    assert start(require_brackets=False).request("GET", "/v1/events", params=query).json()["events"]


def test_a_trigger_has_seven_seconds(start: Callable[..., Running], receiver: Receiver) -> None:
    """An answer that is too late for a channel is in time for the callback of an event trigger."""
    simulator = start(answer_limit_s=0.1, trigger_answer_limit_s=60)
    simulator.request("POST", "/simulator/clock", json={"stopped": True, "set_to": "2026-12-24T10:00:00Z"})
    transitions = [{"before": "event_start", "offset": {"minutes": 5}}]
    subscription = {"type": "webhook", "uri": receiver.url, "transitions": transitions}
    receiver.hang.clear()

    times = {"start": "2026-12-24T10:05:00Z", "end": "2026-12-24T11:00:00Z"}
    simulator.write_event(simulator.calendar_id("Home"), "1", **times, subscriptions=[subscription])
    receiver.wait_for(1, "event_subscription")
    simulator.open_channel(receiver.url)
    (late,) = simulator.get("/simulator/deliveries", type="verification", wait_s="60")["deliveries"]
    receiver.hang.set()
    (in_time,) = simulator.get("/simulator/deliveries", type="event_subscription", wait_s="60")["deliveries"]

    assert (late["status"], in_time["status"]) == (None, 200)
    assert SimulatorSettings().trigger_answer_limit_s == 7
