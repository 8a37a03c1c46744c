"""The body of an Availability call and its answer (docs: /developers/api/scheduling/availability).

Pure. Stored rules (`managed_availability`), `availability_constraints` and `excluded_events` are not simulated, and
refused. The former name of `query_periods`, `available_periods`, is taken too, as SDKs send it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.simulator.errors import NotSimulated
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_writes import must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.availability import Found, Period

FORMATS: Final = ("periods", "slots", "overlapping_slots")
_NOT_SIMULATED: Final = ("managed_availability", "availability_rule_ids", "availability_constraints")


@dataclass(frozen=True, slots=True)
class MemberQuery:
    """One person of a group."""

    sub: str
    calendar_ids: tuple[str, ...] | None
    available_periods: tuple[Period, ...] | None


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """People of whom some or all are needed."""

    members: tuple[MemberQuery, ...]
    required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityQuery:
    """What is asked."""

    groups: tuple[GroupQuery, ...]
    duration: timedelta
    periods: tuple[Period, ...]
    slot_starts: tuple[datetime, ...] | None
    start_interval: timedelta | None
    before: timedelta
    after: timedelta
    response_format: str
    max_results: int | None
    include_member_statuses: bool


def parse_availability(body: Mapping[str, object], known_subs: Collection[str]) -> AvailabilityQuery:
    """Read what is asked.

    Raises:
        InvalidRequest: something is missing or not recognized.
        NotSimulated: stored rules, constraints or excluded events are to be used.
    """
    if body.get("excluded_events"):
        raise NotSimulated("'excluded_events' of an availability query is not simulated")
    errors = FieldErrors()
    duration = _minutes(body.get("required_duration"), "required_duration", errors)
    if duration is None:
        errors.add("required_duration", must_be_specified("required_duration"))
    slot_starts = _slot_starts(body.get("query_slots"), errors)
    length = duration or timedelta(minutes=1)
    periods = tuple((start, start + length) for start in slot_starts or ())
    if slot_starts is None:
        name = "available_periods" if "available_periods" in body and "query_periods" not in body else "query_periods"
        periods = _periods(body.get(name), name, errors) or ()
        if not periods:
            errors.add(name, must_be_specified(name))
    buffer = fields.read_object(body.get("buffer"), "buffer", errors)
    response_format = fields.read_text(body.get("response_format"), "response_format", errors) or FORMATS[0]
    if response_format not in FORMATS:
        errors.not_recognized("response_format", f"one of {', '.join(FORMATS)}")
    most = fields.read_number(body.get("max_results"), "max_results", errors)
    query = AvailabilityQuery(
        groups=_groups(body.get("participants"), known_subs, errors),
        duration=length,
        periods=periods,
        slot_starts=slot_starts,
        start_interval=_minutes(body.get("start_interval"), "start_interval", errors),
        before=_buffer(buffer.get("before"), "buffer.before", errors),
        after=_buffer(buffer.get("after"), "buffer.after", errors),
        response_format=response_format,
        max_results=None if most is None else int(most),
        include_member_statuses=fields.read_boolean(
            body.get("include_member_statuses"), "include_member_statuses", errors
        ),
    )
    errors.raise_if_any()
    return query


def render_availability(query: AvailabilityQuery, found: Iterable[Found], statuses: Mapping[str, str]) -> Json:
    """The answer; times in UTC, and everybody who can."""
    items = [
        {
            "start": to_utc_seconds(one.start),
            "end": to_utc_seconds(one.end),
            "participants": [{"sub": sub} for sub in one.subs],
        }
        for one in found
    ]
    is_periods = query.response_format == FORMATS[0] and query.slot_starts is None
    answer: Json = {"available_periods" if is_periods else "available_slots": items[: query.max_results]}
    if query.include_member_statuses:
        answer["member_statuses"] = [{"sub": sub, "sync_status": status} for sub, status in statuses.items()]
    return answer


def _groups(value: object, known_subs: Collection[str], errors: FieldErrors) -> tuple[GroupQuery, ...]:
    if not isinstance(value, list) or not value:
        errors.add("participants", must_be_specified("participants"))
        return ()
    return tuple(_group(one, f"participants[{index}]", known_subs, errors) for index, one in enumerate(value))


def _group(value: object, field: str, known_subs: Collection[str], errors: FieldErrors) -> GroupQuery:
    group = fields.read_object(value, field, errors)
    listed = group.get("members")
    if not isinstance(listed, list) or not listed:
        errors.add(f"{field}.members", must_be_specified("members"))
        listed = []
    members = tuple(_member(one, f"{field}.members[{index}]", known_subs, errors) for index, one in enumerate(listed))
    required = group.get("required", "all")
    if required == "all":
        return GroupQuery(members, len(members))
    if isinstance(required, bool) or not isinstance(required, int) or not 1 <= required <= max(1, len(members)):
        errors.not_recognized(f"{field}.required", "all, or a number of members")
        required = len(members)
    return GroupQuery(members, required)


def _member(value: object, field: str, known_subs: Collection[str], errors: FieldErrors) -> MemberQuery:
    member = fields.read_object(value, field, errors)
    for name in _NOT_SIMULATED:
        if member.get(name):
            raise NotSimulated(f"'{name}' of an availability query is not simulated")
    sub = fields.read_required_text(member.get("sub"), f"{field}.sub", errors)
    if sub and sub not in known_subs:
        errors.not_recognized(f"{field}.sub", "an account that the application may use")
    return MemberQuery(
        sub,
        fields.read_texts(member.get("calendar_ids"), f"{field}.calendar_ids", errors),
        _periods(member.get("available_periods"), f"{field}.available_periods", errors),
    )


def _periods(value: object, field: str, errors: FieldErrors) -> tuple[Period, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        errors.not_recognized(field, "an array")
        return None
    periods = []
    for index, one in enumerate(value):
        period = fields.read_object(one, f"{field}[{index}]", errors)
        start = _time(period.get("start"), f"{field}[{index}].start", errors)
        end = _time(period.get("end"), f"{field}[{index}].end", errors)
        if start is not None and end is not None and start >= end:
            errors.add(f"{field}[{index}].end", fields.INVALID_TIME_PAIR)
        elif start is not None and end is not None:
            periods.append((start, end))
    return tuple(periods)


def _slot_starts(value: object, errors: FieldErrors) -> tuple[datetime, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        errors.not_recognized("query_slots", "an array")
        return None
    starts = (
        _time(fields.read_object(one, f"query_slots[{i}]", errors).get("start"), f"query_slots[{i}].start", errors)
        for i, one in enumerate(value)
    )
    return tuple(start for start in starts if start is not None)


def _time(value: object, field: str, errors: FieldErrors) -> datetime | None:
    moment = fields.read_date_or_time(value, field, errors)
    if not isinstance(moment, datetime):
        errors.not_recognized(field, "a time")
        return None
    return moment


def _buffer(value: object, field: str, errors: FieldErrors) -> timedelta:
    """Return a buffer, which may also be a range: its minimum counts."""
    if fields.is_object(value) and "minimum" in value:
        value, field = value["minimum"], f"{field}.minimum"
    return _minutes(value, field, errors) or timedelta()


def _minutes(value: object, field: str, errors: FieldErrors) -> timedelta | None:
    if value is None:
        return None
    minutes = fields.read_number(fields.read_object(value, field, errors).get("minutes"), f"{field}.minutes", errors)
    if minutes is None or not 0 <= minutes <= 60 * 24 * 366 or (field == "required_duration" and not minutes):
        errors.not_recognized(field, "an object with a number of minutes")
        return None
    return timedelta(minutes=minutes)
