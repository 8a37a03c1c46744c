"""Days and times as people write them, and what is sent to Cronofy for them.

Pure: today, now and the zone are given. What Cronofy takes are dates and times in UTC (docs:
/developers/api/events/read-events/); a time of another offset, or of none, becomes one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.times import is_date, parse_time, to_utc_seconds
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import tzinfo

_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_DAYS_A_UNIT: Final = {"d": 1, "day": 1, "w": 7, "week": 7}
_SHORTEST: Final = len("mon")
_LONGEST_NUMBER: Final = len("99999")
_YEARS_TO_A_LEAP_DAY: Final = 8
"""At most so many years lie between two 29ths of February."""

_SIGNED: Final = re.compile(r"([+-])\s*(\d+)\s*(d|days?|w|weeks?)", re.ASCII)
_IN: Final = re.compile(r"in (\d+) (days?|weeks?)", re.ASCII)
_AGO: Final = re.compile(r"(\d+) (days?|weeks?) ago", re.ASCII)
_LONG_UNIT: Final = re.compile(r"\s*(?:(s)econds?|(m)inutes?|(h)ours?)$", re.ASCII)
_WEEKDAY: Final = re.compile(r"(?:(this|next|last) )?([a-z]+)")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)\.?(?:,? (\d{4}))?", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_PLAIN_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent for something that was written."""

    text: str
    is_as_written: bool
    """Whether that is what was written, so that there is nothing to tell."""


def parse_day(text: str, today: date) -> date | None:
    """Return the day that an ISO date or words name; None if they name none.

    A weekday alone is the next one, today included; `next` leaves today out. A day of a month without its year is the
    one that Cronofy knows, which is unique because the sync window is shorter than a year; else the next to come.

    Raises:
        OverflowError: it is further away than the calendar goes.
    """
    if is_date(text):
        return date.fromisoformat(text)
    words = " ".join(text.lower().split())
    if words in _NAMED:
        return today + timedelta(days=_NAMED[words])
    for find in (_by_distance, _by_weekday, _by_month):
        day = find(words, today)
        if day is not None:
            return day
    return None


def parse_limit(text: str, today: date, zone: tzinfo, *, option: str, after: date | None = None) -> Sent:
    """Return what `from` or `to` is sent as: a date, or a time in UTC. A time without an offset is one in `zone`.

    A weekday alone is the next one that is later than `after`.

    Raises:
        WrongUsage: it is neither.
    """
    try:
        day = parse_day(text.strip(), today)
        if day is not None and after is not None and day <= after and _is_weekday(text):
            day += timedelta(weeks=(after - day).days // 7 + 1)
        sent = _time(text.strip(), zone) if day is None else day.isoformat()
    except (ValueError, OverflowError) as error:
        raise _refused(text, option, "today, +7d, -2w, monday, '24 dec' or 2026-11-22") from error
    return Sent(sent, is_as_written=sent == text)


def parse_moment(text: str, now: datetime, zone: tzinfo, *, option: str) -> Sent:
    """Return the time in UTC that is sent for a time, for how long ago it was, or for the start of a day in `zone`.

    A weekday alone is the last one, today included: nothing is known of the next one yet.

    Raises:
        WrongUsage: it is none of them.
    """
    try:
        sent = _moment(text.strip(), now, zone, option)
    except (ValueError, OverflowError, WrongUsage) as error:
        raise _refused(text, option, "2026-11-22T12:00:00Z, 2h or yesterday") from error
    return Sent(sent, is_as_written=sent == text)


def _moment(text: str, now: datetime, zone: tzinfo, option: str) -> str:
    if text.lower() == "now":
        return to_utc_seconds(now)
    today = now.astimezone(zone).date()
    day = parse_day(text, today)
    if day is not None:
        day -= timedelta(weeks=1 if day > today and _is_weekday(text) else 0)
        return to_utc_seconds(datetime(day.year, day.month, day.day, tzinfo=zone))
    if _TIME.fullmatch(text):
        return _time(text, zone)
    ago = _LONG_UNIT.sub(r"\1\2\3", text.lower().removesuffix(" ago").removeprefix("-"))
    return to_utc_seconds(now - timedelta(seconds=parse_duration(ago, option=option)))


def _time(text: str, zone: tzinfo) -> str:
    if _PLAIN_UTC.fullmatch(text):
        parse_time(text)
        return text
    if not _TIME.fullmatch(text):
        raise ValueError(f"'{text}' is not a time")
    moment = datetime.fromisoformat(text.upper())
    return to_utc_seconds(moment if moment.tzinfo else moment.replace(tzinfo=zone).astimezone(UTC))


def _by_distance(words: str, today: date) -> date | None:
    if match := _SIGNED.fullmatch(words):
        return _shifted(today, match[2], match[3], backwards=match[1] == "-")
    if match := _IN.fullmatch(words):
        return _shifted(today, match[1], match[2], backwards=False)
    if match := _AGO.fullmatch(words):
        return _shifted(today, match[1], match[2], backwards=True)
    return None


def _shifted(today: date, number: str, unit: str, *, backwards: bool) -> date:
    if len(number) > _LONGEST_NUMBER:
        raise OverflowError(number)
    days = int(number) * _DAYS_A_UNIT[unit.removesuffix("s")]
    return today - timedelta(days=days) if backwards else today + timedelta(days=days)


def _by_weekday(words: str, today: date) -> date | None:
    match = _WEEKDAY.fullmatch(words)
    number = _number_of(match[2], _WEEKDAYS) if match else None
    if match is None or number is None:
        return None
    ahead = (number - today.weekday()) % 7
    if match[1] == "last":
        return today - timedelta(days=7 - ahead)
    return today + timedelta(days=7 if ahead == 0 and match[1] == "next" else ahead)


def _is_weekday(text: str) -> bool:
    return _number_of(text.strip().lower(), _WEEKDAYS) is not None


def _by_month(words: str, today: date) -> date | None:
    if match := _DAY_FIRST.fullmatch(words):
        day, name, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(words):
        name, day, year = match.groups()
    else:
        return None
    month = _number_of(name, _MONTHS)
    if month is None:
        return None
    if year is not None:
        return date(int(year), month + 1, int(day))
    return _likeliest(month + 1, int(day), today)


def _likeliest(month: int, day: int, today: date) -> date:
    known = sync_window(today)
    later: list[date] = []
    for year in range(today.year - 1, today.year + _YEARS_TO_A_LEAP_DAY + 1):
        try:
            candidate = date(year, month, day)
        except ValueError:  # the 29th of February in most years
            continue
        if candidate in known:
            return candidate
        if candidate > today:
            later.append(candidate)
    if not later:
        raise ValueError(f"month {month} has no day {day}")
    return later[0]


def _number_of(word: str, names: tuple[str, ...]) -> int | None:
    """Return the place of the name that begins with `word`; three letters are enough to tell all of them apart."""
    if len(word) < _SHORTEST:
        return None
    return next((number for number, name in enumerate(names) if name.startswith(word)), None)


def _refused(text: str, option: str, examples: str) -> WrongUsage:
    return WrongUsage(f"{option} does not take '{text}'", hint=f"write it as {examples}")
