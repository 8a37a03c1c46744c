"""The simulated Cronofy as one thing: the world, and what each act in it sets off.

Routes call it with typed values; it knows nothing of HTTP. The clock is passed in, and `note_act` is called after
every act that must be saved or may have made a notification due. Not thread-safe: it lives on the server's event loop.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.simulator.messages.parameters import parse_events_query
from cronofy_cli.simulator.messages.rendering import event_renderer, free_busy_renderer, free_busy_status
from cronofy_cli.simulator.read_events import select_events, without_details
from cronofy_cli.simulator.world.attempts import Attempt
from cronofy_cli.simulator.world.delivery import Change
from cronofy_cli.simulator.world.paging import PageStore
from cronofy_cli.simulator.world.windows import sync_window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.simulator.messages.bodies import EventDeletion, EventWrite
    from cronofy_cli.simulator.messages.owner_edits import NewEvent, Push
    from cronofy_cli.simulator.messages.parameters import EventsQuery, FreeBusyQuery, Selection
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.attempts import Outcome
    from cronofy_cli.simulator.world.delivery import Notification, Outbox
    from cronofy_cli.simulator.world.model import Channel, Event, EventDetails
    from cronofy_cli.simulator.world.settings import SimulatorSettings
    from cronofy_cli.simulator.world.state import World

VERIFICATION: Final = "verification"
MAX_ATTEMPTS_KEPT: Final = 1000

_SHOWN: Final = (("tzid", "Etc/UTC"), ("include_geo", "true"))
"""How the control API shows an event: as Read Events would, with its place."""


class Simulator:
    """Everything that a request can do."""

    def __init__(
        self,
        settings: SimulatorSettings,
        world: World,
        outbox: Outbox,
        clock: Callable[[], datetime],
        note_act: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.world = world
        self.outbox = outbox
        self.clock = clock
        self.attempts: deque[Attempt] = deque(maxlen=MAX_ATTEMPTS_KEPT)
        self.note_act = note_act
        self.provider_delay = timedelta()
        """How long the calendars' provider takes until Cronofy knows of a change. Kept in memory only."""
        self._pages = PageStore(settings.page_size, settings.page_lifetime_s)

    # Channels.

    def open_channel(self, wanted: Channel, *, is_authorized: bool) -> Channel:
        """Open a channel and plan its verification, also when an identical one was open already.

        `is_authorized` tells that the token is one that the account's owner can revoke.

        Raises:
            InvalidRequest: the account has its 128 channels.
        """
        now = self.clock()
        channel = self.world.open_channel(structs.replace(wanted, is_authorized=is_authorized), now)
        self.outbox.push(channel.channel_id, VERIFICATION, now)
        self.note_act()
        return channel

    def close_channel(self, channel_id: str) -> None:
        """Close a channel and forget what it still had to be told.

        Raises:
            NotFound: there is none with this id.
        """
        self.world.close_channel(channel_id)
        self.outbox.forget_channel(channel_id)
        self.note_act()

    def close_dead_channels(self) -> None:
        """Close the channels that have failed for too long."""
        for channel_id in self.outbox.dead_channels(self.clock()):
            self.close_channel(channel_id)

    def close_authorized_channels(self) -> None:
        """Close the channels that were opened with a token that the account's owner has revoked."""
        for channel in self.world.channels:
            if channel.is_authorized:
                self.close_channel(channel.channel_id)

    def push(self, push: Push) -> list[str]:
        """Plan a notification of any type on one channel or all, and return their ids.

        Raises:
            NotFound: there is no such channel.
        """
        channels = self.world.channels if push.channel_id is None else (self.world.channel(push.channel_id),)
        for channel in channels:
            self.outbox.push(channel.channel_id, push.type, self.clock(), push.fields)
        self.note_act()
        return [channel.channel_id for channel in channels]

    def note_outcome(self, notification: Notification, channel: Channel, outcome: Outcome) -> None:
        """Take note of how a post ended."""
        next_attempt_at = None
        if outcome.is_success:
            self.outbox.succeeded(notification)
        else:
            next_attempt_at = self.outbox.failed(notification, self.clock())
        attempt = Attempt(
            at=outcome.started_at,
            channel_id=channel.channel_id,
            callback_url=channel.callback_url,
            type=notification.type,
            attempt=notification.attempt,
            milliseconds=outcome.milliseconds,
            status=outcome.status,
            error=outcome.error,
            next_attempt_at=next_attempt_at,
        )
        self.attempts.append(attempt)
        self.note_act()

    # Reading.

    def read_events(self, query: EventsQuery, base_url: str, *, with_details: bool) -> bytes:
        """Answer Read Events: its first page."""
        render = event_renderer(query, self.world.calendars)
        found = self._select(query.selection)
        items = [render(event if with_details else without_details(event)) for event in found]
        return self._pages.first_page("events", items, base_url, self.clock())

    def read_free_busy(self, query: FreeBusyQuery, base_url: str) -> bytes:
        """Answer Free/Busy: its first page."""
        include_free = self.settings.free_periods_by_default if query.include_free is None else query.include_free
        render = free_busy_renderer(query)
        events = self._select(query.selection)
        items = [render(event) for event in events if include_free or free_busy_status(event) != "free"]
        return self._pages.first_page("free_busy", items, base_url, self.clock())

    def page(self, kind: str, page_id: str) -> bytes:
        """Return a further page.

        Raises:
            NotFound: there is none with this id, or its time is over.
        """
        return self._pages.page(kind, page_id, self.clock())

    def show_event(self, event: Event) -> Json:
        """Return an event as the API shows it."""
        return self._renderer()(event)

    def find_events(self, search: str, limit: int, *, deleted: bool = False) -> list[Json]:
        """Return the events, or the deleted ones, whose summary contains a text, whatever its case, by start."""
        wanted = search.casefold()
        found = [e for e in self.world.events if e.deleted == deleted and wanted in e.summary.casefold()]
        found.sort(key=lambda event: (event.span.start, event.event_uid))
        render = self._renderer()
        return [render(event) for event in found[:limit]]

    # What the application writes. Never notified (docs: /developers/push-notifications/).

    def write_event(self, calendar_id: str, write: EventWrite) -> None:
        """Create or update an event of the application's.

        Raises:
            NotFound: there is no such calendar.
            NotAllowed: the calendar is read-only.
        """
        self.world.write_managed(calendar_id, write.event_id, write.details, self.clock())
        self.note_act()

    def erase_event(self, calendar_id: str, deletion: EventDeletion) -> None:
        """Delete an event for the application.

        Raises:
            NotFound: there is no such calendar, or no event with this `event_uid`.
            NotAllowed: the calendar is read-only.
        """
        if deletion.event_id:
            self.world.delete_managed(calendar_id, deletion.event_id, self.clock())
        elif deletion.event_uid:
            self.world.delete_external(calendar_id, deletion.event_uid, self.clock())
        self.note_act()

    def erase_events(self, calendar_ids: tuple[str, ...] | None) -> None:
        """Delete the application's events in some calendars, or in all."""
        self.world.delete_all_managed(calendar_ids, self.clock())
        self.note_act()

    # What the calendar's owner does.

    def add_event(self, new: NewEvent) -> Event:
        """Add an event, as the owner does in their calendar.

        Raises:
            NotAllowed: the calendar is read-only.
        """
        return self._noted(self.world.add_event(new.calendar_id, new.details, self.clock()))

    def change_event(self, event_uid: str, details: EventDetails) -> Event:
        """Move or change an event, as the owner does.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        return self._noted(self.world.change_event(event_uid, details, self.clock()))

    def delete_event(self, event_uid: str) -> Event:
        """Delete an event, as the owner does.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        return self._noted(self.world.delete_event(event_uid, self.clock()))

    def restore_event(self, event_uid: str) -> Event:
        """Bring a deleted event back, as the owner does from the bin.

        Raises:
            NotFound: there is no such event, or it is not deleted.
            NotAllowed: its calendar is read-only.
        """
        return self._noted(self.world.restore_event(event_uid, self.clock()))

    def tell(self, change: Change) -> None:
        """Plan a `change` on the channels that it concerns, for when the provider lets Cronofy know of it.

        Of a disconnected profile Cronofy hears nothing, nor of one whose first sync is not done.
        """
        if self.world.is_watched(change.calendar_id):
            self.outbox.note_change(change, self.world.channels, noticed_after=self.provider_delay)

    def _noted(self, event: Event) -> Event:
        """Tell the channels of an owner's edit. What lies outside the sync window goes unseen, as in reading."""
        is_seen = event.is_managed or not self.settings.enforce_sync_window
        zone = ZoneInfo(self.world.account.zoneinfo)
        if is_seen or sync_window(event.updated, zone).holds_any(event):
            self.tell(Change(event.updated, event.calendar_id, event.is_managed))
        self.note_act()
        return event

    def _select(self, selection: Selection) -> list[Event]:
        return select_events(
            self.world.events, selection, self.clock(), enforce_sync_window=self.settings.enforce_sync_window
        )

    def _renderer(self) -> Callable[[Event], Json]:
        return event_renderer(parse_events_query(_SHOWN, ()), self.world.calendars)
