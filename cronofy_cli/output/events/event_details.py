"""One event with everything that people ask about it; for programs its own JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.events.event import describe_when
from cronofy_cli.core.fields import as_object, decode_object, objects, text
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.output.events.events import state_of, title_of
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.fields import Fields
    from cronofy_cli.output.streams import Output


def show_event(output: Output, event: Event, zone: tzinfo, tzid: str, this_year: int) -> None:
    """Write an event, its times in `zone`."""
    when = f"{describe_when(event.start, event.end, zone, this_year=this_year)} ({tzid})"
    fields = decode_object(event.raw)
    rows = [
        ("event", event.event_uid),
        ("title", title_of(event)),
        ("when", when),
        ("calendar", event.calendar_id),
        ("state", state_of(event)),
        ("answer", event.participation_status or ""),
        ("location", event.location or ""),
        ("meeting", event.meeting_url or ""),
        ("organizer", _person(as_object(fields.get("organizer")))),
        *(("attendee", attendee) for attendee in _attendees(fields)),
        ("description", text(fields, "description") or ""),
        ("own id", event.event_id or ""),
        ("created", to_utc_seconds(event.created) if event.created else ""),
        ("updated", to_utc_seconds(event.updated) if event.updated else ""),
    ]
    show_record(output, [(label, value) for label, value in rows if value], event.raw)


def _attendees(fields: Fields) -> Iterator[str]:
    for attendee in objects(fields, "attendees"):
        status = text(attendee, "status")
        yield f"{_person(attendee)} {status or ''}".strip()


def _person(fields: Fields) -> str:
    name, email = text(fields, "display_name"), text(fields, "email")
    return f"{name} <{email}>" if name and email else email or name or ""
