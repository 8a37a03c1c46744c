"""Events day by day, in the local times of a zone.

Pure. An event stands on each day that it touches: a day belongs to it by local dates, so that a day of 23 or 25 hours
is one day. Ends are exclusive: what ends at midnight is not on the day that begins then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, tzinfo

    from cronofy_cli.core.api.sync_window import Days
    from cronofy_cli.core.events.event import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on one day. Without `starts` it goes on from the day before, without `ends` into the next one."""

    event: Event
    is_all_day: bool
    starts: datetime | None = None
    """Local time; its zone tells apart the two halves of an hour that comes twice."""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What happens to the clocks on a day."""

    at: datetime
    """The local time of it, by the clock that is valid until then."""
    shift: timedelta


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """A day with its entries: all-day ones first, then by their starts."""

    day: date
    entries: tuple[Entry, ...]
    clock_change: ClockChange | None


def agenda(events: Iterable[Event], zone: tzinfo, days: Days) -> list[AgendaDay]:
    """Return the days within `days` that hold anything, in order."""
    found: dict[date, list[Entry]] = {}
    for event in events:
        for day, entry in _entries(event, zone, days):
            found.setdefault(day, []).append(entry)
    return [
        AgendaDay(day, tuple(sorted(entries, key=_order)), clock_change(day, zone))
        for day, entries in sorted(found.items())
    ]


def clock_change(day: date, zone: tzinfo) -> ClockChange | None:
    """Return how the clocks change on a day, if they do."""
    try:
        start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    except OverflowError:
        return None
    before, after = start.astimezone(zone).utcoffset(), end.astimezone(zone).utcoffset()
    if before is None or after is None or before == after:
        return None
    low, high = 0, int((end - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        moment = (start + timedelta(seconds=middle)).astimezone(zone)
        low, high = (middle, high) if moment.utcoffset() == before else (low, middle)
    at = (start + timedelta(seconds=high)).replace(tzinfo=None) + before
    return ClockChange(at, after - before)


def is_ambiguous(moment: datetime) -> bool:
    """Whether a local time comes twice on its day, because the clocks go back."""
    first, second = (moment.replace(fold=fold) for fold in (0, 1))
    first_offset, second_offset = first.utcoffset(), second.utcoffset()
    # In a gap the offsets differ the other way round.
    return first_offset is not None and second_offset is not None and first_offset > second_offset


def _entries(event: Event, zone: tzinfo, days: Days) -> Iterable[tuple[date, Entry]]:
    start, end = event.start, event.end
    if start is None:
        return
    if start.day is not None:
        until = end.day if end and end.day and end.day > start.day else None
        for day in _within(start.day, until - timedelta(days=1) if until else start.day, days):
            yield day, Entry(event, is_all_day=True)
        return
    first = _local(start.moment, zone)
    if first is None:
        return
    last = _local(end.moment, zone) if end else None
    if last is None or last.astimezone(UTC) < first.astimezone(UTC):
        last = first
    for day in _within(first.date(), _last_day(first, last), days):
        yield day, _timed(event, day, first, last, zone)


def _timed(event: Event, day: date, first: datetime, last: datetime, zone: tzinfo) -> Entry:
    begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    started, ended = first.astimezone(UTC), last.astimezone(UTC)
    if started <= begin and ended >= end:
        return Entry(event, is_all_day=True)
    starts = first if started >= begin else None
    return Entry(event, is_all_day=False, starts=starts, ends=last if ended <= end else None)


def _last_day(first: datetime, last: datetime) -> date:
    is_at_midnight = last.time() == time() and last.date() > first.date()
    return last.date() - timedelta(days=1) if is_at_midnight else last.date()


def _within(first: date, last: date, days: Days) -> Iterable[date]:
    day, last = max(first, days.first), min(last, days.end - timedelta(days=1))
    while day <= last:
        yield day
        day += timedelta(days=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return a day's start in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    try:
        return moment.astimezone(zone) if moment is not None else None
    except OverflowError:  # within a day of year 1 or 9999
        return None


def _order(entry: Entry) -> tuple[bool, float, str, str]:
    event = entry.event
    if entry.is_all_day:
        return False, 0.0, event.summary.casefold(), event.event_uid
    started = entry.starts.timestamp() if entry.starts else float("-inf")
    return True, started, event.summary.casefold(), event.event_uid
