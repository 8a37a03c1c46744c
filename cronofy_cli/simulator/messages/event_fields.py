"""The fields of an event in the bodies of both sides: the application's writes and the owner's edits.

Pure. Shapes are those that Read Events shows. What only applications write is in `event_writes`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.world.model import Attendee, Conferencing, EventDetails, Location, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cronofy_cli.simulator.messages.fields import FieldErrors

TRANSPARENCIES: Final = frozenset({"opaque", "transparent", "unknown"})
STATUSES: Final = frozenset({"confirmed", "tentative", "cancelled", "unknown"})
EXTENDED_TRANSPARENCIES: Final = TRANSPARENCIES | {"working_elsewhere", "tentative", "out_of_office"}
ANSWERS: Final = frozenset({"needs_action", "accepted", "declined", "tentative", "unknown"})


def read_event_details(body: Mapping[str, object], default_tzid: str, errors: FieldErrors) -> EventDetails:
    """Return what a body says about an event. The span is set when both `start` and `end` are given."""
    tzid = read_tzid(body, default_tzid, errors)
    start = read_moment(body.get("start"), "start", tzid, errors)
    end = read_moment(body.get("end"), "end", tzid, errors)
    return EventDetails(
        summary=fields.read_text(body.get("summary"), "summary", errors),
        description=fields.read_text(body.get("description"), "description", errors),
        span=None if start is None or end is None else span_between(start, end, errors),
        tzid=tzid if start is not None or "tzid" in body else None,
        end_tzid=None if end is None else read_end_tzid(body, tzid, errors),
        location=_location(body.get("location"), errors),
        participation_status=_choice(body.get("participation_status"), "participation_status", ANSWERS, errors),
        attendees=read_attendees(body.get("attendees"), "attendees", errors),
        transparency=_choice(body.get("transparency"), "transparency", TRANSPARENCIES, errors),
        status=_choice(body.get("status"), "status", STATUSES, errors),
        categories=fields.read_texts(body.get("categories"), "categories", errors),
        event_private=_private(body.get("event_private"), errors),
        conferencing=_conferencing(body.get("conferencing"), errors),
        extended_transparency=_choice(
            body.get("extended_transparency"), "extended_transparency", EXTENDED_TRANSPARENCIES, errors
        ),
    )


def read_tzid(body: Mapping[str, object], default_tzid: str, errors: FieldErrors) -> str:
    """Return the event's zone: of `start` when that is an object, else `tzid`, else the default."""
    start = body.get("start")
    value = start.get("tzid") if fields.is_object(start) else None
    tzid = fields.read_text(value or body.get("tzid"), "tzid", errors) or default_tzid
    return fields.read_zone(tzid, "tzid", errors).key


def read_end_tzid(body: Mapping[str, object], tzid: str, errors: FieldErrors) -> str | None:
    """Return the zone of the end, where it is not that of the start."""
    end = body.get("end")
    own = fields.read_text(end.get("tzid"), "end.tzid", errors) if fields.is_object(end) else None
    end_tzid = fields.read_zone(own or tzid, "end.tzid", errors).key
    return None if end_tzid == tzid else end_tzid


def read_moment(value: object, field: str, tzid: str, errors: FieldErrors) -> date | None:
    """Return a date, or a time in UTC. It may be wrapped as `{"time": …, "tzid": …}`."""
    zone = ZoneInfo(tzid)
    if fields.is_object(value):
        own_tzid = fields.read_text(value.get("tzid"), f"{field}.tzid", errors)
        zone = fields.read_zone(own_tzid, f"{field}.tzid", errors) if own_tzid else zone
        value = value.get("time")
    return fields.read_date_or_time(value, field, errors, zone=zone)


def span_between(start: date, end: date, errors: FieldErrors) -> Span | None:
    """Return the span between two dates or two times; the end must come after the start."""
    if isinstance(start, datetime) != isinstance(end, datetime):
        errors.not_recognized("end", "the same kind as start: both dates, or both times")
        return None
    if end <= start:
        errors.add("end", fields.INVALID_TIME_PAIR)
        return None
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Span(start, end)
    return Span(datetime.combine(start, time(), UTC), datetime.combine(end, time(), UTC), all_day=True)


def _location(value: object, errors: FieldErrors) -> Location | None:
    """Return a place; the owner's edits may give its description alone."""
    if value is None:
        return None
    if isinstance(value, str):
        return Location(value)
    place = fields.read_object(value, "location", errors)
    lat, long = (fields.read_text(place.get(name), f"location.{name}", errors) for name in ("lat", "long"))
    return Location(fields.read_text(place.get("description"), "location.description", errors) or "", lat, long)


def read_attendees(value: object, field: str, errors: FieldErrors) -> tuple[Attendee, ...] | None:
    """Return the people of a list, or None when it is missing."""
    if value is None:
        return None
    if not isinstance(value, list):
        errors.not_recognized(field, "an array")
        return None
    return tuple(_attendee(person, f"{field}[{index}]", errors) for index, person in enumerate(value))


def _attendee(value: object, field: str, errors: FieldErrors) -> Attendee:
    """Return somebody invited; the owner's edits may give the address alone."""
    if isinstance(value, str):
        return Attendee(value)
    person = fields.read_object(value, field, errors)
    return Attendee(
        fields.read_required_text(person.get("email"), f"{field}.email", errors),
        fields.read_text(person.get("display_name"), f"{field}.display_name", errors) or "",
        _choice(person.get("status"), f"{field}.status", ANSWERS, errors) or "needs_action",
    )


def _conferencing(value: object, errors: FieldErrors) -> Conferencing | None:
    meeting = fields.read_object(value, "conferencing", errors)
    url = fields.read_text(meeting.get("join_url"), "conferencing.join_url", errors)
    name = fields.read_text(meeting.get("provider_name"), "conferencing.provider_name", errors)
    return Conferencing(name or "", url) if url else None


def _choice(value: object, field: str, allowed: frozenset[str], errors: FieldErrors) -> str | None:
    text = fields.read_text(value, field, errors)
    if text is not None and text not in allowed:
        errors.not_recognized(field, f"one of {', '.join(sorted(allowed))}")
    return text


def _private(value: object, errors: FieldErrors) -> bool | None:
    return None if value is None else fields.read_boolean(value, "event_private", errors)
