"""What an application does through Cronofy's API with the events and calendars of one account.

Routes call it with typed values; it knows nothing of HTTP. An application's own changes are never notified to it (docs:
/developers/push-notifications/); that another application hears of them is this simulator's choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.errors import NotAllowed, NotFound
from cronofy_cli.simulator.conferencing import assign_conferencing, check_conferencing, plan_transitions
from cronofy_cli.simulator.errors import OptionForbids
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.rendering import event_renderer, free_busy_renderer, free_busy_status
from cronofy_cli.simulator.read_events import select_events, without_details
from cronofy_cli.simulator.world.identifiers import calendar_identifier
from cronofy_cli.simulator.world.model import APPLICATION_CALENDAR, Calendar
from cronofy_cli.simulator.world.permissions import event_options

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.bodies import EventDeletion, NewCalendar
    from cronofy_cli.simulator.messages.event_writes import EventWrite
    from cronofy_cli.simulator.messages.parameters import EventsQuery, FreeBusyQuery, Selection
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Attendee, Event, EventDetails
    from cronofy_cli.simulator.world.scopes import Access

DECLINING_DELETES: Final = frozenset({"exchange", "office365"})
"""The providers where a declined event leaves the calendar (docs: /developers/api/events/participation-status)."""


class ApplicationCalls:
    """The calls of one application for one account."""

    def __init__(self, world: SimulatedWorld, access: Access) -> None:
        self.account = world.accounts[access.account_id]
        self._world = world
        self._access = access
        self._application = access.application or ""

    @property
    def calendars(self) -> dict[str, Calendar]:
        """The calendars that the application may use, deleted ones too."""
        return self.account.calendars_for(self._access.application)

    def calendar(self, calendar_id: str) -> Calendar:
        """Return a calendar that the application may use.

        Raises:
            NotFound: there is none with this id.
        """
        if calendar_id not in self.calendars:
            raise NotFound(f"there is no calendar '{calendar_id}'")
        return self.calendars[calendar_id]

    # Reading.

    def read_events(self, query: EventsQuery, base_url: str) -> bytes:
        """Answer Read Events: its first page."""
        render = event_renderer(query, self.account, self._access.application)
        sees_details = self._access.sees_details
        events = self._select(query.selection)
        if not sees_details:
            events = [without_details(event) for event in events]
        return self._world.pages.first_page("events", events, render, base_url, self._world.clock())

    def read_free_busy(self, query: FreeBusyQuery, base_url: str) -> bytes:
        """Answer Free/Busy: its first page."""
        by_default = self._world.settings.free_periods_by_default
        include_free = by_default if query.include_free is None else query.include_free
        render = free_busy_renderer(query, self._access.application)
        events = self._select(query.selection)
        if not include_free:
            events = [event for event in events if free_busy_status(event) != "free"]
        return self._world.pages.first_page("free_busy", events, render, base_url, self._world.clock())

    # Writing.

    def write_event(self, calendar_id: str, write: EventWrite) -> None:
        """Create or update an event of the application's, or edit an external one.

        Raises:
            NotFound: there is no such calendar, or no such event to edit.
            NotAllowed: the calendar is read-only, or there is no elevated access to it.
            InvalidRequest: the event's options do not allow an edit, or its conferencing is unknown, or it invites
                from an application calendar.
        """
        self.calendar(calendar_id)
        if write.details.attendees and self.account.account.kind == APPLICATION_CALENDAR:
            errors = FieldErrors()
            errors.add("attendees", ("errors.event.cannot_set_attendees", "an application calendar cannot invite"))
            errors.raise_if_any()
        if write.details.conferencing_choice is not None:
            check_conferencing(write.details.conferencing_choice, self.account)
        now = self._world.clock()
        if write.event_id:
            known = self.account.managed_event(self._application, calendar_id, write.event_id)
            details = self._with_attendees(known, write.details)
            event = self.account.write_managed(self._application, calendar_id, write.event_id, details, now)
        else:
            external = self._editable(calendar_id, write.event_uid or "", "update")
            if external is None:
                return
            details = self._with_attendees(external, write.details)
            event = self.account.put(details.applied_to(external, now))
        event = assign_conferencing(self._world, self.account, event, details, now)
        self._note(event)

    def delete_event(self, calendar_id: str, deletion: EventDeletion) -> None:
        """Delete an event; one of the application's that is gone already is no error.

        Raises:
            NotFound: there is no such calendar, or no event with this `event_uid`.
            NotAllowed: the calendar is read-only, or there is no elevated access to it.
            InvalidRequest: the event's options do not allow it.
        """
        self.calendar(calendar_id)
        self.account.writable(calendar_id)
        event: Event | None
        if deletion.event_id:
            event = self.account.managed_event(self._application, calendar_id, deletion.event_id)
        else:
            event = self._editable(calendar_id, deletion.event_uid or "", "delete")
        if event is not None and not event.deleted:
            self._note(self.account.delete_event(event.event_uid, self._world.clock()))

    def delete_events(self, calendar_ids: tuple[str, ...] | None) -> None:
        """Delete the application's events in some calendars, or in all."""
        for event in self.account.managed_events(self._application, calendar_ids):
            if not self.account.calendars[event.calendar_id].readonly:
                self._note(self.account.delete_event(event.event_uid, self._world.clock()))

    def create_calendar(self, new: NewCalendar) -> Calendar:
        """Create a calendar; a name that is taken is refused, as Google's calendars are named here.

        Raises:
            InvalidRequest: there is no such profile, or it has a calendar of this name.
        """
        errors = FieldErrors()
        profiles = {one.profile_id: one for one in self.account.profiles_for(self._access.application)}
        if new.profile_id not in profiles:
            errors.not_recognized("profile_id", "a profile of this account")
            errors.raise_if_any()
        siblings = self.account.calendars_of(new.profile_id)
        if any(one.name == new.name and not one.deleted for one in siblings):
            errors.add("name", ("errors.duplicate_calendar_name", "there is a calendar of this name already"))
        errors.raise_if_any()
        calendar_id = calendar_identifier(new.profile_id, f"{new.name} {len(siblings)}")
        is_google = profiles[new.profile_id].provider_name == "google"
        calendar = Calendar(calendar_id, new.profile_id, new.name, is_google=is_google, color=new.color)
        self.account.put_calendar(calendar)
        self._world.note_act()
        return calendar

    def answer_invitation(self, calendar_id: str, event_uid: str, status: str) -> None:
        """Set the account's participation status.

        Raises:
            NotFound: there is no such calendar or event.
            NotAllowed: the calendar is read-only.
            InvalidRequest: the event's options do not allow it.
        """
        calendar = self.calendar(calendar_id)
        self.account.writable(calendar_id)
        event = self.account.event_in(calendar_id, event_uid)
        self._require_option(event, "change_participation_status")
        now = self._world.clock()
        own = self.account.account.email.casefold()
        attendees = tuple(
            structs.replace(one, status=status) if one.email.casefold() == own else one for one in event.attendees
        )
        event = structs.replace(event, participation_status=status, attendees=attendees, updated=now)
        if status == "declined" and self.account.profile(calendar.profile_id).provider_name in DECLINING_DELETES:
            event = structs.replace(event, deleted=True)
        self._note(self.account.put(event))

    def revoke_profile(self, profile_id: str) -> None:
        """Take away the application's access to a profile (docs: /developers/api/authorization/revoke-profile/).

        Raises:
            NotFound: there is no such profile.
        """
        profile = self.account.profile(profile_id)
        if self._application in profile.hidden_from:
            raise NotFound(f"there is no profile '{profile_id}'")
        self.account.put_profile(structs.replace(profile, hidden_from=(*profile.hidden_from, self._application)))
        self._world.note_act()

    def _editable(self, calendar_id: str, event_uid: str, option: str) -> Event | None:
        """Return an external event that may be edited; None when it is unknown, and that is no error by choice.

        Raises:
            NotFound: it is unknown.
            NotAllowed: the calendar is read-only, or there is no elevated access to it.
            InvalidRequest: its options do not allow it.
        """
        calendar = self.account.writable(calendar_id)
        try:
            event = self.account.event_in(calendar_id, event_uid)
        except NotFound:
            if self._world.settings.unknown_event_status == 202:
                return None
            raise
        if event.is_managed_by(self._application):
            return event
        if self._application not in calendar.unrestricted_for:
            raise NotAllowed(f"there is no elevated access to the calendar '{calendar.name}'")
        self._require_option(event, option)
        return event

    def _require_option(self, event: Event, option: str) -> None:
        calendar = self.account.calendars[event.calendar_id]
        options = event_options(event, calendar, self.account.account.email, self._access.application)
        if not getattr(options, option):
            raise OptionForbids(f"options.{option} of this event is false", self._world.settings.forbidden_edit_status)

    def _with_attendees(self, known: Event | None, details: EventDetails) -> EventDetails:
        """Return details whose invited join those who are there, by address."""
        if known is None or details.attendees is None or not self._world.settings.invite_adds:
            return details
        merged: dict[str, Attendee] = {one.email.casefold(): one for one in known.attendees}
        for one in details.attendees:
            before = merged.get(one.email.casefold())
            status = one.status if before is None else before.status
            merged[one.email.casefold()] = structs.replace(one, status=status)
        return structs.replace(details, attendees=tuple(merged.values()))

    def _note(self, event: Event) -> None:
        plan_transitions(self._world, event, self._world.clock())
        self._world.notify_of_event(self.account, event, made_by=self._access.application)

    def _select(self, selection: Selection) -> list[Event]:
        enforce = self._world.settings.enforce_sync_window
        events = self.account.events
        if len(self.calendars) < len(self.account.calendars):
            events = [event for event in events if event.calendar_id in self.calendars]
        application = self._access.application
        return select_events(events, selection, self._world.clock(), application, enforce_sync_window=enforce)
