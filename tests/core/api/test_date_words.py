"""Days and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.date_words import parse_day, parse_limit, parse_moment
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.core.api.date_words import Sent

SUNDAY = date(2026, 11, 22)
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 12, 30, 15, 999, UTC)
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
        ("1 oct", "2027-10-01"),
        ("10 jun", "2027-06-10"),
        ("24 dec 2025", "2025-12-24"),
        ("dec. 24, 2027", "2027-12-24"),
        ("29 feb", "2028-02-29"),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_days(text: str, expected: str) -> None:
    """Words name a day, seen from a Sunday; a day without its year is the one that Cronofy knows, or the next."""
    assert str(parse_day(text, SUNDAY)) == expected


@pytest.mark.parametrize(
    "text", ["", "someday", "7d", "mo", "monda y", "24 foo", "next", "last", "24", "december", "٣d"]
)
def test_what_is_no_day(text: str) -> None:
    """Everything else is no day, and is not guessed at."""
    assert parse_day(text, SUNDAY) is None


@pytest.mark.parametrize(
    "text",
    ["", "31 feb", "2026-13-01", "+99999999999d", "+99999w 9", "12:00", "2026-11-22T25:00", "next year", "0 dec"],
)
def test_a_limit_that_is_none(text: str) -> None:
    """What cannot be meant is wrong usage that names the option and shows how to write it."""
    with pytest.raises(WrongUsage, match="--from does not take") as caught:
        parse_limit(text, SUNDAY, LONDON, option="--from")

    assert "monday" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "+99999w"])
def test_a_limit_beyond_the_calendar(text: str) -> None:
    """What lies outside of the years 1 to 9999 is refused as well."""
    with pytest.raises(WrongUsage):
        parse_limit(text, date(9999, 1, 1), LONDON, option="--to")


@pytest.mark.parametrize(
    ("text", "sent", "is_as_written"),
    [
        ("today", "2026-11-22", False),
        ("2026-11-22", "2026-11-22", True),
        ("2026-11-22T09:24:16Z", "2026-11-22T09:24:16Z", True),
        ("2026-11-22T09:24:16.5Z", "2026-11-22T09:24:16Z", False),
        ("2026-11-22T09:24:16+01:00", "2026-11-22T08:24:16Z", False),
        ("2026-07-01T09:00", "2026-07-01T08:00:00Z", False),
        ("2026-07-01 09:00", "2026-07-01T08:00:00Z", False),
    ],
)
def test_limits(text: str, sent: str, is_as_written: bool) -> None:
    """A day is sent as a date and a time in UTC; a time without an offset is one in the zone."""
    limit = parse_limit(text, SUNDAY, LONDON, option="--from")

    assert (limit.text, limit.is_as_written) == (sent, is_as_written)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-11-22T09:24:16Z", "2026-11-22T09:24:16Z"),
        ("now", "2026-11-22T12:30:15Z"),
        ("2h", "2026-11-22T10:30:15Z"),
        ("-2h", "2026-11-22T10:30:15Z"),
        ("90m ago", "2026-11-22T11:00:15Z"),
        ("today", "2026-11-22T05:00:00Z"),
        ("-1d", "2026-11-21T05:00:00Z"),
        ("1d", "2026-11-21T12:30:15Z"),
        ("1 jul 2026", "2026-07-01T04:00:00Z"),
        ("2026-11-20", "2026-11-20T05:00:00Z"),
        ("2 hours ago", "2026-11-22T10:30:15Z"),
        ("1 Minute ago", "2026-11-22T12:29:15Z"),
        ("sunday", "2026-11-22T05:00:00Z"),
        ("monday", "2026-11-16T05:00:00Z"),
        ("next monday", "2026-11-23T05:00:00Z"),
    ],
)
def test_moments(text: str, sent: str) -> None:
    """A duration is so long ago, a day is its start in the zone: what Cronofy makes of a mere date is not known.

    A weekday alone is the last one, since nothing can have changed after the next one.
    """
    assert parse_moment(text, NOW, NEW_YORK, option="--last-modified").text == sent


def test_today_is_the_zones() -> None:
    """Shortly before midnight in London it is tomorrow already in Tokyo."""
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert parse_moment("today", late, ZoneInfo("Asia/Tokyo"), option="--since").text == "2026-11-22T15:00:00Z"


@given(today=DAYS, number=st.integers(0, 6), ahead=st.sampled_from(["", "this ", "next ", "last "]))
def test_weekdays(today: date, number: int, ahead: str) -> None:
    """A weekday is within a week, on the right side of today, and is that weekday."""
    day = parse_day(f"{ahead}{WEEKDAYS[number]}", today)

    assert day is not None
    assert day.weekday() == number
    distance = (day - today).days
    assert distance in {"next ": range(1, 8), "last ": range(-7, 0)}.get(ahead, range(7))


@given(today=DAYS, first=DAYS, number=st.integers(0, 6))
def test_a_weekday_as_the_end(today: date, first: date, number: int) -> None:
    """`--to friday` is the next Friday, but never one that is not after the first day: `--from monday --to friday`."""
    sent = parse_limit(WEEKDAYS[number], today, LONDON, option="--to", after=first)
    day, usual = date.fromisoformat(sent.text), parse_day(WEEKDAYS[number], today)

    assert usual is not None
    assert day == usual if usual > first else first < day <= first + timedelta(days=7)
    assert day.weekday() == number


def test_only_a_weekday_alone_follows_the_first_day() -> None:
    """All else is meant as seen from today, also if it contradicts the first day."""
    for words, day in (("+7d", "2026-11-29"), ("this friday", "2026-11-27"), ("2026-11-24", "2026-11-24")):
        assert parse_limit(words, SUNDAY, LONDON, option="--to", after=date(2027, 1, 1)).text == day


@given(today=DAYS, days=st.integers(-5000, 5000))
def test_distances(today: date, days: int) -> None:
    """`+7d` and `-2w` count days, whatever the month's length."""
    assert parse_day(f"{days:+d}d", today) == today + timedelta(days=days)
    assert parse_day(f"{days:+d}w", today) == today + timedelta(weeks=days)


@given(today=DAYS, day=DAYS)
def test_days_of_a_month(today: date, day: date) -> None:
    """With its year a day is that day; without, it is in the sync window if it can be, else still to come."""
    found = parse_day(f"{day:%d %b}", today)

    assert parse_day(f"{day:%d %B %Y}", today) == parse_day(f"{day:%b %d, %Y}", today) == day
    assert found is not None
    assert (found.month, found.day) == (day.month, day.day)
    assert found in sync_window(today) or found > today


@given(text=st.text(max_size=20) | st.from_regex(r"[+-]?\d{1,12} ?[a-z]{0,8}", fullmatch=True), today=DAYS)
def test_nothing_else_than_wrong_usage(text: str, today: date) -> None:
    """Whatever is written, it is understood or refused, never a traceback."""
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    parsers: list[Callable[[], Sent]] = [
        lambda: parse_limit(text, today, LONDON, option="--to"),
        lambda: parse_moment(text, now, LONDON, option="--since"),
    ]
    answers = []
    for parse in parsers:
        try:
            answers.append(parse().text)
        except WrongUsage as error:
            answers.append(error.hint or "")

    assert all(answers)
