"""One simulated account: its profiles, its calendars, and their events.

Pure: every act takes `now`. What an act sets off (notifications, saving) is not known here: it returns the event, and
the caller does the rest. Who may do what is checked in `application_calls`; here a read-only calendar is read-only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.errors import NotAllowed, NotFound
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.model import AccountSnapshot, Event, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from cronofy_cli.simulator.world.identifiers import Identifiers
    from cronofy_cli.simulator.world.model import Calendar, EventDetails, Profile


class AccountState:
    """The one place where an account's values are replaced."""

    def __init__(self, snapshot: AccountSnapshot, ids: Identifiers) -> None:
        self.account = snapshot.account
        self.profiles = snapshot.profiles
        self.conferencing_profiles = snapshot.conferencing_profiles
        self.calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        self._events = {event.event_uid: event for event in snapshot.events}
        self._managed = {_key(event): event.event_uid for event in snapshot.events if event.event_id is not None}
        self._ids = ids

    def snapshot(self) -> AccountSnapshot:
        """Return everything as one value."""
        return AccountSnapshot(
            self.account,
            self.profiles,
            tuple(self.calendars.values()),
            tuple(self._events.values()),
            self.conferencing_profiles,
        )

    @property
    def events(self) -> Collection[Event]:
        """All events, deleted ones too."""
        return self._events.values()

    # Profiles and calendars.

    def profile(self, profile_id: str) -> Profile:
        """Return a profile.

        Raises:
            NotFound: there is none with this id.
        """
        for profile in self.profiles:
            if profile.profile_id == profile_id:
                return profile
        raise NotFound(f"there is no profile '{profile_id}'")

    def profiles_for(self, application: str | None) -> tuple[Profile, ...]:
        """Return the profiles that an application may use."""
        return tuple(profile for profile in self.profiles if application not in profile.hidden_from)

    def calendars_for(self, application: str | None) -> dict[str, Calendar]:
        """Return the calendars, deleted ones too, that an application may use."""
        if not any(profile.hidden_from for profile in self.profiles):
            return self.calendars
        allowed = {profile.profile_id for profile in self.profiles_for(application)}
        return {key: calendar for key, calendar in self.calendars.items() if calendar.profile_id in allowed}

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

    def put_profile(self, profile: Profile) -> Profile:
        """Put a profile in the place of the one with its id."""
        self.profiles = tuple(profile if one.profile_id == profile.profile_id else one for one in self.profiles)
        return profile

    def put_calendar(self, calendar: Calendar) -> Calendar:
        """Add a calendar, or put it in the place of the one with its id."""
        self.calendars[calendar.calendar_id] = calendar
        return calendar

    def remove_calendar(self, calendar_id: str, now: datetime) -> tuple[Calendar, list[Event]]:
        """Delete a calendar with its events; return it and them.

        Raises:
            NotFound: there is no such calendar, or no longer.
        """
        calendar = self._existing(calendar_id)
        events = [event for event in self.events if event.calendar_id == calendar_id and not event.deleted]
        for event in events:
            self.put(structs.replace(event, deleted=True, updated=now))
        return self.put_calendar(structs.replace(calendar, deleted=True)), events

    def writable(self, calendar_id: str) -> Calendar:
        """Return a calendar that can be written to.

        Raises:
            NotFound: there is none with this id, or no longer.
            NotAllowed: it is read-only.
        """
        calendar = self._existing(calendar_id)
        if calendar.readonly:
            raise NotAllowed(f"the calendar '{calendar.name}' is read-only")
        return calendar

    # Events.

    def has_event(self, event_uid: str) -> bool:
        """Whether there is an event with this id, deleted or not."""
        return event_uid in self._events

    def event(self, event_uid: str) -> Event:
        """Return an event that is not deleted.

        Raises:
            NotFound: there is none with this id.
        """
        event = self._events.get(event_uid)
        if event is None or event.deleted:
            raise NotFound(f"there is no event '{event_uid}'")
        return event

    def event_in(self, calendar_id: str, event_uid: str) -> Event:
        """Return an event of a calendar that is not deleted.

        Raises:
            NotFound: there is none with this id in this calendar.
        """
        event = self.event(event_uid)
        if event.calendar_id != calendar_id:
            raise NotFound(f"there is no event '{event_uid}' in this calendar")
        return event

    def managed_event(self, application: str, calendar_id: str, event_id: str) -> Event | None:
        """Return the event that an application knows by this id, deleted or not."""
        event_uid = self._managed.get((application, calendar_id, event_id))
        return None if event_uid is None else self._events[event_uid]

    def add_event(self, calendar_id: str, details: EventDetails, now: datetime) -> Event:
        """Put a new event of the owner's into a calendar. `details` must hold a span.

        Raises:
            NotFound: there is no such calendar.
            NotAllowed: the calendar is read-only.
        """
        return self._create(calendar_id, details, now)

    def change_event(self, event_uid: str, details: EventDetails, now: datetime) -> Event:
        """Move an event, or change what it says.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        event = self.event(event_uid)
        self.writable(event.calendar_id)
        return self.put(details.applied_to(event, now))

    def delete_event(self, event_uid: str, now: datetime) -> Event:
        """Delete an event; it stays visible to `include_deleted`.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        event = self.event(event_uid)
        self.writable(event.calendar_id)
        return self.put(structs.replace(event, deleted=True, updated=now))

    def restore_event(self, event_uid: str, now: datetime) -> Event:
        """Bring a deleted event back as it was.

        Raises:
            NotFound: there is no such event, or it is not deleted.
            NotAllowed: its calendar is read-only.
        """
        event = self._events.get(event_uid)
        if event is None or not event.deleted:
            raise NotFound(f"there is no deleted event '{event_uid}'")
        self.writable(event.calendar_id)
        return self.put(structs.replace(event, deleted=False, updated=now))

    def write_managed(
        self, application: str, calendar_id: str, event_id: str, details: EventDetails, now: datetime
    ) -> Event:
        """Create or update an application's event; a deleted one comes back.

        Raises:
            NotFound: there is no such calendar.
            NotAllowed: the calendar is read-only.
        """
        self.writable(calendar_id)
        known = self.managed_event(application, calendar_id, event_id)
        if known is None:
            return self._create(calendar_id, details, now, event_id=event_id, application=application)
        return self.put(details.applied_to(structs.replace(known, deleted=False), now))

    def managed_events(self, application: str, calendar_ids: Iterable[str] | None) -> list[Event]:
        """Return an application's events in some calendars, or in all for None."""
        chosen = set(self.calendars if calendar_ids is None else calendar_ids)
        return [
            event
            for event in self.events
            if event.is_managed_by(application) and not event.deleted and event.calendar_id in chosen
        ]

    def put(self, event: Event) -> Event:
        """Add an event, or put it in the place of the one with its id."""
        self._events[event.event_uid] = event
        return event

    def _create(
        self,
        calendar_id: str,
        details: EventDetails,
        now: datetime,
        *,
        event_id: str | None = None,
        application: str | None = None,
    ) -> Event:
        self.writable(calendar_id)
        assert details.span is not None
        blank = Event(
            event_uid=self._ids.new(identifiers.EVENT, now),
            event_id=event_id,
            application=application,
            calendar_id=calendar_id,
            summary="",
            span=details.span,
            tzid=self.account.zoneinfo,
            created=now,
            updated=now,
            organizer=Person(self.account.email, self.account.name),
        )
        if event_id is not None:
            self._managed[_key(blank)] = blank.event_uid
        return self.put(details.applied_to(blank, now))

    def _existing(self, calendar_id: str) -> Calendar:
        calendar = self.calendar(calendar_id)
        if calendar.deleted:
            raise NotFound(f"the calendar '{calendar.name}' is deleted")
        return calendar


def _key(event: Event) -> tuple[str | None, str, str | None]:
    return event.application, event.calendar_id, event.event_id
