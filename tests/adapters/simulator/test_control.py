"""The calls of the simulator's control API, as they are on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.simulator.control import SimulatorControl
from cronofy_cli.core.accounts.data_centers import data_center_at
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT = {"event_uid": "evt/1", "calendar_id": "cal_1", "summary": "Lunch", "start": "2026-11-24", "end": "2026-11-25"}
PROFILE = {
    "provider_name": "google",
    "profile_id": "pro_1",
    "profile_name": "a@x.test",
    "profile_connected": True,
    "profile_initial_sync_required": False,
}
FAULT = {"path_prefix": "/v1", "status": 503}

Call = tuple["Callable[[SimulatorControl], Any]", str, Any, Any, Any]
"""What is called, its request's line and body, the answer, and what is made of it."""
CALLS: dict[str, Call] = {
    "status": (lambda control: control.status(), "GET /simulator", None, {"a": 1}, b'{"a": 1}'),
    "find": (
        lambda control: [event.event_uid for event in control.find_events("Lunch & more")],
        "GET /simulator/events?search=Lunch+%26+more&limit=100000&deleted=false",
        None,
        {"events": [EVENT]},
        ["evt/1"],
    ),
    "find in the bin": (
        lambda control: control.find_events("", deleted=True),
        "GET /simulator/events?search=&limit=100000&deleted=true",
        None,
        {"events": []},
        (),
    ),
    "add": (
        lambda control: control.add_event({"summary": "Lunch"}).summary,
        "POST /simulator/events",
        {"summary": "Lunch"},
        {"event": EVENT},
        "Lunch",
    ),
    "change": (
        lambda control: control.change_event("evt/1", {"summary": "Lunch"}).event_uid,
        "PATCH /simulator/events/evt%2F1",
        {"summary": "Lunch"},
        {"event": EVENT},
        "evt/1",
    ),
    "delete": (
        lambda control: control.delete_event("evt/1").event_uid,
        "DELETE /simulator/events/evt%2F1",
        None,
        {"event": EVENT},
        "evt/1",
    ),
    "restore": (
        lambda control: control.restore_event("evt/1").event_uid,
        "POST /simulator/events/evt%2F1/undelete",
        {},
        {"event": EVENT},
        "evt/1",
    ),
    "write as the application": (
        lambda control: control.write_as_application("cal/1", {"event_id": "1"}),
        "POST /v1/calendars/cal%2F1/events",
        {"event_id": "1"},
        {},
        None,
    ),
    "delete as the application": (
        lambda control: control.delete_as_application("cal/1", "1"),
        "DELETE /v1/calendars/cal%2F1/events",
        {"event_id": "1"},
        {},
        None,
    ),
    "act on a profile": (
        lambda control: control.act_on_profile("pro/1", "initial_sync", required=True).profile_id,
        "POST /simulator/profiles/pro%2F1/initial_sync",
        {"required": True},
        {"profile": PROFILE},
        "pro_1",
    ),
    "remove a calendar": (
        lambda control: json.loads(control.remove_calendar("cal/1")),
        "DELETE /simulator/calendars/cal%2F1",
        None,
        {"calendar": {"calendar_id": "cal/1"}},
        {"calendar_id": "cal/1"},
    ),
    "clock": (lambda control: control.clock(), "GET /simulator/clock", None, {"now": "x"}, b'{"now": "x"}'),
    "change the clock": (
        lambda control: control.change_clock({"stopped": True}),
        "POST /simulator/clock",
        {"stopped": True},
        {"now": "x"},
        b'{"now": "x"}',
    ),
    "provider": (lambda control: control.provider(), "GET /simulator/provider", None, {"a": 1}, b'{"a": 1}'),
    "slow provider": (
        lambda control: control.slow_provider(2.5),
        "POST /simulator/provider",
        {"delay_s": 2.5},
        {"a": 1},
        b'{"a": 1}',
    ),
    "faults": (
        lambda control: [*map(json.loads, control.faults())],
        "GET /simulator/faults",
        None,
        {"faults": [FAULT]},
        [FAULT],
    ),
    "add a fault": (
        lambda control: [*map(json.loads, control.add_fault(FAULT))],
        "POST /simulator/faults",
        FAULT,
        {"faults": [FAULT, FAULT]},
        [FAULT, FAULT],
    ),
    "clear faults": (lambda control: control.clear_faults(), "DELETE /simulator/faults", None, {"faults": []}, None),
    "push": (
        lambda control: control.push("change", None, {"a": 1}),
        "POST /simulator/push",
        {"type": "change", "fields": {"a": 1}},
        {"channel_ids": ["chn_1", "chn_2"]},
        ("chn_1", "chn_2"),
    ),
    "push to one channel": (
        lambda control: control.push("last", "chn_1", {}),
        "POST /simulator/push",
        {"type": "last", "fields": {}, "channel_id": "chn_1"},
        {"channel_ids": ["chn_1"]},
        ("chn_1",),
    ),
    "requests": (
        lambda control: [*map(json.loads, control.requests(path=None, status=None))],
        "GET /simulator/requests?path=/",
        None,
        {"requests": [{"number": 1}]},
        [{"number": 1}],
    ),
    "requests of a kind": (
        lambda control: control.requests(path="/v1/events", status=503),
        "GET /simulator/requests?path=/v1/events&status=503",
        None,
        {"requests": []},
        (),
    ),
    "reset": (lambda control: control.reset(), "POST /simulator/reset", {}, {"a": 1}, b'{"a": 1}'),
    "world": (lambda control: control.world(), "GET /simulator/world", None, {"a": 1}, b'{"a": 1}'),
    "attempts": (
        lambda control: [*map(json.loads, control.attempts())],
        "GET /simulator/deliveries",
        None,
        {"deliveries": [{"attempt": 1}]},
        [{"attempt": 1}],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    """Each call is one request, ids in its path cannot lead elsewhere, and what is answered is returned."""
    call, line, body, answer, expected = CALLS[name]
    with scripted_server() as server, ApiClient(data_center_at(server.url, name="simulator"), "tok_1") as api:
        server.answer(json=answer, only_for=line)
        found = call(SimulatorControl(api))
        (request,) = server.requests

    assert found == expected
    assert (json.loads(request.body) if request.body else None) == body
