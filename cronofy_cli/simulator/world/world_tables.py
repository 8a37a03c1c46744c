"""The tables of a world file, as msgspec reads and checks them."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct, field

from cronofy_cli.simulator.world.model import DEFAULT_APPLICATION, Attendee, Conferencing, Location, Person
from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET

SCOPE: Final = (
    "read_account list_calendars read_events create_event delete_event read_free_busy change_participation_status "
    "create_calendar"
)
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Base(Struct, frozen=True, forbid_unknown_fields=True):
    """What every table has in common: a key that is not known is a mistake."""


class ApplicationTable(_Base, frozen=True, kw_only=True):
    """An application."""

    name: str = DEFAULT_APPLICATION
    client_id: str = CLIENT_ID
    client_secrets: tuple[str, ...] = (CLIENT_SECRET,)


class EventTable(_Base, frozen=True, kw_only=True):
    """What events and series share."""

    summary: str
    description: str = ""
    minutes: int | None = None
    tzid: str | None = None
    attendees: int | tuple[Attendee, ...] = ()
    organizer: Person | None = None
    has_organizer: bool = True
    """Whether the account's owner organizes it when no `organizer` is given; public holidays have no organizer."""
    location: str | Location | None = None
    conferencing: Conferencing | None = None
    transparency: str = "opaque"
    extended_transparency: str | None = None
    status: str = "confirmed"
    participation_status: str = "accepted"
    event_private: bool = False
    categories: tuple[str, ...] = ()


class SingleTable(EventTable, frozen=True, kw_only=True):
    """An event that happens once."""

    start: str
    end: str | None = None
    days: int | None = None
    event_uid: str | None = None
    event_id: str | None = None
    """Set: the first application, or `application`, manages it."""
    application: str | None = None


class SeriesTable(EventTable, frozen=True, kw_only=True):
    """A recurring event, at one wall-clock time in its own zone."""

    weekdays: tuple[Weekday, ...]
    at: str
    every_weeks: int = 1


class CalendarTable(_Base, frozen=True, kw_only=True):
    """A calendar."""

    name: str
    calendar_id: str | None = None
    primary: bool = False
    readonly: bool = False
    deleted: bool = False
    unrestricted_for: tuple[str, ...] = ()
    holidays: Literal["england-and-wales"] | None = None
    takes_extra_events: bool = False
    events: tuple[SingleTable, ...] = ()
    series: tuple[SeriesTable, ...] = ()


class ProfileTable(_Base, frozen=True, kw_only=True):
    """A connected account of a calendar provider."""

    provider_name: str = "google"
    provider_service: str = "gsuite"
    profile_name: str | None = None
    profile_id: str | None = None
    initial_sync_required: bool = False
    calendars: tuple[CalendarTable, ...] = ()


class ConferencingTable(_Base, frozen=True, kw_only=True):
    """A connected account of a conferencing provider."""

    provider_name: str
    profile_name: str | None = None
    profile_id: str | None = None
    connected: bool = True


class ChannelTable(_Base, frozen=True, kw_only=True):
    """A channel that is open from the start; its verification is not sent."""

    callback_url: str
    application: str | None = None
    calendars: tuple[str, ...] | None = None
    """By name or id."""
    only_managed: bool | None = None


class AccountTable(_Base, frozen=True, kw_only=True):
    """A Cronofy account."""

    email: str
    name: str = ""
    account_id: str | None = None
    tzid: str = "Etc/UTC"
    scope: str = SCOPE
    access_token: str | None = None
    """Of the first application."""
    access_tokens: dict[str, str] = field(default_factory=dict)
    """By the application's name."""
    personal_token: str | None = None
    profiles: tuple[ProfileTable, ...] = ()
    conferencing_profiles: tuple[ConferencingTable, ...] = ()
    channels: tuple[ChannelTable, ...] = ()


class WorldFile(_Base, frozen=True, kw_only=True):
    """A whole file."""

    accounts: tuple[AccountTable, ...]
    applications: tuple[ApplicationTable, ...] = (ApplicationTable(),)
    people: tuple[Person, ...] = ()
    choices: dict[str, Any] = field(default_factory=dict)
