"""The simulator's control API: edits by the calendar's owner, and the buttons of Cronofy's dashboard.

It is served beside the API on the same address, so it is called with the same client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from cronofy_cli.core.events import parse_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.events import Event


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


class SimulatorControl:
    """What can be done to a simulator besides calling Cronofy's API."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    def status(self) -> bytes:
        """Return what it says of itself, as JSON."""
        return self._api.request("GET", "/simulator")

    def find_events(self, search: str) -> tuple[Event, ...]:
        """Return the events that have `search` in their title."""
        parameters = [("search", search), ("limit", str(MOST_EVENTS))]
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

    def push(self, type_: str, channel_id: str | None, fields: Mapping[str, object]) -> tuple[str, ...]:
        """Send a notification of any type as the dashboard's button does. Returns the channels that it goes to."""
        wanted: dict[str, object] = {"type": type_, "fields": dict(fields)}
        if channel_id is not None:
            wanted["channel_id"] = channel_id
        answer = self._api.request("POST", "/simulator/push", json=wanted)
        return msgspec.json.decode(answer, type=_PushAnswer).channel_ids

    def attempts(self) -> tuple[bytes, ...]:
        """Return every attempt to deliver a notification, the oldest first, as JSON."""
        answer = self._api.request("GET", "/simulator/deliveries")
        return tuple(map(bytes, msgspec.json.decode(answer, type=_DeliveriesAnswer).deliveries))

    def _event(self, answer: bytes) -> Event:
        return parse_event(msgspec.json.decode(answer, type=_EventAnswer).event)


def _path(event_uid: str) -> str:
    return f"/simulator/events/{quote(event_uid, safe='')}"
