"""Accounts, calendars and events of a world, as their owner sees and edits them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cronofy_cli.testing.control import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.testing.control import Control

Moment = date | str
"""A date (of an all-day event), a datetime, or either as text. Without a zone it is the account's wall clock."""
MOST_EVENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """An event. `data` is what Read Events says of it; a change returns the event as it is then."""

    data: Mapping[str, Any]
    _control: Control = field(repr=False, compare=False)

    @property
    def event_uid(self) -> str:
        """Cronofy's id of it."""
        return str(self.data["event_uid"])

    @property
    def summary(self) -> str:
        """Its title."""
        return str(self.data["summary"])

    def move(self, start: Moment, end: Moment | None = None) -> Event:
        """Move it; without `end` it keeps its length."""
        return self.change(start=start, end=end)

    def change(self, **details: object) -> Event:
        """Change what is given: `summary`, `description`, `location`, `attendees`, `start`, `end`, `tzid`, …"""
        return self._after("PATCH", "", _body(details))

    def delete(self) -> Event:
        """Delete it."""
        return self._after("DELETE", "", None)

    def restore(self) -> Event:
        """Take it out of the bin."""
        return self._after("POST", "/undelete", {})

    def _after(self, method: str, act: str, body: Mapping[str, object] | None) -> Event:
        path = f"/simulator/events/{quote(self.event_uid, safe='')}{act}"
        return Event(self._control.call(method, path, body)["event"], self._control)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar."""

    calendar_id: str
    name: str
    profile_id: str
    readonly: bool
    _control: Control = field(repr=False, compare=False)
    _sub: str = field(repr=False)

    @property
    def events(self) -> tuple[Event, ...]:
        """Its events, all of them."""
        return self._events("")

    def event(self, summary: str) -> Event:
        """Return the first event of this title.

        Raises:
            SimulatorError: there is none.
        """
        for event in self._events(summary):
            if event.summary == summary:
                return event
        raise SimulatorError(f"calendar '{self.name}' has no event '{summary}'")

    def add_event(
        self, summary: str | None = None, *, start: Moment | None = None, end: Moment | None = None, **details: object
    ) -> Event:
        """Add an event as the owner: at the next full hour, for 30 minutes, unless times are given."""
        body = _body({"calendar": self.calendar_id, "summary": summary, "start": start, "end": end} | details)
        return Event(self._control.post("/simulator/events", body)["event"], self._control)

    def remove(self) -> None:
        """Delete the calendar at its provider."""
        self._control.call("DELETE", f"/simulator/calendars/{quote(self.calendar_id, safe='')}")

    def _events(self, search: str) -> tuple[Event, ...]:
        found = self._control.get("/simulator/events", search=search, limit=MOST_EVENTS, account=self._sub)
        events = (Event(document, self._control) for document in found["events"])
        return tuple(event for event in events if event.data["calendar_id"] == self.calendar_id)


@dataclass(frozen=True, slots=True)
class Profile:
    """A connected account of a calendar provider."""

    profile_id: str
    provider_name: str
    _control: Control = field(repr=False, compare=False)

    def disconnect(self) -> None:
        """Cronofy loses it: `profile_disconnected`."""
        self._act("disconnect")

    def reconnect(self) -> None:
        """Its owner connects it again."""
        self._act("reconnect")

    def start_initial_sync(self) -> None:
        """Its first sync begins."""
        self._act("initial_sync", required=True)

    def finish_initial_sync(self) -> None:
        """Its first sync is done: `profile_initial_sync_completed`."""
        self._act("initial_sync", required=False)

    def _act(self, act: str, **details: object) -> None:
        self._control.post(f"/simulator/profiles/{quote(self.profile_id, safe='')}/{act}", details)


@dataclass(frozen=True, slots=True)
class Account:
    """A Cronofy account, with the token that the first application has for it."""

    sub: str
    email: str | None
    access_token: str | None = field(repr=False)
    access_tokens: Mapping[str, str] = field(repr=False)
    """By the name of the application."""
    calendars: tuple[Calendar, ...]
    profiles: tuple[Profile, ...]

    def calendar(self, name: str | None = None) -> Calendar:
        """Return a calendar by its name or id, or the first one.

        Raises:
            SimulatorError: there is none.
        """
        for calendar in self.calendars:
            if name in {None, calendar.name, calendar.calendar_id}:
                return calendar
        names = ", ".join(calendar.name for calendar in self.calendars)
        raise SimulatorError(f"there is no calendar '{name}' of {self.email}; there are: {names}")

    def profile(self, name: str | None = None) -> Profile:
        """Return a profile by its provider's name or its id, or the first one.

        Raises:
            SimulatorError: there is none.
        """
        for profile in self.profiles:
            if name in {None, profile.provider_name, profile.profile_id}:
                return profile
        raise SimulatorError(f"there is no profile '{name}' of {self.email}")


def account_of(document: Mapping[str, Any], application: str, control: Control) -> Account:
    """Return an account as the control API describes it."""
    sub, tokens = str(document["sub"]), dict(document["access_tokens"])
    calendars = tuple(
        Calendar(one["calendar_id"], one["name"], one["profile_id"], one["readonly"], control, sub)
        for one in document["calendars"]
    )
    profiles = tuple(Profile(one["profile_id"], one["provider_name"], control) for one in document["profiles"])
    return Account(sub, document["email"], tokens.get(application), tokens, calendars, profiles)


def _body(details: Mapping[str, object]) -> dict[str, object]:
    """Return what was given, with times as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in details.items()
        if value is not None
    }
