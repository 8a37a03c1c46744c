"""What a calendar's owner does in their calendar: what push notifications are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import comparable
from cronofy_cli.simulator.conferencing import plan_transitions
from cronofy_cli.simulator.messages.parameters import parse_events_query
from cronofy_cli.simulator.messages.rendering import event_renderer
from cronofy_cli.simulator.timeline import ActDetails, ActKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.messages.owner_edits import NewEvent, Period
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Event, EventDetails
    from cronofy_cli.simulator.world.state import AccountState

UNNOTICED: Final = "not noticed: its profile is disconnected, or not synced yet"

_SHOWN: Final = (("tzid", "Etc/UTC"), ("include_geo", "true"))
"""How the control API shows an event: as Read Events would, with its place."""


class Owner:
    """The owner of one account."""

    def __init__(self, world: SimulatedWorld, account: AccountState) -> None:
        self._world = world
        self.account = account

    def add_event(self, new: NewEvent) -> Event:
        """Add an event.

        Raises:
            NotAllowed: the calendar is read-only.
        """
        added = self.account.add_event(new.calendar_id, new.details, self._world.clock())
        return self._noted(ActKind.EVENT_ADDED, added)

    def change_event(self, event_uid: str, details: EventDetails) -> Event:
        """Move or change an event.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        before = self.account.event(event_uid)
        event = self.account.change_event(event_uid, details, self._world.clock())
        return self._noted(ActKind.EVENT_CHANGED if event.span == before.span else ActKind.EVENT_MOVED, event)

    def delete_event(self, event_uid: str) -> Event:
        """Delete an event.

        Raises:
            NotFound: there is no such event.
            NotAllowed: its calendar is read-only.
        """
        return self._noted(ActKind.EVENT_DELETED, self.account.delete_event(event_uid, self._world.clock()))

    def restore_event(self, event_uid: str) -> Event:
        """Bring a deleted event back from the bin.

        Raises:
            NotFound: there is no such event, or it is not deleted.
            NotAllowed: its calendar is read-only.
        """
        return self._noted(ActKind.EVENT_RESTORED, self.account.restore_event(event_uid, self._world.clock()))

    def find_events(self, search: str, limit: int, period: Period, *, deleted: bool = False) -> list[Json]:
        """Return the events, or the deleted ones, of a period whose summary contains a text, whatever its case, by
        start."""
        wanted = comparable(search)
        found = [
            event
            for event in self.account.events
            if event.deleted == deleted and period.touches(event.span) and wanted in comparable(event.summary)
        ]
        found.sort(key=lambda event: (event.span.start, event.event_uid))
        render = self._renderer()
        return [render(event) for event in found[:limit]]

    def show_event(self, event: Event) -> Json:
        """Return an event as the API shows it to the first application."""
        return self._renderer()(event)

    def _noted(self, kind: ActKind, event: Event) -> Event:
        plan_transitions(self._world, event, self._world.clock())
        is_watched = self.account.is_watched(event.calendar_id)
        shown = self.show_event(event)
        self._world.note(
            kind,
            ActDetails(
                subject=event.summary,
                event_uid=event.event_uid,
                calendar_id=event.calendar_id,
                start=str(shown["start"]),
                end=str(shown["end"]),
                note=None if is_watched else UNNOTICED,
            ),
        )
        return self._world.notify_of_event(self.account, event)

    def _renderer(self) -> Callable[[Event], Json]:
        query = parse_events_query(_SHOWN, ())
        return event_renderer(query, self.account, self._world.first_application.name)
