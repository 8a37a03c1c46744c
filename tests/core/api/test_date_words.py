"""Days and times as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.date_words import DayForm, parse_days, same_day_after, same_day_before
from cronofy_cli.core.api.sync_window import sync_window

SUNDAY = date(2026, 11, 22)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-22"),
        ("Tomorrow", "2026-11-23"),
        ("yesterday", "2026-11-21"),
        ("+7d", "2026-11-29"),
        ("-2w", "2026-11-08"),
        ("+ 3 weeks", "2026-12-13"),
        ("in 3 days", "2026-11-25"),
        ("2 weeks ago", "2026-11-08"),
        ("sunday", "2026-11-22"),
        ("next sunday", "2026-11-29"),
        ("last sunday", "2026-11-15"),
        ("monday", "2026-11-23"),
        ("next mon", "2026-11-23"),
        ("this Thurs", "2026-11-26"),
        ("last saturday", "2026-11-21"),
        ("24 dec", "2026-12-24"),
        ("24th  December", "2026-12-24"),
        ("Dec 24", "2026-12-24"),
        ("1 nov", "2026-11-01"),
        ("1 oct", "2026-10-01"),
        ("10 jun", "2027-06-10"),
        ("24 dec 2025", "2025-12-24"),
        ("dec. 24, 2027", "2027-12-24"),
        ("29 feb", "2028-02-29"),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_days(text: str, expected: str) -> None:
    """Words name a day, seen from a Sunday; a day without its year is the one that Cronofy knows, or the nearest."""
    days = parse_days(text, SUNDAY)

    assert days is not None
    assert (str(days.first), str(days.last)) == (expected, expected)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("this week", "2026-11-16", "2026-11-22"),
        ("Next week", "2026-11-23", "2026-11-29"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("last month", "2026-10-01", "2026-10-31"),
    ],
)
def test_weeks_and_months(text: str, first: str, last: str) -> None:
    """A week goes from Monday to Sunday, a month from its first day to its last."""
    days = parse_days(text, SUNDAY)

    assert days is not None
    assert (str(days.first), str(days.last), days.form) == (first, last, DayForm.NAMED)


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("+1m", "2026-11-22", "2026-12-22"),
        ("+3m", "2026-11-30", "2027-02-28"),
        ("-1m", "2026-01-31", "2025-12-31"),
        ("+1 month", "2026-01-31", "2026-02-28"),
        ("2 months ago", "2026-01-15", "2025-11-15"),
        ("in 12 months", "2028-02-29", "2029-02-28"),
    ],
)
def test_months_are_counted_by_the_calendar(text: str, today: str, expected: str) -> None:
    """A month on is the same day of that month, or its last day where it is shorter."""
    days = parse_days(text, date.fromisoformat(today), m_is_months=True)

    assert days is not None
    assert str(days.first) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "someday",
        "7d",
        "mo",
        "monda y",
        "24 foo",
        "next",
        "last",
        "24",
        "december",
        "٣d",
        "+1m",
        "next year",
        "this day",
    ],
)
def test_what_is_no_day(text: str) -> None:
    """Everything else is no day, and is not guessed at."""
    assert parse_days(text, SUNDAY) is None


@given(today=DAYS, number=st.integers(0, 6), ahead=st.sampled_from(["", "this ", "next ", "last "]))
def test_weekdays(today: date, number: int, ahead: str) -> None:
    """A weekday is within a week, on the right side of today, and is that weekday."""
    days = parse_days(f"{ahead}{WEEKDAYS[number]}", today)

    assert days is not None
    day = days.first
    assert day.weekday() == number
    distance = (day - today).days
    assert distance in {"next ": range(1, 8), "last ": range(-7, 0)}.get(ahead, range(7))


@given(today=DAYS, days=st.integers(-5000, 5000))
def test_distances(today: date, days: int) -> None:
    """`+7d` and `-2w` count days, whatever the month's length."""
    for unit, distance in (("d", timedelta(days=days)), ("w", timedelta(weeks=days))):
        found = parse_days(f"{days:+d}{unit}", today)

        assert found is not None
        assert (found.first, found.form) == (today + distance, DayForm.DISTANCE)


@given(today=DAYS, day=DAYS)
def test_days_of_a_month(today: date, day: date) -> None:
    """With its year a day is that day; without, it is in the sync window if it can be, else the nearest one."""
    with_year = [parse_days(f"{day:%d %B %Y}", today), parse_days(f"{day:%b %d, %Y}", today)]
    found = parse_days(f"{day:%d %b}", today)

    assert found is not None
    assert [each and each.first for each in with_year] == [day, day]
    assert (found.first.month, found.first.day, found.form) == (day.month, day.day, DayForm.DAY_OF_MONTH)
    distance = abs(found.first - today)
    others = [found.first.replace(year=found.first.year + years) for years in (-4, 4)]
    assert found.first in sync_window(today) or all(distance < abs(other - today) for other in others)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2020, 11, 28), date(2026, 11, 28), date(2026, 11, 28)),
        (date(2020, 11, 29), date(2025, 11, 29), date(2026, 11, 29)),
        (date(2020, 11, 27), date(2026, 11, 27), date(2027, 11, 27)),
        (date(2020, 2, 29), date(2024, 2, 29), date(2028, 2, 29)),
    ],
)
def test_the_same_day_of_another_year(day: date, before: date, after: date) -> None:
    """The day itself counts both ways; a leap day is looked for in leap years."""
    today = date(2026, 11, 28)

    assert (same_day_before(day, today), same_day_after(day, today)) == (before, after)
