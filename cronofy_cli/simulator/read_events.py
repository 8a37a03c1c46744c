"""Which events a Read Events or Free/Busy call means, and in which order.

Pure. What they look like in JSON is `rendering`'s, their pages are `paging`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.simulator.world.windows import sync_window

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.simulator.messages.parameters import Selection
    from cronofy_cli.simulator.world.model import Event
    from cronofy_cli.simulator.world.windows import Window


def select_events(
    events: Iterable[Event],
    selection: Selection,
    now: datetime,
    application: str | None,
    *,
    enforce_sync_window: bool = True,
) -> list[Event]:
    """Return the events that an application's call means, by start (docs: /developers/api/events/read-events/).

    The sync window is the default, and beyond it nothing is known. Managed events are not bound by it: without `from`
    and `to` all of them are returned.
    """
    synced = selection.window
    if enforce_sync_window or not selection.is_bounded:
        synced = synced.cut_to(sync_window(now, selection.zone))
    found = [event for event in events if _is_meant(event, selection, synced, application)]
    found.sort(key=_order)
    return found


def without_details(event: Event) -> Event:
    """Return an event as a free/busy scope sees it: its times, and no word of what it is about.

    That it is so is documented (docs: /developers/faqs/free-busy-scope-change/), which fields are left is not.
    """
    return structs.replace(
        event,
        summary="",
        description="",
        location=None,
        attendees=(),
        organizer=None,
        categories=(),
        conferencing=None,
    )


def _is_meant(event: Event, selection: Selection, synced: Window, application: str | None) -> bool:
    """Whether one event is meant; the checks that rule out most come first."""
    if event.deleted and not selection.include_deleted:
        return False
    if selection.last_modified is not None and event.updated < selection.last_modified:
        return False
    is_managed = event.event_id is not None and event.application == application
    if not is_managed:
        if selection.only_managed:
            return False
    elif not (selection.include_managed or selection.only_managed):
        return False
    if selection.calendar_ids and event.calendar_id not in selection.calendar_ids:
        return False
    window = selection.window if is_managed else synced
    return window.holds_any(event) if selection.include_moved else window.holds(event.span)


def _order(event: Event) -> tuple[datetime, str]:
    return event.span.start, event.event_uid
