"""An event as a row of the copy: the columns that queries want, and the server's own JSON.

Pure. A field of an unexpected type is as good as missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.core.events.event import EventTime

COLUMNS: Final = (
    *("event_uid", "calendar_id", "start", "end", "all_day", "summary", "location"),
    *("status", "participation_status", "transparency", "recurring", "event_id"),
    *("meeting_url", "created", "updated", "json"),
)
"""Of the table `events`, the key first."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """The columns of the table `events`, in their order, and whether the event is deleted."""

    event_uid: str
    calendar_id: str
    start: str
    """A date, or a moment in UTC with whole seconds; what was sent where it is neither."""
    end: str
    all_day: bool | None
    """None: a time cannot be read."""
    summary: str
    location: str | None
    status: str | None
    participation_status: str | None
    transparency: str | None
    recurring: bool
    event_id: str | None
    meeting_url: str | None
    created: str | None
    updated: str | None
    json: bytes
    deleted: bool

    def columns(self) -> tuple[object, ...]:
        """Return the values that a copy keeps, in the order of `COLUMNS`."""
        return (
            *(self.event_uid, self.calendar_id, self.start, self.end, self.all_day, self.summary, self.location),
            *(self.status, self.participation_status, self.transparency, self.recurring, self.event_id),
            *(self.meeting_url, self.created, self.updated, self.json.decode("utf-8", "replace")),
        )


def event_row(raw: bytes) -> EventRow:
    """Read an event of Read Events."""
    event = parse_event(raw)
    start, end = event.start, event.end or event.start
    return EventRow(
        event_uid=event.event_uid,
        calendar_id=event.calendar_id,
        start=_stamp(start),
        end=_stamp(end),
        all_day=_is_all_day(start, end),
        summary=event.summary,
        location=event.location,
        status=event.status,
        participation_status=event.participation_status,
        transparency=event.transparency,
        recurring=event.recurring,
        event_id=event.event_id,
        meeting_url=event.meeting_url,
        created=_utc(event.created),
        updated=_utc(event.updated),
        json=raw,
        deleted=event.deleted,
    )


def _is_all_day(start: EventTime | None, end: EventTime | None) -> bool | None:
    if start is None or end is None:
        return None
    if start.day and end.day:
        return True
    return False if _utc(start.moment) and _utc(end.moment) else None


def _stamp(time: EventTime | None) -> str:
    if time is None:
        return ""
    return _utc(time.moment) or time.text


def _utc(moment: datetime | None) -> str | None:
    try:
        return to_utc_seconds(moment) if moment else None
    except OverflowError:  # within a day of year 1 or 9999
        return None
