"""When events are, and from when to when they were moved, in words for people.

Thu 12:00-13:00              Tue 10:00 -> Wed 11:00               the event of a day near
Tue 27 Oct 10:00-11:00       Tue 27 Oct 10:00 -> 11:00            of any other day
Tue 10:00-11:00              09:30 -> 10:00, 1 day later          occurrences of a series, of one weekday or several
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.core.events.event_local_times import DAYS_OF_A_WEEK, day_words, is_near, local_time
from cronofy_cli.core.fields import decode_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, tzinfo

    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.core.events.event_local_times import LocalTime
    from cronofy_cli.core.events.event_series import ChangeGroup


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two times of one event: its start before and after, or its start and end."""

    first: LocalTime
    second: LocalTime

    @property
    def days(self) -> int:
        """How many days the second one is later."""
        return (self.second.day - self.first.day).days


def when_words(group: ChangeGroup, zone: tzinfo, today: date) -> str:
    """Return when a group's events are; empty where they do not say it."""
    events = [decode_object(change.after) for change in group.changes]
    pairs = [_pair(event.get("start"), event.get("end"), zone, second_is_end=True) for event in events]
    known = [pair for pair in pairs if pair is not None]
    return _span_words(known, today) if known else ""


def moved_words(group: ChangeGroup, zone: tzinfo, today: date) -> Iterator[str]:
    """Yield from when to when the start was moved, and the end if the length is another one too."""
    starts, ends = (_moves(group.changes, name, zone) for name in ("start", "end"))
    if starts:
        yield f"start  {_move_words(starts, today)}"
    if ends and not (starts and _distance(starts[0]) == _distance(ends[0]) is not None):
        yield f"end  {_move_words(ends, today)}"


def occurrences_words(group: ChangeGroup, zone: tzinfo, today: date) -> str:
    """Return how many occurrences a group has and of which days, or that it is a single one."""
    starts = [local_time(decode_object(change.after).get("start"), zone) for change in group.changes]
    days = sorted(start.day for start in starts if start is not None)
    if len(group.changes) == 1:
        is_told = group.first.kind is not ChangeKind.CHANGED or not days
        return "one of a series" if is_told else f"the one of {day_words(days[0], today)} of a series"
    between = f", {day_words(days[0], today)} to {day_words(days[-1], today)}" if days else ""
    return f"{len(group.changes)} of a series{between}"


def _moves(changes: Sequence[EventChange], name: str, zone: tzinfo) -> list[_Pair]:
    fields = [field for change in changes for field in change.fields if field.field == name]
    pairs = [_pair(field.before, field.after, zone, both_are_ends=name == "end") for field in fields]
    return [pair for pair in pairs if pair is not None]


def _pair(
    first: object, second: object, zone: tzinfo, *, both_are_ends: bool = False, second_is_end: bool = False
) -> _Pair | None:
    start = local_time(first, zone, is_end=both_are_ends)
    end = local_time(second, zone, is_end=both_are_ends or second_is_end)
    return None if start is None else _Pair(start, end or start)


def _distance(pair: _Pair) -> object:
    """Return how far something was moved; None where all-day became timed or the other way round."""
    old, new = pair.first.instant, pair.second.instant
    if isinstance(old, datetime) and isinstance(new, datetime):
        return new - old
    return pair.days if pair.first.clock == pair.second.clock else None


def _span_words(pairs: Sequence[_Pair], today: date) -> str:
    pair = pairs[0]
    first, second = _both(pairs, today)
    is_one_moment = pair.first.instant == pair.second.instant
    dash = "-" if second[:1].isdigit() else " - "
    words = first if first == second or is_one_moment else f"{first}{dash}{second}"
    return f"{words or 'all day'}{_zone(pairs)}"


def _move_words(pairs: Sequence[_Pair], today: date) -> str:
    first, second = _both(pairs, today)
    days = pairs[0].days
    words = f"{first or 'all day'} -> {second or 'all day'}{_zone(pairs)}"
    # The names of two days tell how far it was moved, unless they are left out or weeks apart.
    if len(pairs) == 1 or days == 0 or (len(_weekdays(pairs)) == 1 and abs(days) < DAYS_OF_A_WEEK):
        return words
    unit = "day" if abs(days) == 1 else "days"
    return f"{words}, {abs(days)} {unit} {'later' if days > 0 else 'earlier'}"


def _both(pairs: Sequence[_Pair], today: date) -> tuple[str, str]:
    """Return the two times; what they share, a day or a zone, is said once."""
    pair = pairs[0]
    first_day, second_day = _day_words(pairs, today)
    is_mixed = (pair.first.clock is None) != (pair.second.clock is None)
    if pair.days == 0 and not is_mixed and pair.second.clock is not None:
        second_day = ""
    first_zone = f" {pair.first.tzid}" if pair.first.tzid != pair.second.tzid and pair.first.tzid else ""
    return (
        _time_words(first_day, pair.first, is_mixed=is_mixed) + first_zone,
        _time_words(second_day, pair.second, is_mixed=is_mixed),
    )


def _day_words(pairs: Sequence[_Pair], today: date) -> tuple[str, str]:
    """Return the days of one event; of several the weekdays, or nothing where these differ."""
    first, second = pairs[0].first.day, pairs[0].second.day
    if len(pairs) > 1:
        return (f"{first:%a}", f"{second:%a}") if len(_weekdays(pairs)) == 1 else ("", "")
    near = is_near(first, today) and is_near(second, today)
    return day_words(first, today, is_near=near), day_words(second, today, is_near=near)


def _weekdays(pairs: Sequence[_Pair]) -> set[int]:
    """The days between two times of alike events are as many, so the first one's weekday tells both."""
    return {pair.first.day.weekday() for pair in pairs}


def _time_words(day: str, time: LocalTime, *, is_mixed: bool) -> str:
    clock = time.clock or ("all day" if is_mixed else "")
    return " ".join(part for part in (day, clock) if part)


def _zone(pairs: Sequence[_Pair]) -> str:
    """Return the zone of the later times, if the reader's clock shows something else at any of them."""
    tzid = pairs[0].second.tzid
    return f" {tzid}" if tzid and any(pair.second.is_elsewhere for pair in pairs) else ""
