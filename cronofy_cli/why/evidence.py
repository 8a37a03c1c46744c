"""Everything that is known when causes are looked for, as one immutable value.

`None` was not asked for, an error says why it could not be found out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.notifications.ownership import KnownRuns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward, Gap
    from cronofy_cli.core.accounts.calendars import Calendar, UserInfo
    from cronofy_cli.core.accounts.contexts import ContextAccount
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.core.checks import Check
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.evidence.account import Place

T = TypeVar("T")

CHANGES_OF_S: Final = 86400
"""Events that were changed in this time are looked at: as long as Cronofy tries a channel."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about. Nothing is everything."""

    channel_id: str | None = None
    url: str | None = None
    event: str | None = None
    """An `event_uid`, an `event_id`, or a title."""

    @property
    def is_of_channel(self) -> bool:
        """Whether a certain channel is asked about, by its id or its callback URL."""
        return self.channel_id is not None or self.url is not None


@dataclass(frozen=True, slots=True)
class Access:
    """With what Cronofy was asked."""

    place: Place
    token_source: str | None
    """What the access token comes from; None without one."""
    options: tuple[str, ...] = ()
    """The options that chose data center and context, for the commands in hints."""
    context: str | None = None
    """The name of the context in use."""
    context_data_center: str | None = None
    """Where the context belongs, if that is another data center than the asked one."""
    context_account: ContextAccount | None = None
    """The account that the context is signed in to."""
    has_client_secret: bool = field(kw_only=True)
    is_behind_proxy: bool = field(kw_only=True)
    """Whether this machine reaches the internet through a proxy, which callback URLs are not tried through."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The events that were changed recently."""

    since: datetime
    events: tuple[Event, ...]
    is_complete: bool = True
    """Whether these are all."""


@dataclass(frozen=True, slots=True)
class HistoryEvidence:
    """What the history on this machine holds."""

    deliveries: tuple[Delivery, ...] = ()
    """The newest ones, the newest of them last."""
    forwards: tuple[Forward, ...] = ()
    """What became of forwarding them, the newest last."""
    diagnoses: Mapping[int, Finding] = field(default_factory=dict)
    """Why the signature of a delivery does not match, by its number."""
    gaps: tuple[Gap, ...] = ()
    """When listeners of this machine could receive nothing, the newest last."""


@dataclass(frozen=True, slots=True)
class ContextChannels:
    """What another context of this machine can see."""

    name: str
    data_center: str
    channels: tuple[Channel, ...] | CronofyError


@dataclass(frozen=True, slots=True)
class RunElsewhere:
    """A run of this machine at another data center."""

    data_center: str
    channel_ids: tuple[str, ...]
    callback_urls: tuple[str, ...]
    is_live: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything."""

    question: Question
    access: Access
    now: datetime
    """By this machine's clock."""
    ahead: timedelta = timedelta()
    """How much this machine's clock is ahead of Cronofy's."""
    account: UserInfo | CronofyError | None = None
    channels: tuple[Channel, ...] | CronofyError | None = None
    channels_status: int | None = None
    """The status of the response with the list of channels."""
    calendars: tuple[Calendar, ...] | CronofyError | None = None
    changes: Changes | CronofyError | None = None
    event: tuple[Event, ...] | CronofyError | None = None
    """Those that the asked name fits, the one that was changed last first."""
    probes: Mapping[str, tuple[Check, ...]] | None = None
    """What was found at callback URLs; None if they were not to be tried."""
    history: HistoryEvidence | CronofyError | None = None
    runs: KnownRuns = field(default_factory=KnownRuns)
    other_contexts: tuple[ContextChannels, ...] = ()
    """Asked only for a channel that is not open here."""
    runs_elsewhere: tuple[RunElsewhere, ...] = ()

    @property
    def cronofys_now(self) -> datetime:
        """The moment by Cronofy's clock, which its own times are compared with."""
        return self.now - self.ahead

    @property
    def examined(self) -> tuple[Channel, ...]:
        """The open channels that are asked about."""
        asked, url = self.question.channel_id, self.question.url
        return tuple(
            channel
            for channel in or_empty(self.channels)
            if asked in {None, channel.channel_id} and (url is None or leads_to(channel.callback_url, url))
        )

    @property
    def profile_of(self) -> dict[str, str]:
        """The profile of each calendar."""
        return {calendar.calendar_id: calendar.profile_id for calendar in or_empty(self.calendars)}

    @property
    def calendar_names(self) -> dict[str, str]:
        """The name of each calendar."""
        return {calendar.calendar_id: calendar.calendar_name for calendar in or_empty(self.calendars)}

    @property
    def asked_event(self) -> Event | None:
        """The event that is asked about, if it is known."""
        return next(iter(or_empty(self.event)), None)

    @property
    def changed(self) -> tuple[Event, ...]:
        """What should have been notified: the asked event, else what was changed recently."""
        if self.question.event is not None:
            return or_empty(self.event)[:1]
        return self.changes.events if isinstance(self.changes, Changes) else ()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was received for this data center, the newest last."""
        if not isinstance(self.history, HistoryEvidence):
            return ()
        name = self.access.place.data_center.name
        return tuple(delivery for delivery in self.history.deliveries if delivery.context == name)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """When listeners of this machine could receive nothing, the newest last."""
        return self.history.gaps if isinstance(self.history, HistoryEvidence) else ()

    def deliveries_of(self, channel: Channel) -> tuple[Delivery, ...]:
        """What was received for a channel; failing that, for its callback URL."""
        own = tuple(each for each in self.deliveries if each.notification.channel_id == channel.channel_id)
        return own or tuple(each for each in self.deliveries if each.notification.callback_url == channel.callback_url)

    def checks_of(self, url: str) -> tuple[Check, ...]:
        """What was found at a callback URL."""
        return () if self.probes is None else self.probes.get(url, ())

    def command(self, *words: str) -> str:
        """Return a command of ours to type, for the data center and context that were chosen."""
        return own_command(words, self.access.options)

    def calendar(self, calendar_id: str) -> str:
        """Return what people call a calendar."""
        name = self.calendar_names.get(calendar_id)
        return f"'{name}'" if name else calendar_id


def gap_text(gap: Gap) -> str:
    """Return when a listener could receive nothing, and why."""
    return f"{gap.started:%Y-%m-%d %H:%M:%S} to {gap.ended:%H:%M:%S} UTC: {gap.reason}"


def or_empty(known: tuple[T, ...] | CronofyError | None) -> tuple[T, ...]:
    """Return what is known, nothing if that could not be found out."""
    return known if isinstance(known, tuple) else ()


def lets_through(channel: Channel, event: Event) -> bool:
    """Whether a channel's filters let a user's change of an event through.

    Docs: /developers/api/push-notifications/create-channel/.
    """
    return in_calendars(channel, event) and (not channel.only_managed or event.event_id is not None)


def in_calendars(channel: Channel, event: Event) -> bool:
    """Whether an event is in one of the calendars that a channel is limited to."""
    return not channel.calendar_ids or event.calendar_id in channel.calendar_ids


def leads_to(callback_url: str, url: str) -> bool:
    """Whether a callback URL is the asked one; a query matters only if it was asked for."""
    if callback_url == url:
        return True
    try:
        parts = urlsplit(callback_url)
    except ValueError:
        return False
    return parts._replace(query="", fragment="").geturl() == url
