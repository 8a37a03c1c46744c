"""The simulator's control API: edits by the calendar's owner and by the application, what happens around calendars, and
the buttons of Cronofy's dashboard.

It is served beside the API on the same address, so it is called with the same client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from cronofy_cli.core.accounts.calendars import parse_profile
from cronofy_cli.core.events.event import parse_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.accounts.calendars import Profile
    from cronofy_cli.core.events.event import Event


MOST_EVENTS = 100_000
"""More than a search is asked to return."""


class _EventAnswer(msgspec.Struct):
    event: msgspec.Raw


class _EventsAnswer(msgspec.Struct):
    events: tuple[msgspec.Raw, ...]


class _PushAnswer(msgspec.Struct):
    channel_ids: tuple[str, ...]


class _DeliveriesAnswer(msgspec.Struct):
    deliveries: tuple[msgspec.Raw, ...]


class _RequestsAnswer(msgspec.Struct):
    requests: tuple[msgspec.Raw, ...]


class _Profile(msgspec.Struct):
    profile: msgspec.Raw


class _Calendar(msgspec.Struct):
    calendar: msgspec.Raw


class _FaultsAnswer(msgspec.Struct):
    faults: tuple[msgspec.Raw, ...]


class SimulatorControl:
    """What can be done to a simulator besides calling Cronofy's API."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    def status(self) -> bytes:
        """Return what it says of itself, as JSON."""
        return self._api.request("GET", "/simulator")

    def find_events(self, search: str, *, deleted: bool = False) -> tuple[Event, ...]:
        """Return the events, or those in the bin, that have `search` in their title."""
        parameters = [("search", search), ("limit", str(MOST_EVENTS)), ("deleted", "true" if deleted else "false")]
        answer = self._api.request("GET", "/simulator/events", parameters=parameters)
        return tuple(map(parse_event, msgspec.json.decode(answer, type=_EventsAnswer).events))

    def add_event(self, details: Mapping[str, object]) -> Event:
        """Add an event as the calendar's owner. Everything has a default; see `simulator edit add`."""
        return self._event(self._api.request("POST", "/simulator/events", json=dict(details)))

    def change_event(self, event_uid: str, details: Mapping[str, object]) -> Event:
        """Move or change an event as the calendar's owner."""
        return self._event(self._api.request("PATCH", _path(event_uid), json=dict(details)))

    def delete_event(self, event_uid: str) -> Event:
        """Delete an event as the calendar's owner."""
        return self._event(self._api.request("DELETE", _path(event_uid)))

    def restore_event(self, event_uid: str) -> Event:
        """Take an event out of the bin as the calendar's owner."""
        return self._event(self._api.request("POST", f"{_path(event_uid)}/undelete", json={}))

    def write_as_application(self, calendar_id: str, details: Mapping[str, object]) -> None:
        """Create or update a managed event, through Cronofy's API. Such changes are never notified."""
        self._api.request("POST", _managed_path(calendar_id), json=dict(details))

    def delete_as_application(self, calendar_id: str, event_id: str) -> None:
        """Delete a managed event, through Cronofy's API."""
        self._api.request("DELETE", _managed_path(calendar_id), json={"event_id": event_id})

    def act_on_profile(self, profile_id: str, act: str, **details: object) -> Profile:
        """Let something happen to a profile: `disconnect`, `reconnect`, or `initial_sync` with `required`."""
        path = f"/simulator/profiles/{quote(profile_id, safe='')}/{act}"
        return parse_profile(msgspec.json.decode(self._api.request("POST", path, json=details), type=_Profile).profile)

    def remove_calendar(self, calendar_id: str) -> bytes:
        """Delete a calendar at its provider; return it as JSON."""
        answer = self._api.request("DELETE", f"/simulator/calendars/{quote(calendar_id, safe='')}")
        return bytes(msgspec.json.decode(answer, type=_Calendar).calendar)

    def clock(self) -> bytes:
        """Return what time it is there, and how far that is ahead, as JSON."""
        return self._api.request("GET", "/simulator/clock")

    def change_clock(self, wanted: Mapping[str, object]) -> bytes:
        """Set, stop, start or advance the clock: `set_to`, `stopped`, `advance_s`."""
        return self._api.request("POST", "/simulator/clock", json=dict(wanted))

    def provider(self) -> bytes:
        """Return how long the provider takes until Cronofy knows of a change, as JSON."""
        return self._api.request("GET", "/simulator/provider")

    def slow_provider(self, seconds: float) -> bytes:
        """Set how long the provider takes."""
        return self._api.request("POST", "/simulator/provider", json={"delay_s": seconds})

    def faults(self) -> tuple[bytes, ...]:
        """Return the failures that are still to come, as JSON."""
        return _faults(self._api.request("GET", "/simulator/faults"))

    def add_fault(self, fault: Mapping[str, object]) -> tuple[bytes, ...]:
        """Order a failure of the API, and return all that are to come."""
        return _faults(self._api.request("POST", "/simulator/faults", json=dict(fault)))

    def clear_faults(self) -> None:
        """Let every call work again."""
        self._api.request("DELETE", "/simulator/faults")

    def push(self, type_: str, channel_id: str | None, fields: Mapping[str, object]) -> tuple[str, ...]:
        """Send a notification of any type as the dashboard's button does. Returns the channels that it goes to."""
        wanted: dict[str, object] = {"type": type_, "fields": dict(fields)}
        if channel_id is not None:
            wanted["channel_id"] = channel_id
        answer = self._api.request("POST", "/simulator/push", json=wanted)
        return msgspec.json.decode(answer, type=_PushAnswer).channel_ids

    def requests(self, *, path: str | None, status: int | None) -> tuple[bytes, ...]:
        """Return the log of API calls, the oldest first, as JSON."""
        parameters = [("path", path or "/")] + ([] if status is None else [("status", str(status))])
        answer = self._api.request("GET", "/simulator/requests", parameters=parameters)
        return tuple(map(bytes, msgspec.json.decode(answer, type=_RequestsAnswer).requests))

    def reset(self) -> bytes:
        """Go back to the world as it was loaded."""
        return self._api.request("POST", "/simulator/reset", json={})

    def world(self) -> bytes:
        """Return the world as a world file."""
        return self._api.request("GET", "/simulator/world")

    def attempts(self) -> tuple[bytes, ...]:
        """Return every attempt to deliver a notification, the oldest first, as JSON."""
        answer = self._api.request("GET", "/simulator/deliveries")
        return tuple(map(bytes, msgspec.json.decode(answer, type=_DeliveriesAnswer).deliveries))

    def _event(self, answer: bytes) -> Event:
        return parse_event(msgspec.json.decode(answer, type=_EventAnswer).event)


def _faults(answer: bytes) -> tuple[bytes, ...]:
    return tuple(map(bytes, msgspec.json.decode(answer, type=_FaultsAnswer).faults))


def _managed_path(calendar_id: str) -> str:
    return f"/v1/calendars/{quote(calendar_id, safe='')}/events"


def _path(event_uid: str) -> str:
    return f"/simulator/events/{quote(event_uid, safe='')}"
