"""Events and busy periods as they are shown to people, read from the bytes that the server sent.

A field of an unexpected type is as good as missing: one odd event must not end a read of thousands. Text is kept as
it came; output cleans it. What changed between two states of an event is not known here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.fields import as_object, decode_object, flag, text
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import is_date, parse_time

if TYPE_CHECKING:
    from datetime import tzinfo

    import msgspec

    from cronofy_cli.core.fields import Fields


class EventTime(NamedTuple):
    """The start or end of an event: a day, a moment, or text that is neither.

    Sent as a string, or with `localized_times` as an object (docs: /developers/api/events/read-events/).
    """

    text: str
    day: date | None = None
    moment: datetime | None = None
    tzid: str | None = None
    """The event's own zone, as far as the provider knows it."""


class Event(NamedTuple):
    """An event of Read Events. `raw` is the server's own JSON."""

    event_uid: str
    event_id: str | None
    """The application's own id; only on events that it manages."""
    calendar_id: str
    summary: str
    start: EventTime | None
    end: EventTime | None
    """Exclusive: an all-day event of one day ends on the next."""
    deleted: bool
    created: datetime | None
    updated: datetime | None
    location: str | None
    status: str | None
    participation_status: str | None
    transparency: str | None
    recurring: bool
    event_private: bool
    meeting_url: str | None
    raw: bytes


class FreeBusyPeriod(NamedTuple):
    """A period of Free/Busy. `raw` is the server's own JSON."""

    calendar_id: str
    start: EventTime | None
    end: EventTime | None
    free_busy_status: str
    event_uid: str | None
    event_id: str | None
    deleted: bool
    raw: bytes


def parse_event(raw: bytes | msgspec.Raw) -> Event:
    """Read an event of Read Events."""
    fields = decode_object(raw)
    return Event(
        event_uid=text(fields, "event_uid") or "",
        event_id=text(fields, "event_id"),
        calendar_id=text(fields, "calendar_id") or "",
        summary=text(fields, "summary") or "",
        start=event_time(fields.get("start")),
        end=event_time(fields.get("end")),
        deleted=flag(fields, "deleted"),
        created=_moment(text(fields, "created")),
        updated=_moment(text(fields, "updated")),
        location=text(as_object(fields.get("location")), "description"),
        # Answers of about 2014 to 2016 have `event_status`.
        status=text(fields, "status") or text(fields, "event_status"),
        participation_status=text(fields, "participation_status"),
        transparency=text(fields, "transparency"),
        recurring=flag(fields, "recurring"),
        event_private=flag(fields, "event_private"),
        meeting_url=_meeting_url(fields),
        raw=bytes(raw),
    )


def parse_period(raw: bytes | msgspec.Raw) -> FreeBusyPeriod:
    """Read a period of Free/Busy."""
    fields = decode_object(raw)
    return FreeBusyPeriod(
        calendar_id=text(fields, "calendar_id") or "",
        start=event_time(fields.get("start")),
        end=event_time(fields.get("end")),
        free_busy_status=text(fields, "free_busy_status") or "unknown",
        event_uid=text(fields, "event_uid"),
        event_id=text(fields, "event_id"),
        deleted=flag(fields, "deleted"),
        raw=bytes(raw),
    )


def event_time(value: object) -> EventTime | None:
    """Read `start` or `end`; None when it is neither a string nor an object with one."""
    localized = as_object(value)
    sent = text(localized, "time") if localized else value
    if not isinstance(sent, str):
        return None
    day = date.fromisoformat(sent) if is_date(sent) else None
    return EventTime(sent, day=day, moment=None if day else _moment(sent), tzid=text(localized, "tzid"))


def describe_when(start: EventTime | None, end: EventTime | None, zone: tzinfo, *, this_year: int | None = None) -> str:
    """Return when something is, for people: `Tue 24 Nov 10:00-11:00`, `Thu 24 Dec`, `Thu 24 Dec - Sat 26 Dec`.

    Moments are shown in `zone`. Days outside `this_year` carry their year; without it none does.
    """
    if start is None:
        return ""
    first, last = _local(start, zone), _local(end or start, zone)
    if start.day and end and end.day and end.day > start.day:
        last = end.day - timedelta(days=1)
    if first is None or last is None:
        return clean(start.text if end is None else f"{start.text} - {end.text}")
    if isinstance(first, datetime) and isinstance(last, datetime) and first.date() == last.date():
        until = "" if first == last else f"-{last:%H:%M}"
        return f"{_day_words(first, this_year)} {first:%H:%M}{until}"
    from_words, to_words = _words(first, this_year), _words(last, this_year)
    return from_words if from_words == to_words else f"{from_words} - {to_words}"


def _local(time: EventTime, zone: tzinfo) -> date | datetime | None:
    if time.moment is None:
        return time.day
    try:
        return time.moment.astimezone(zone)
    except OverflowError:  # within a day of year 1 or 9999
        return None


def _words(when: date, this_year: int | None) -> str:
    hours = f" {when:%H:%M}" if isinstance(when, datetime) else ""
    return _day_words(when, this_year) + hours


def _day_words(when: date, this_year: int | None) -> str:
    year = "" if this_year in {None, when.year} else f" {when.year}"
    return f"{when:%a} {when.day} {when:%b}{year}"


def _moment(sent: str | None) -> datetime | None:
    try:
        return parse_time(sent) if sent else None
    except ValueError:
        return None


def _meeting_url(fields: Fields) -> str | None:
    return text(fields, "meeting_url") or text(as_object(fields.get("conferencing")), "join_url")
