"""The values of the simulated world: account, profiles, calendars, events, channels.

Immutable; `state.World` replaces them. They are msgspec structs because they are stored as JSON and come in hundreds of
thousands.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, structs


class Account(Struct, frozen=True):
    """The Cronofy account that is connected to the application."""

    account_id: str
    email: str
    name: str
    zoneinfo: str
    scope: str


class Profile(Struct, frozen=True):
    """A connected account of a calendar provider."""

    profile_id: str
    provider_name: str
    provider_service: str
    profile_name: str
    disconnected_at: datetime | None = None
    initial_sync_required: bool = False

    @property
    def connected(self) -> bool:
        """Whether Cronofy can reach it."""
        return self.disconnected_at is None


class Calendar(Struct, frozen=True):
    """A calendar of a profile."""

    calendar_id: str
    profile_id: str
    name: str
    readonly: bool = False
    primary: bool = False
    is_google: bool = True
    """Google's calendars have ids of Google's own, and conferencing."""
    deleted: bool = False


class Location(Struct, frozen=True):
    """Where an event takes place. Coordinates are strings, as in the API."""

    description: str
    lat: str | None = None
    long: str | None = None


class Person(Struct, frozen=True):
    """An organizer."""

    email: str
    display_name: str = ""


class Attendee(Struct, frozen=True):
    """Somebody invited, and their answer."""

    email: str
    display_name: str = ""
    status: str = "needs_action"


class Conferencing(Struct, frozen=True):
    """An online meeting."""

    provider_name: str
    join_url: str


class Span(Struct, frozen=True, order=True):
    """From when until when, the end excluded. All-day spans hold their dates as midnights in UTC."""

    start: datetime
    end: datetime
    all_day: bool = False


class Event(Struct, frozen=True, kw_only=True):
    """An event, or one occurrence of a series.

    `updated` keeps fractions of a second: `last_modified` is inclusive and `changes_since` is rounded down, so no
    change is ever missed.
    """

    event_uid: str
    calendar_id: str
    summary: str
    span: Span
    tzid: str
    created: datetime
    updated: datetime
    event_id: str | None = None
    """The application's id: the event is managed by it."""
    description: str = ""
    deleted: bool = False
    location: Location | None = None
    participation_status: str = "accepted"
    attendees: tuple[Attendee, ...] = ()
    organizer: Person | None = None
    transparency: str = "opaque"
    status: str = "confirmed"
    categories: tuple[str, ...] = ()
    series_identifier: str | None = None
    event_private: bool = False
    conferencing: Conferencing | None = None
    former_spans: tuple[Span, ...] = ()
    """Where it was before it was moved, the latest last."""

    @property
    def is_managed(self) -> bool:
        """Whether the application created it."""
        return self.event_id is not None

    @property
    def all_spans(self) -> tuple[Span, ...]:
        """Its former places in time and the present one."""
        return (*self.former_spans, self.span)


class EventDetails(Struct, frozen=True, kw_only=True):
    """What an edit sets; None leaves a field as it is."""

    summary: str | None = None
    description: str | None = None
    span: Span | None = None
    tzid: str | None = None
    location: Location | None = None
    participation_status: str | None = None
    attendees: tuple[Attendee, ...] | None = None
    transparency: str | None = None
    status: str | None = None
    categories: tuple[str, ...] | None = None
    event_private: bool | None = None
    conferencing: Conferencing | None = None

    def applied_to(self, event: Event, now: datetime) -> Event:
        """Return `event` with these details; a changed span joins the former ones."""
        changes = {name: value for name, value in structs.asdict(self).items() if value is not None}
        if self.span not in {None, event.span}:
            changes["former_spans"] = event.all_spans
        return structs.replace(event, **changes, updated=now)


class Channel(Struct, frozen=True, kw_only=True):
    """An open notification channel. None means that the filter was not given."""

    channel_id: str
    callback_url: str
    calendar_ids: tuple[str, ...] | None = None
    only_managed: bool | None = None
    conversations_enabled: bool | None = None
    is_authorized: bool = False
    """It was opened with a token that the account's owner can revoke."""

    def is_same_as(self, other: Channel) -> bool:
        """Whether both were asked for in the same way: one URL, the same filters."""
        return self._identity == other._identity

    @property
    def _identity(self) -> tuple[str, frozenset[str], bool, bool]:
        calendar_ids = frozenset(self.calendar_ids or ())
        return self.callback_url, calendar_ids, bool(self.only_managed), bool(self.conversations_enabled)


class Snapshot(Struct, frozen=True):
    """The whole world as one value, for storing."""

    account: Account
    profiles: tuple[Profile, ...]
    calendars: tuple[Calendar, ...]
    events: tuple[Event, ...]
    channels: tuple[Channel, ...] = ()
    last_number: int = 0
    """The running number of the last identifier."""
