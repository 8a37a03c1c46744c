"""What the calendar's owner, or a button of the dashboard, asks for through the control API.

Pure: bodies in, typed values out. Everything has a sensible default, so that `{}` adds an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.core.text import comparable
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_fields import (
    read_end_tzid,
    read_event_details,
    read_moment,
    read_tzid,
    span_between,
)
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.model import EventDetails

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from cronofy_cli.simulator.world.model import Calendar, Event, Span

DEFAULT_SUMMARY: Final = "New event"
DEFAULT_LENGTH: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that the owner adds."""

    calendar_id: str
    details: EventDetails


@dataclass(frozen=True, slots=True)
class Push:
    """A press on "Trigger Push Notifications": a type, one channel or all, and what else the notification holds."""

    type: str
    channel_id: str | None
    fields: dict[str, object]


def parse_new_event(
    body: Mapping[str, object], calendars: Iterable[Calendar], default_tzid: str, now: datetime
) -> NewEvent:
    """Read an event to add. By default it is in the primary calendar, starts at the next full hour, lasts 30 minutes.

    Raises:
        InvalidRequest: something is not recognized.
    """
    errors = FieldErrors()
    calendar_id = _calendar_id(body.get("calendar"), calendars, errors)
    tzid = read_tzid(body, default_tzid, errors)
    start = read_moment(body.get("start"), "start", tzid, errors) or _next_hour(now)
    end = read_moment(body.get("end"), "end", tzid, errors) or _default_end(start)
    details = structs.replace(
        read_event_details(_without_times(body), tzid, errors),
        tzid=tzid,
        end_tzid=read_end_tzid(body, tzid, errors),
        span=span_between(start, end, errors),
    )
    if details.summary is None:
        details = structs.replace(details, summary=DEFAULT_SUMMARY)
    errors.raise_if_any()
    return NewEvent(calendar_id, details)


def parse_event_change(body: Mapping[str, object], event: Event) -> EventDetails:
    """Read what to change. With `start` alone an event keeps its length, with `end` alone its start.

    `move_days` moves it by days, at the same time of day in its zone, as an owner drags it.

    Raises:
        InvalidRequest: something is not recognized, or there is nothing to change.
    """
    errors = FieldErrors()
    tzid = read_tzid(body, event.tzid, errors)
    details = read_event_details(_without_times(body), tzid, errors)
    start = read_moment(body.get("start"), "start", tzid, errors)
    end = read_moment(body.get("end"), "end", tzid, errors)
    days = fields.read_number(body.get("move_days"), "move_days", errors)
    if days is not None and start is None:
        start = _moved(event, timedelta(days=round(days)))
    if start is not None:
        end = end or _kept_end(start, event)
        details = structs.replace(
            details, tzid=tzid, end_tzid=read_end_tzid(body, tzid, errors), span=span_between(start, end, errors)
        )
    elif end is not None:
        details = structs.replace(details, span=span_between(_start_of(event), end, errors))
    errors.raise_if_any()
    if details == EventDetails():
        errors.add("base", ("errors.required", "nothing to change was given"))
        errors.raise_if_any()
    return details


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when to look; None is open."""

    start: datetime | None
    end: datetime | None

    def touches(self, span: Span) -> bool:
        """Whether a part of a span lies in it; all-day spans count in UTC."""
        return (self.start is None or span.end > self.start) and (self.end is None or span.start < self.end)


def parse_period(query: Mapping[str, str]) -> Period:
    """Read `from` and `to`, which are times.

    Raises:
        InvalidRequest: one of them is none.
    """
    errors = FieldErrors()
    start, end = (read_moment(query.get(name), name, "Etc/UTC", errors) for name in ("from", "to"))
    for name, moment in (("from", start), ("to", end)):
        if moment is not None and not isinstance(moment, datetime):
            errors.not_recognized(name, "a time")
    errors.raise_if_any()
    assert start is None or isinstance(start, datetime)
    assert end is None or isinstance(end, datetime)
    return Period(start, end)


def parse_push(body: Mapping[str, object]) -> Push:
    """Read which notification to send.

    Raises:
        InvalidRequest: `type` is missing, or something is not recognized.
    """
    errors = FieldErrors()
    push = Push(
        fields.read_required_text(body.get("type"), "type", errors),
        fields.read_text(body.get("channel_id"), "channel_id", errors),
        dict(fields.read_object(body.get("fields"), "fields", errors)),
    )
    errors.raise_if_any()
    return push


def _calendar_id(value: object, calendars: Iterable[Calendar], errors: FieldErrors) -> str:
    """Return a calendar's id by id, or by name whatever its case; the primary one by default."""
    wanted = fields.read_text(value, "calendar", errors)
    for calendar in calendars:
        if calendar.primary if wanted is None else wanted == calendar.calendar_id:
            return calendar.calendar_id
        if wanted is not None and comparable(wanted) == comparable(calendar.name):
            return calendar.calendar_id
    errors.not_recognized("calendar", f"one of {', '.join(calendar.name for calendar in calendars)}")
    return ""


def _without_times(body: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in {"start", "end", "move_days"}}


def _moved(event: Event, days: timedelta) -> date:
    # Of a time with a zone the hour stays, whatever the clocks do between the two days.
    local = event.span.start if event.span.all_day else event.span.start.astimezone(ZoneInfo(event.tzid))
    moved = local + days
    return moved.date() if event.span.all_day else moved.astimezone(UTC)


def _next_hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _default_end(start: date) -> date:
    return start + (DEFAULT_LENGTH if isinstance(start, datetime) else timedelta(days=1))


def _kept_end(start: date, event: Event) -> date:
    """Return the end that keeps an event's length; one that turns into or from all-day gets the default."""
    if isinstance(start, datetime) == event.span.all_day:
        return _default_end(start)
    return start + (event.span.end - event.span.start)


def _start_of(event: Event) -> date:
    return event.span.start.date() if event.span.all_day else event.span.start
