"""The rules of delivery: whom a change concerns, what shares a notification, the next attempt, a channel's end.

Pure, on a virtual clock: `now` comes in, what is due comes out. Sending is the notifier's job.

Documented (docs: /developers/push-notifications/): success is 2xx within 5 seconds; a failed notification is tried
again for 24 hours, then the channel is closed. The rest is this simulator's choice: the pauses; that changes which
arrive while a `change` waits are folded into one notification, which is sent as soon as the new one would be; that any
success of a channel ends its 24 hours; that callbacks of events and smart invites are tried again as often.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field, structs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.simulator.world.model import Channel

CHANGE = "change"


class Callback(Struct, frozen=True, kw_only=True):
    """Where a notification goes that belongs to no channel, and what it holds besides its `notification` object."""

    url: str
    application: str
    content: dict[str, object]
    event_uid: str | None = None
    """The event that it is about: when that changes, what has not been sent is replaced."""


class Notification(Struct, frozen=True, kw_only=True):
    """Something to be posted to a channel, until it has succeeded or is given up."""

    number: int
    channel_id: str
    type: str
    due_at: datetime
    attempt: int = 1
    """Of the next try; the first is 1."""
    changes_since: datetime | None = None
    """Set on real changes only: these may be folded into one another."""
    fields: dict[str, object] = field(default_factory=dict)
    """What else the `notification` object holds."""
    callback: Callback | None = None
    """Set on what goes to no channel: the callbacks of smart invites and of events."""


class OutboxState(Struct, frozen=True):
    """What an outbox remembers, for storing."""

    waiting: tuple[Notification, ...] = ()
    failing_since: dict[str, datetime] = field(default_factory=dict)
    last_number: int = 0


class Change(NamedTuple):
    """An edit by the calendar's owner, or by an application: that one's channels are not notified of it."""

    at: datetime
    account_id: str
    calendar_id: str
    managed_by: frozenset[str | None] = frozenset()
    """The applications that manage what was edited."""
    made_by: str | None = None


class DeliveryRules(NamedTuple):
    """The times, already scaled."""

    coalesce_window: timedelta
    retry_delays: tuple[timedelta, ...]
    channel_lifetime: timedelta


def delivery_rules(
    coalesce_window_s: float, retry_delays_s: Iterable[float], channel_lifetime_s: float, scale: float
) -> DeliveryRules:
    """Return the rules with pauses and lifetime multiplied by `scale`."""
    return DeliveryRules(
        timedelta(seconds=coalesce_window_s),
        tuple(timedelta(seconds=delay * scale) for delay in retry_delays_s),
        timedelta(seconds=channel_lifetime_s * scale),
    )


def concerns(channel: Channel, change: Change) -> bool:
    """Whether a channel's filters let a change through.

    `only_managed` means users' edits of events that the application manages (docs:
    /developers/api/push-notifications/create-channel/).
    """
    if channel.account_id != change.account_id or channel.application == change.made_by:
        return False
    if channel.calendar_ids is not None and change.calendar_id not in channel.calendar_ids:
        return False
    return channel.application in change.managed_by or not channel.only_managed


class Outbox:
    """The notifications that wait or are on their way, and how long each channel has been failing."""

    def __init__(self, rules: DeliveryRules, state: OutboxState | None = None) -> None:
        state = state or OutboxState()
        self._rules = rules
        self._waiting = {notification.number: notification for notification in state.waiting}
        self._on_its_way: dict[int, Notification] = {}
        self._failing_since = dict(state.failing_since)
        self._last_number = state.last_number

    @property
    def unfinished(self) -> int:
        """How many notifications wait for an attempt or for its answer."""
        return len(self._waiting) + len(self._on_its_way)

    def state(self) -> OutboxState:
        """Return what to store. What is on its way counts as waiting: after a restart it is not known how it ended."""
        unfinished = (*self._on_its_way.values(), *self._waiting.values())
        return OutboxState(unfinished, dict(self._failing_since), self._last_number)

    def note_change(
        self,
        change: Change,
        channels: Iterable[Channel],
        *,
        noticed_after: timedelta = timedelta(),
        is_folded: bool = True,
    ) -> None:
        """Plan a notification on each channel that the change concerns; a slow provider delays it.

        `is_folded` waits a moment for further changes.
        """
        for channel in channels:
            if concerns(channel, change):
                due_at = change.at + noticed_after + (self._rules.coalesce_window if is_folded else timedelta())
                self._fold_or_wait(self._new(channel.channel_id, CHANGE, due_at, changes_since=change.at))

    def push(self, channel_id: str, type_: str, now: datetime, fields: dict[str, object] | None = None) -> None:
        """Plan a notification of any type, at once."""
        notification = self._new(channel_id, type_, now, fields=fields or {})
        self._waiting[notification.number] = notification

    def push_callback(self, type_: str, due_at: datetime, fields: dict[str, object], callback: Callback) -> None:
        """Plan a notification that goes to no channel."""
        notification = structs.replace(self._new("", type_, due_at, fields=fields), callback=callback)
        self._waiting[notification.number] = notification

    def forget_callbacks(self, event_uid: str, after: datetime) -> None:
        """Drop the callbacks about an event that are due later than `after`."""
        for number, one in list(self._waiting.items()):
            if one.callback is not None and one.callback.event_uid == event_uid and one.due_at > after:
                del self._waiting[number]

    def take_due(self, now: datetime) -> list[Notification]:
        """Return what must be sent now; each must be reported by `succeeded` or `failed`."""
        due = [notification for notification in self._waiting.values() if notification.due_at <= now]
        for notification in due:
            self._on_its_way[notification.number] = self._waiting.pop(notification.number)
        return due

    def succeeded(self, notification: Notification) -> None:
        """Take note that a notification was answered with 2xx in time."""
        self._on_its_way.pop(notification.number, None)
        self._failing_since.pop(notification.channel_id, None)

    def failed(self, notification: Notification, now: datetime) -> datetime | None:
        """Take note of a failure; return when it is tried again, or None when it is given up."""
        if self._on_its_way.pop(notification.number, None) is None:
            return None  # Its channel was closed in the meantime.
        if notification.callback is None:
            self._failing_since.setdefault(notification.channel_id, now)
        if notification.attempt > len(self._rules.retry_delays):
            return None
        due_at = now + self._rules.retry_delays[notification.attempt - 1]
        self._fold_or_wait(structs.replace(notification, due_at=due_at, attempt=notification.attempt + 1))
        return due_at

    def waiting_for(self, channel_id: str) -> list[Notification]:
        """Return what waits for an attempt on a channel, the next one first."""
        waiting = (one for one in self._waiting.values() if one.channel_id == channel_id)
        return sorted(waiting, key=lambda one: one.due_at)

    def failure_of(self, channel_id: str) -> tuple[datetime | None, datetime | None]:
        """Return since when a channel has had no success, and when it will be closed for it."""
        since = self._failing_since.get(channel_id)
        return since, None if since is None else self._dies_at(since)

    def dead_channels(self, now: datetime) -> list[str]:
        """Return the channels that have had no success for 24 hours (scaled)."""
        return [channel_id for channel_id, since in self._failing_since.items() if self._dies_at(since) <= now]

    def forget_channel(self, channel_id: str) -> None:
        """Drop all that belongs to a closed channel."""
        self._failing_since.pop(channel_id, None)
        for notifications in (self._waiting, self._on_its_way):
            for number in [n for n, one in notifications.items() if one.channel_id == channel_id]:
                del notifications[number]

    def next_due(self) -> datetime | None:
        """Return when there is something to do next, or None when nothing is planned."""
        sendings = (notification.due_at for notification in self._waiting.values())
        closings = (self._dies_at(since) for since in self._failing_since.values())
        return min((*sendings, *closings), default=None)

    def _fold_or_wait(self, notification: Notification) -> None:
        """Let a notification wait; a channel has at most one waiting `change`, which tells of the earliest one."""
        other = self._waiting_change(notification.channel_id) if notification.changes_since is not None else None
        if other is not None and other.changes_since is not None and notification.changes_since is not None:
            del self._waiting[other.number]
            # The fresher one decides: a new change is sent soon, even while an older one waits for its next attempt.
            base = min(other, notification, key=lambda one: (one.attempt, one.due_at))
            notification = structs.replace(base, changes_since=min(other.changes_since, notification.changes_since))
        self._waiting[notification.number] = notification

    def _waiting_change(self, channel_id: str) -> Notification | None:
        for notification in self._waiting.values():
            if notification.channel_id == channel_id and notification.changes_since is not None:
                return notification
        return None

    def _new(
        self,
        channel_id: str,
        type_: str,
        due_at: datetime,
        *,
        changes_since: datetime | None = None,
        fields: dict[str, object] | None = None,
    ) -> Notification:
        self._last_number += 1
        return Notification(
            number=self._last_number,
            channel_id=channel_id,
            type=type_,
            due_at=due_at,
            changes_since=changes_since,
            fields=fields or {},
        )

    def _dies_at(self, failing_since: datetime) -> datetime:
        return failing_since + self._rules.channel_lifetime
