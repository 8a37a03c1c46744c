"""The simulated world: who is connected, their calendars and events, and the open channels.

Pure: every act takes `now`. What an act sets off (notifications, saving) is not known here: it returns the event, and
`service.Simulator` does the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.errors import InvalidRequest, NotAllowed, NotFound
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.model import Event, Person, Snapshot
from cronofy_cli.simulator.world.settings import MAX_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from cronofy_cli.simulator.world.model import Calendar, Channel, EventDetails, Profile


class World:
    """The one place where the values are replaced."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.account = snapshot.account
        self.profiles = snapshot.profiles
        self.calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        self._events = {event.event_uid: event for event in snapshot.events}
        self._managed = {(e.calendar_id, e.event_id): e.event_uid for e in snapshot.events if e.event_id is not None}
        self._channels = {channel.channel_id: channel for channel in snapshot.channels}
        self._last_number = snapshot.last_number

    def snapshot(self) -> Snapshot:
        """Return everything as one value."""
        return Snapshot(
            self.account,
            self.profiles,
            tuple(self.calendars.values()),
            tuple(self._events.values()),
            self.channels,
            self._last_number,
        )

    @property
    def events(self) -> Collection[Event]:
        """All events, deleted ones too."""
        return self._events.values()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The open channels, the oldest first."""
        return tuple(self._channels.values())

    def profile(self, profile_id: str) -> Profile:
        """Return a profile.

        Raises:
            NotFound: there is none with this id.
        """
        for profile in self.profiles:
            if profile.profile_id == profile_id:
                return profile
        raise NotFound(f"there is no profile '{profile_id}'")

    def calendars_of(self, profile_id: str) -> list[Calendar]:
        """Return a profile's calendars, deleted ones too."""
        return [calendar for calendar in self.calendars.values() if calendar.profile_id == profile_id]

    def is_watched(self, calendar_id: str) -> bool:
        """Whether Cronofy notices changes in a calendar: its profile is connected, and was synced once."""
        profile = self.profile(self.calendar(calendar_id).profile_id)
        return profile.connected and not profile.initial_sync_required

    def calendar(self, calendar_id: str) -> Calendar:
        """Return a calendar.

        Raises:
            NotFound: there is none with this id.
        """
        if calendar_id not in self.calendars:
            raise NotFound(f"there is no calendar '{calendar_id}'")
        return self.calendars[calendar_id]

    def event(self, event_uid: str) -> Event:
        """Return an event that is not deleted.

        Raises:
            NotFound: there is none with this id.
        """
        event = self._events.get(event_uid)
        if event is None or event.deleted:
            raise NotFound(f"there is no event '{event_uid}'")
        return event

    def channel(self, channel_id: str) -> Channel:
        """Return an open channel.

        Raises:
            NotFound: there is none with this id.
        """
        if channel_id not in self._channels:
            raise NotFound(f"there is no channel '{channel_id}'")
        return self._channels[channel_id]

    # What the calendar's owner does.

    def add_event(self, calendar_id: str, details: EventDetails, now: datetime) -> Event:
        """Put a new event into a calendar. `details` must hold a span.

        Raises:
            NotFound: there is no such calendar.
            NotAllowed: the calendar is read-only.
        """
        return self._create(calendar_id, details, now, event_id=None)

    def change_event(self, event_uid: str, details: EventDetails, now: datetime) -> Event:
        """Move an event, or change what it says.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        event = self.event(event_uid)
        self._writable(event.calendar_id)
        return self._put(details.applied_to(event, now))

    def delete_event(self, event_uid: str, now: datetime) -> Event:
        """Delete an event; it stays visible to `include_deleted`.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        event = self.event(event_uid)
        self._writable(event.calendar_id)
        return self._put(structs.replace(event, deleted=True, updated=now))

    def restore_event(self, event_uid: str, now: datetime) -> Event:
        """Bring a deleted event back as it was.

        Raises:
            NotFound: there is no such event, or it is not deleted.
            NotAllowed: its calendar is read-only.
        """
        event = self._events.get(event_uid)
        if event is None or not event.deleted:
            raise NotFound(f"there is no deleted event '{event_uid}'")
        self._writable(event.calendar_id)
        return self._put(structs.replace(event, deleted=False, updated=now))

    # What happens to profiles and calendars.

    def put_profile(self, profile: Profile) -> Profile:
        """Put a profile in the place of the one with its id."""
        self.profiles = tuple(profile if one.profile_id == profile.profile_id else one for one in self.profiles)
        return profile

    def remove_calendar(self, calendar_id: str, now: datetime) -> tuple[Calendar, bool]:
        """Delete a calendar with its events; return it, and whether one of the events was managed.

        Raises:
            NotFound: there is no such calendar, or no longer.
        """
        calendar = self._existing(calendar_id)
        doomed = [event for event in self.events if event.calendar_id == calendar_id and not event.deleted]
        for event in doomed:
            self._put(structs.replace(event, deleted=True, updated=now))
        self.calendars[calendar_id] = structs.replace(calendar, deleted=True)
        return self.calendars[calendar_id], any(event.is_managed for event in doomed)

    # What the application does.

    def write_managed(self, calendar_id: str, event_id: str, details: EventDetails, now: datetime) -> Event:
        """Create or update the application's event with this id; a deleted one comes back.

        Raises:
            NotFound: there is no such calendar.
            NotAllowed: the calendar is read-only.
        """
        self._writable(calendar_id)
        event_uid = self._managed.get((calendar_id, event_id))
        if event_uid is None:
            return self._create(calendar_id, details, now, event_id=event_id)
        revived = structs.replace(self._events[event_uid], deleted=False)
        return self._put(details.applied_to(revived, now))

    def delete_managed(self, calendar_id: str, event_id: str, now: datetime) -> None:
        """Delete the application's event with this id; one that is gone already is no error.

        Raises:
            NotFound: there is no such calendar.
        """
        self._writable(calendar_id)
        event_uid = self._managed.get((calendar_id, event_id))
        if event_uid is not None and not self._events[event_uid].deleted:
            self.delete_event(event_uid, now)

    def delete_external(self, calendar_id: str, event_uid: str, now: datetime) -> None:
        """Delete an event by Cronofy's id.

        Raises:
            NotFound: there is no such calendar, or no such event in it.
        """
        self._writable(calendar_id)
        if self.event(event_uid).calendar_id != calendar_id:
            raise NotFound(f"there is no event '{event_uid}' in this calendar")
        self.delete_event(event_uid, now)

    def delete_all_managed(self, calendar_ids: Iterable[str] | None, now: datetime) -> None:
        """Delete the application's events in some calendars, or in all for None."""
        chosen = set(self.calendars if calendar_ids is None else calendar_ids)
        doomed = [e for e in self.events if e.is_managed and not e.deleted and e.calendar_id in chosen]
        for event in doomed:
            self.delete_event(event.event_uid, now)

    # Channels (docs: /developers/api/push-notifications/).

    def open_channel(self, wanted: Channel, now: datetime) -> Channel:
        """Open a channel; an identical open one is returned instead. The id in `wanted` is not looked at.

        Raises:
            InvalidRequest: the account has its 128 channels.
        """
        for channel in self.channels:
            if channel.is_same_as(wanted):
                return channel
        if len(self._channels) >= MAX_CHANNELS:
            problem = ("errors.too_many_channels", f"an account has at most {MAX_CHANNELS} channels")
            raise InvalidRequest("there are too many channels", fields={"base": (problem,)})
        channel = structs.replace(wanted, channel_id=self._identifier(identifiers.CHANNEL, now))
        self._channels[channel.channel_id] = channel
        return channel

    def close_channel(self, channel_id: str) -> Channel:
        """Close a channel.

        Raises:
            NotFound: there is none with this id.
        """
        channel = self.channel(channel_id)
        del self._channels[channel_id]
        return channel

    def _create(self, calendar_id: str, details: EventDetails, now: datetime, *, event_id: str | None) -> Event:
        self._writable(calendar_id)
        assert details.span is not None
        blank = Event(
            event_uid=self._identifier(identifiers.EVENT, now),
            event_id=event_id,
            calendar_id=calendar_id,
            summary="",
            span=details.span,
            tzid=self.account.zoneinfo,
            created=now,
            updated=now,
            organizer=Person(self.account.email, self.account.name),
        )
        if event_id is not None:
            self._managed[calendar_id, event_id] = blank.event_uid
        return self._put(details.applied_to(blank, now))

    def _existing(self, calendar_id: str) -> Calendar:
        calendar = self.calendar(calendar_id)
        if calendar.deleted:
            raise NotFound(f"the calendar '{calendar.name}' is deleted")
        return calendar

    def _writable(self, calendar_id: str) -> None:
        calendar = self._existing(calendar_id)
        if calendar.readonly:
            raise NotAllowed(f"the calendar '{calendar.name}' is read-only")

    def _put(self, event: Event) -> Event:
        self._events[event.event_uid] = event
        return event

    def _identifier(self, prefix: str, now: datetime) -> str:
        self._last_number += 1
        return identifiers.identifier(prefix, now, self._last_number)
