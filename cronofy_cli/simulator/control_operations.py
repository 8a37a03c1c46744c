"""The calls of the control API, `/simulator…`: what is documented at /simulator/openapi.json.

Data only. Not a part of Cronofy's API, and without a token: only this machine, or whom `--host` admits, reaches it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_NUMBER: Final[Schema] = {"type": "number"}
_WHOLE: Final[Schema] = {"type": "integer"}
_FLAG: Final[Schema] = {"type": "boolean"}
_OBJECT: Final[Schema] = {"type": "object"}
_TIME: Final[Schema] = {"type": "string", "description": "A time (RFC 3339) or, for all-day events, a date."}


class ControlOperation(NamedTuple):
    """One call."""

    name: str
    method: str
    path: str
    summary: str
    body: dict[str, Schema] | None = None
    """The fields of the JSON body; None where there is none."""
    required: tuple[str, ...] = ()
    query: Mapping[str, Schema] = MappingProxyType({})
    status: int = 200
    media_type: str = "application/json"


_EVENT: Final[dict[str, Schema]] = {
    "calendar": {"type": "string", "description": "Its id, or its name in the account. The primary one by default."},
    "account": {"type": "string", "description": "Its sub or address. The first one by default."},
    "summary": _TEXT,
    "description": _TEXT,
    "start": _TIME,
    "end": _TIME,
    "tzid": _TEXT,
    "location": _TEXT,
    "attendees": {"type": "array", "items": {}},
    "participation_status": _TEXT,
    "transparency": _TEXT,
    "status": _TEXT,
    "categories": {"type": "array", "items": _TEXT},
    "event_private": _FLAG,
}
_CHANGE: Final[dict[str, Schema]] = _EVENT | {
    "move_days": {"type": "integer", "description": "Move it by this many days, at the same time of day in its zone."}
}
_WAIT: Final[dict[str, Schema]] = {
    "wait_s": {"type": "number", "description": "Wait at most this many seconds for `count` entries that fit."},
    "count": {"type": "integer", "description": "How many entries to wait for; 1 by default."},
    "after": {"type": "integer", "description": "Only entries with a higher `number`."},
}

CONTROL: Final = (
    ControlOperation("status", "GET", "/simulator", "What this is, and how much is in the world"),
    ControlOperation("credentials", "GET", "/simulator/credentials", "What a client needs to call the world"),
    ControlOperation("list_routes", "GET", "/simulator/routes", "The calls of Cronofy's API, and which are simulated"),
    ControlOperation("list_choices", "GET", "/simulator/choices", "What was chosen where the documentation is silent"),
    ControlOperation("openapi", "GET", "/simulator/openapi.json", "This document"),
    ControlOperation("reset", "POST", "/simulator/reset", "Go back to the world as it was loaded", {}),
    ControlOperation("list_snapshots", "GET", "/simulator/snapshots", "The states that were kept"),
    ControlOperation(
        "keep_snapshot",
        "POST",
        "/simulator/snapshots",
        "Keep the present state",
        {"name": _TEXT},
        ("name",),
        status=201,
    ),
    ControlOperation("restore_snapshot", "POST", "/simulator/snapshots/{name}/restore", "Go back to a kept state", {}),
    ControlOperation("list_worlds", "GET", "/simulator/worlds", "The worlds of this process"),
    ControlOperation(
        "create_world",
        "POST",
        "/simulator/worlds",
        "Make a fresh world with a base path and credentials of its own",
        {
            "definition": {"type": "string", "description": "A world file; by default a copy of the first world."},
            "choices": {"type": "object", "description": "See /simulator/choices."},
        },
        status=201,
    ),
    ControlOperation("delete_world", "DELETE", "/simulator/worlds/{world_id}", "End a world", status=204),
    ControlOperation(
        "export_world", "GET", "/simulator/world", "The world as a world file", media_type="application/toml"
    ),
    ControlOperation("list_accounts", "GET", "/simulator/accounts", "The accounts with their profiles and calendars"),
    ControlOperation(
        "show_channels",
        "GET",
        "/simulator/channels",
        "The open channels, what waits to be sent to each, and its latest attempts",
    ),
    ControlOperation(
        "show_timeline",
        "GET",
        "/simulator/timeline",
        "Acts, deliveries and API calls in the order in which they happened; the newest where `limit` cuts",
        query={"after": _WHOLE, "limit": _WHOLE},
    ),
    ControlOperation(
        "follow",
        "GET",
        "/simulator/live",
        "What happens from now on as server-sent events: entry (of the timeline), changed and reset",
        media_type="text/event-stream",
    ),
    ControlOperation(
        "find_events",
        "GET",
        "/simulator/events",
        "Events by their title",
        query={"search": _TEXT, "from": _TIME, "to": _TIME, "limit": _WHOLE, "deleted": _FLAG, "account": _TEXT},
    ),
    ControlOperation("add_event", "POST", "/simulator/events", "The owner adds an event", _EVENT, status=201),
    ControlOperation("change_event", "PATCH", "/simulator/events/{event_uid}", "The owner changes an event", _CHANGE),
    ControlOperation("remove_event", "DELETE", "/simulator/events/{event_uid}", "The owner deletes an event"),
    ControlOperation(
        "restore_event", "POST", "/simulator/events/{event_uid}/undelete", "The owner takes an event out of the bin", {}
    ),
    ControlOperation(
        "reply_to_invite",
        "POST",
        "/simulator/smart_invites/{smart_invite_id}/replies",
        "A recipient answers a smart invite",
        {"email": _TEXT, "status": _TEXT, "comment": _TEXT, "proposal": _OBJECT},
        ("email", "status"),
    ),
    ControlOperation(
        "push",
        "POST",
        "/simulator/push",
        "Send a notification of any type",
        {"type": _TEXT, "channel_id": _TEXT, "fields": _OBJECT},
        ("type",),
        status=202,
    ),
    ControlOperation(
        "list_deliveries",
        "GET",
        "/simulator/deliveries",
        "Every attempt to deliver, with its body; `waiting` counts the notifications that are not finished",
        query={"type": _TEXT, "channel_id": _TEXT, "status": _WHOLE, "succeeded": _FLAG, **_WAIT},
    ),
    ControlOperation(
        "list_requests",
        "GET",
        "/simulator/requests",
        "The log of API calls",
        query={"method": _TEXT, "path": _TEXT, "operation": _TEXT, "status": _WHOLE, **_WAIT},
    ),
    ControlOperation("show_clock", "GET", "/simulator/clock", "What time it is in the world"),
    ControlOperation(
        "set_clock",
        "POST",
        "/simulator/clock",
        "Set, stop, start or advance the clock; advancing sends what becomes due, and waits for the answers",
        {"advance_s": _NUMBER, "set_to": _TIME, "stopped": _FLAG},
    ),
    ControlOperation("show_provider", "GET", "/simulator/provider", "How late Cronofy knows of changes"),
    ControlOperation(
        "slow_provider", "POST", "/simulator/provider", "Let it know later", {"delay_s": _NUMBER}, ("delay_s",)
    ),
    ControlOperation("list_faults", "GET", "/simulator/faults", "The failures that are still to come"),
    ControlOperation(
        "add_fault",
        "POST",
        "/simulator/faults",
        "Order a failure of API calls",
        {
            "method": _TEXT,
            "path_prefix": _TEXT,
            "status": _WHOLE,
            "delay_s": _NUMBER,
            "drop": _FLAG,
            "times": _WHOLE,
        },
        ("path_prefix",),
        status=201,
    ),
    ControlOperation("clear_faults", "DELETE", "/simulator/faults", "Let every call work again"),
    ControlOperation("clear_fault", "DELETE", "/simulator/faults/{number}", "Take back one ordered failure"),
    ControlOperation(
        "disconnect_profile", "POST", "/simulator/profiles/{profile_id}/disconnect", "Cronofy loses a profile", {}
    ),
    ControlOperation(
        "reconnect_profile", "POST", "/simulator/profiles/{profile_id}/reconnect", "The owner reconnects it", {}
    ),
    ControlOperation(
        "set_initial_sync",
        "POST",
        "/simulator/profiles/{profile_id}/initial_sync",
        "A profile's first sync begins or is done",
        {"required": _FLAG},
        ("required",),
    ),
    ControlOperation(
        "remove_calendar", "DELETE", "/simulator/calendars/{calendar_id}", "A calendar is deleted at its provider"
    ),
)
