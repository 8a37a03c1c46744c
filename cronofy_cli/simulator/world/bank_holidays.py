"""The bank holidays of England and Wales, which the read-only calendar shows.

Pure. Only the rules; proclaimed extra days are not in here.
"""

from __future__ import annotations

from datetime import date, timedelta

MONDAY = 0
SATURDAY = 5


def bank_holidays(year: int) -> list[tuple[date, str]]:
    """Return the year's bank holidays by date."""
    easter = easter_sunday(year)
    boxing_day = date(year, 12, 26)
    christmas = _first_free(date(year, 12, 25), taken=(boxing_day,))
    holidays = [
        (_first_free(date(year, 1, 1), taken=()), "New Year's Day"),
        (easter - timedelta(days=2), "Good Friday"),
        (easter + timedelta(days=1), "Easter Monday"),
        (_monday_from(date(year, 5, 1)), "Early May bank holiday"),
        (_monday_from(date(year, 5, 25)), "Spring bank holiday"),
        (_monday_from(date(year, 8, 25)), "Summer bank holiday"),
        (christmas, "Christmas Day"),
        (_first_free(boxing_day, taken=(christmas,)), "Boxing Day"),
    ]
    return sorted(holidays)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday by the anonymous Gregorian algorithm."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _monday_from(day: date) -> date:
    return day + timedelta(days=(MONDAY - day.weekday()) % 7)


def _first_free(day: date, taken: tuple[date, ...]) -> date:
    """Return the weekday on which a holiday is kept: one on a weekend moves to the next that is free."""
    while day.weekday() >= SATURDAY or day in taken:
        day += timedelta(days=1)
    return day
