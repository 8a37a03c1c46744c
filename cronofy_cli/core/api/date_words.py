"""Days as people write them: dates, weekdays, days of a month, weeks, months and distances.

Pure: today is given. What is sent to Cronofy for them is in `time_limits`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import Enum, auto
from typing import Final, NamedTuple

from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.times import is_date

_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WHICH: Final = {"last": -1, "this": 0, "next": 1}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_DAYS_A_UNIT: Final = {"d": 1, "day": 1, "w": 7, "week": 7}
_MONTHS_A_YEAR: Final = 12
_SHORTEST: Final = len("mon")
_LONGEST_NUMBER: Final = len("99999")
_YEARS_TO_A_LEAP_DAY: Final = 8
"""At most this many years lie between two 29ths of February."""

_UNIT: Final = r"(d|days?|w|weeks?|months?)"
_SIGNED: Final = re.compile(rf"([+-])\s*(\d+)\s*{_UNIT}", re.ASCII)
_SIGNED_MONTHS: Final = re.compile(r"([+-])\s*(\d+)\s*m", re.ASCII)
_IN: Final = re.compile(rf"in (\d+) {_UNIT}", re.ASCII)
_AGO: Final = re.compile(rf"(\d+) {_UNIT} ago", re.ASCII)
_PERIOD: Final = re.compile(r"(this|next|last) (week|month)")
_WEEKDAY: Final = re.compile(r"(?:(this|next|last) )?([a-z]+)")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)\.?(?:,? (\d{4}))?", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?", re.ASCII)


class DayForm(Enum):
    """How days were written."""

    DATE = auto()
    """A date of the API, such as 2026-11-22."""
    DISTANCE = auto()
    """Counted from today: +7d, '2 weeks ago'."""
    WEEKDAY = auto()
    """A weekday alone."""
    DAY_OF_MONTH = auto()
    """A day and a month without a year."""
    NAMED = auto()
    """Words for one day or several: today, 'next friday', 'this week', '24 dec 2026'."""


class Days(NamedTuple):
    """The days that somebody wrote, the first and the last one included."""

    first: date
    last: date
    form: DayForm


def parse_days(text: str, today: date, *, m_is_months: bool = False) -> Days | None:
    """Return the days that an ISO date or words name; None if they name none.

    A weekday alone is the next one, today included; `next` leaves today out. A day of a month without its year is the
    one that Cronofy knows, which is unique because the sync window is shorter than a year; else the nearest. A week
    begins on Monday. `+1m` is a month only where `m_is_months`: elsewhere `m` are minutes.

    Raises:
        OverflowError: it is further away than the calendar goes.
        ValueError: the month has no such day.
    """
    if is_date(text):
        return _one(date.fromisoformat(text), DayForm.DATE)
    words = " ".join(text.lower().split())
    if words in _NAMED:
        return _one(today + timedelta(days=_NAMED[words]), DayForm.NAMED)
    if m_is_months and (match := _SIGNED_MONTHS.fullmatch(words)):
        return _one(_shifted(today, match[2], "month", backwards=match[1] == "-"), DayForm.DISTANCE)
    return (
        _by_distance(words, today) or _by_period(words, today) or _by_weekday(words, today) or _by_month(words, today)
    )


def same_day_before(day: date, latest: date) -> date:
    """Return the last day of the same month and number that is not after `latest`."""
    return next(
        found
        for year in range(latest.year, latest.year - _YEARS_TO_A_LEAP_DAY - 1, -1)
        if (found := _day_in(year, day.month, day.day)) is not None and found <= latest
    )


def same_day_after(day: date, earliest: date) -> date:
    """Return the first day of the same month and number that is not before `earliest`."""
    return next(
        found
        for year in range(earliest.year, earliest.year + _YEARS_TO_A_LEAP_DAY + 1)
        if (found := _day_in(year, day.month, day.day)) is not None and found >= earliest
    )


def _one(day: date, form: DayForm) -> Days:
    return Days(day, day, form)


def _by_distance(words: str, today: date) -> Days | None:
    if match := _SIGNED.fullmatch(words):
        day = _shifted(today, match[2], match[3], backwards=match[1] == "-")
    elif match := _IN.fullmatch(words):
        day = _shifted(today, match[1], match[2], backwards=False)
    elif match := _AGO.fullmatch(words):
        day = _shifted(today, match[1], match[2], backwards=True)
    else:
        return None
    return _one(day, DayForm.DISTANCE)


def _shifted(today: date, number: str, unit: str, *, backwards: bool) -> date:
    if len(number) > _LONGEST_NUMBER:
        raise OverflowError(number)
    count = -int(number) if backwards else int(number)
    if unit.startswith("month"):
        first = _first_of_month(today, count)
        return first.replace(day=min(today.day, monthrange(first.year, first.month)[1]))
    return today + timedelta(days=count * _DAYS_A_UNIT[unit.removesuffix("s")])


def _first_of_month(today: date, months_ahead: int) -> date:
    months = today.year * _MONTHS_A_YEAR + today.month - 1 + months_ahead
    year, month = divmod(months, _MONTHS_A_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(year)
    return date(year, month + 1, 1)


def _by_period(words: str, today: date) -> Days | None:
    match = _PERIOD.fullmatch(words)
    if match is None:
        return None
    ahead = _WHICH[match[1]]
    if match[2] == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
        return Days(monday, monday + timedelta(days=6), DayForm.NAMED)
    first = _first_of_month(today, ahead)
    return Days(first, first.replace(day=monthrange(first.year, first.month)[1]), DayForm.NAMED)


def _by_weekday(words: str, today: date) -> Days | None:
    match = _WEEKDAY.fullmatch(words)
    number = _number_of(match[2], _WEEKDAYS) if match else None
    if match is None or number is None:
        return None
    ahead = (number - today.weekday()) % 7
    if match[1] == "last":
        return _one(today - timedelta(days=7 - ahead), DayForm.NAMED)
    day = today + timedelta(days=7 if ahead == 0 and match[1] == "next" else ahead)
    return _one(day, DayForm.WEEKDAY if match[1] is None else DayForm.NAMED)


def _by_month(words: str, today: date) -> Days | None:
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
        return _one(date(int(year), month + 1, int(day)), DayForm.NAMED)
    return _one(_likeliest(month + 1, int(day), today), DayForm.DAY_OF_MONTH)


def _likeliest(month: int, day: int, today: date) -> date:
    years = range(today.year - _YEARS_TO_A_LEAP_DAY, today.year + _YEARS_TO_A_LEAP_DAY + 1)
    candidates = [found for year in years if (found := _day_in(year, month, day)) is not None]
    if not candidates:
        raise ValueError(f"month {month} has no day {day}")
    known = sync_window(today)
    return next((found for found in candidates if found in known), min(candidates, key=lambda each: abs(each - today)))


def _day_in(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # the 29th of February in most years
        return None


def _number_of(word: str, names: tuple[str, ...]) -> int | None:
    """Return the place of the name that begins with `word`; three letters are enough to tell all of them apart."""
    if len(word) < _SHORTEST:
        return None
    return next((number for number, name in enumerate(names) if name.startswith(word)), None)
