"""What an application may do with an event (docs: /developers/api/events/edit-external-events/).

Pure. Documented: an external event can be edited or deleted only in a calendar with elevated access, and never when it
recurs. From captured events: an invitation by somebody else can only be answered. The rest is this simulator's choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from cronofy_cli.simulator.world.model import Calendar, Event

UNRESTRICTED: Final = "unrestricted"
SANDBOX: Final = "sandbox"


class EventOptions(Struct, frozen=True):
    """The `options` of an event, in the order of the documentation's example."""

    delete: bool
    update: bool
    change_participation_status: bool


NOTHING: Final = EventOptions(delete=False, update=False, change_participation_status=False)
EVERYTHING: Final = EventOptions(delete=True, update=True, change_participation_status=True)
EDIT: Final = EventOptions(delete=True, update=True, change_participation_status=False)
ANSWER: Final = EventOptions(delete=False, update=False, change_participation_status=True)


def permission_level(calendar: Calendar, application: str | None) -> str:
    """Return how far an application may go in a calendar."""
    return UNRESTRICTED if application in calendar.unrestricted_for else SANDBOX


def event_options(event: Event, calendar: Calendar, owner_email: str, application: str | None) -> EventOptions:
    """Return what an application may do with an event."""
    if calendar.readonly or calendar.deleted:
        return NOTHING
    if event.is_managed_by(application):
        return EVERYTHING
    is_organizer = event.organizer is None or event.organizer.email.casefold() == owner_email.casefold()
    if not is_organizer:
        return ANSWER
    is_editable = event.series_identifier is None and application in calendar.unrestricted_for
    return EDIT if is_editable else NOTHING
