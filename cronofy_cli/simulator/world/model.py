"""The values of a simulated world: applications, accounts, profiles, calendars, events, channels, smart invites.

Immutable; `state.AccountState` and its neighbours replace them. They are msgspec structs because they are stored as
JSON and come in hundreds of thousands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct, structs

DEFAULT_APPLICATION: Final = "main"
"""The name of the application in a world that names none."""
ACCOUNT: Final = "account"
APPLICATION_CALENDAR: Final = "application_calendar"


class Application(Struct, frozen=True):
    """An application, as its developer registered it. `name` is its key inside a world; credentials can change."""

    name: str
    client_id: str
    client_secrets: tuple[str, ...]


class Account(Struct, frozen=True):
    """A Cronofy account."""

    account_id: str
    email: str
    name: str
    zoneinfo: str
    scope: str
    kind: str = ACCOUNT
    application_calendar_id: str | None = None
    """The application's own id of it, where it is an application calendar."""


class PublishedToken(Struct, frozen=True):
    """An access token that never expires and needs no sign-in."""

    token: str
    account_id: str
    application: str | None = DEFAULT_APPLICATION
    """None: a personal token, which belongs to no application."""


class ConferencingProfile(Struct, frozen=True):
    """A connected account of a conferencing provider."""

    profile_id: str
    provider_name: str
    profile_name: str
    connected: bool = True


class Profile(Struct, frozen=True):
    """A connected account of a calendar provider."""

    profile_id: str
    provider_name: str
    provider_service: str
    profile_name: str
    disconnected_at: datetime | None = None
    initial_sync_required: bool = False
    hidden_from: tuple[str, ...] = ()
    """The applications whose access to it was revoked."""

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
    color: str | None = None
    unrestricted_for: tuple[str, ...] = ()
    """The applications that were granted elevated access."""


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


class Transition(Struct, frozen=True):
    """A moment around an event at which a callback is sent."""

    is_after: bool
    of_end: bool
    offset_minutes: int = 0


class Subscription(Struct, frozen=True):
    """A callback that the application registered with one of its events."""

    uri: str
    interactions: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] = ()


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
    application: str | None = None
    """The name of the application that manages it."""
    end_tzid: str | None = None
    """The zone of its end, where that is another one."""
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
    extended_transparency: str | None = None
    subscriptions: tuple[Subscription, ...] = ()
    former_spans: tuple[Span, ...] = ()
    """Where it was before it was moved, the latest last."""

    @property
    def is_managed(self) -> bool:
        """Whether an application created it."""
        return self.event_id is not None

    def is_managed_by(self, application: str | None) -> bool:
        """Whether this application created it."""
        return self.event_id is not None and self.application == application

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
    end_tzid: str | None = None
    extended_transparency: str | None = None
    subscriptions: tuple[Subscription, ...] | None = None
    removed_attendees: tuple[str, ...] = ()
    """The addresses of those who are no longer invited."""
    conferencing_choice: str | None = None
    """The conferencing profile that the application asked for; what it gives is decided when the event is written."""

    def applied_to(self, event: Event, now: datetime) -> Event:
        """Return `event` with these details; a changed span joins the former ones."""
        changes = {
            name: value
            for name, value in structs.asdict(self).items()
            if value is not None and name not in {"removed_attendees", "conferencing_choice"}
        }
        if self.span not in {None, event.span}:
            changes["former_spans"] = event.all_spans
        if self.span is not None and self.tzid is not None:
            changes["end_tzid"] = self.end_tzid
        if self.removed_attendees:
            attendees = event.attendees if self.attendees is None else self.attendees
            changes["attendees"] = tuple(one for one in attendees if one.email.casefold() not in self.removed_attendees)
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
    account_id: str = ""
    application: str = DEFAULT_APPLICATION

    def is_same_as(self, other: Channel) -> bool:
        """Whether both were asked for in the same way: one application, account and URL, the same filters."""
        return self._identity == other._identity

    @property
    def _identity(self) -> tuple[str, str, str, frozenset[str], bool, bool]:
        calendar_ids = frozenset(self.calendar_ids or ())
        flags = bool(self.only_managed), bool(self.conversations_enabled)
        return (self.application, self.account_id, self.callback_url, calendar_ids, *flags)


class Recipient(Struct, frozen=True):
    """Somebody who gets a smart invite, or answered one."""

    email: str
    status: str = "pending"
    comment: str | None = None
    proposal: tuple[datetime, datetime, str] | None = None
    """Another time that they proposed: from, until, and its zone."""


class SmartInvite(Struct, frozen=True, kw_only=True):
    """A smart invite (docs: /developers/api/smart-invites/)."""

    application: str
    smart_invite_id: str
    recipients: tuple[Recipient, ...]
    has_several: bool = False
    """It was made with `recipients`, and is answered so."""
    callback_url: str | None = None
    event: Event
    organizer: Person | None = None
    is_cancelled: bool = False
    replies: tuple[Recipient, ...] = ()


class AccountSnapshot(Struct, frozen=True):
    """One account as one value."""

    account: Account
    profiles: tuple[Profile, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    events: tuple[Event, ...] = ()
    conferencing_profiles: tuple[ConferencingProfile, ...] = ()


class Snapshot(Struct, frozen=True):
    """A whole world as one value: for storing, and to begin with."""

    applications: tuple[Application, ...]
    accounts: tuple[AccountSnapshot, ...]
    tokens: tuple[PublishedToken, ...] = ()
    channels: tuple[Channel, ...] = ()
    smart_invites: tuple[SmartInvite, ...] = ()
    last_number: int = 0
    """The running number of the last identifier."""
