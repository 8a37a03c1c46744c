"""What is sent for days and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cronofy_cli.core.api.time_limits import Clock, needs_clock, parse_limits, parse_moment
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 12, 30, 15, 999, UTC)
"""A Sunday."""
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def noon_of(day: date) -> Clock:
    return Clock(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), LONDON)


def first_and_end(from_: str | None, to: str | None, clock: Clock) -> tuple[str | None, str | None]:
    first, end = parse_limits(from_, to, clock)
    return first.text if first else None, end.text if end else None


@pytest.mark.parametrize(
    "text",
    [
        *("", "31 feb", "2026-13-01", "+99999999999d", "+99999w 9", "12:00", "2026-11-22T25:00", "next year", "0 dec"),
        *("today 25:00", "next week 14:00", "noon", "+9999999m"),
    ],
)
@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_limit_that_is_none(text: str, option: str) -> None:
    """What cannot be meant is wrong usage that names the option and shows how to write it."""
    first, last = (text, None) if option == "--from" else (None, text)
    with pytest.raises(WrongUsage, match=f"{option} does not take") as caught:
        parse_limits(first, last, Clock(NOW, LONDON))

    assert "next week" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "+99999w", "+99999m"])
def test_a_limit_beyond_the_calendar(text: str) -> None:
    """What lies outside of the years 1 to 9999 is refused as well."""
    with pytest.raises(WrongUsage):
        parse_limits(None, text, noon_of(date(9999, 1, 1)))


@pytest.mark.parametrize(
    ("text", "sent", "is_as_written"),
    [
        ("today", "2026-11-22", False),
        ("2026-11-22", "2026-11-22", True),
        ("next month", "2026-12-01", False),
        ("2026-11-22T09:24:16Z", "2026-11-22T09:24:16Z", True),
        ("2026-11-22T09:24:16.5Z", "2026-11-22T09:24:16Z", False),
        ("2026-11-22T09:24:16+01:00", "2026-11-22T08:24:16Z", False),
        ("2026-07-01T09:00", "2026-07-01T08:00:00Z", False),
        ("2026-07-01 09:00", "2026-07-01T08:00:00Z", False),
        ("now", "2026-11-22T12:30:15Z", False),
        ("today 14:00", "2026-11-22T14:00:00Z", False),
        ("1 jul 2026 at 9:30", "2026-07-01T08:30:00Z", False),
        ("next friday noon", "2026-11-27T12:00:00Z", False),
        ("2026-07-01 midnight", "2026-06-30T23:00:00Z", False),
    ],
)
def test_the_first_day(text: str, sent: str, is_as_written: bool) -> None:
    """A day is sent as a date and a time in UTC; a time without an offset is one in the zone."""
    limit, _ = parse_limits(text, None, Clock(NOW, LONDON))

    assert limit is not None
    assert (limit.text, limit.is_as_written) == (sent, is_as_written)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-11-29", "2026-11-29"),
        ("+7d", "2026-11-29"),
        ("+1m", "2026-12-22"),
        ("in 2 weeks", "2026-12-06"),
        ("today", "2026-11-23"),
        ("friday", "2026-11-28"),
        ("next friday", "2026-11-28"),
        ("24 dec", "2026-12-25"),
        ("31 dec 2026", "2027-01-01"),
        ("next week", "2026-11-30"),
        ("this month", "2026-12-01"),
        ("today 14:00", "2026-11-22T14:00:00Z"),
        ("9999-12-31", "9999-12-31"),
        ("31 dec 9999", "9999-12-31"),
    ],
)
def test_the_last_day(text: str, sent: str) -> None:
    """A last day in words is part of what is asked for; a date or a distance is where it ends, as in the API."""
    assert first_and_end(None, text, Clock(NOW, LONDON)) == (None, sent)


@pytest.mark.parametrize(
    ("from_", "to", "expected"),
    [
        ("monday", "friday", ("2026-11-23", "2026-11-28")),
        ("next monday", "monday", ("2026-11-23", "2026-11-24")),
        ("next week", "next week", ("2026-11-23", "2026-11-30")),
        ("tomorrow", "sunday", ("2026-11-23", "2026-11-30")),
        ("16 oct", "today", ("2026-10-16", "2026-11-23")),
        ("1 may", "today", ("2026-05-01", "2026-11-23")),
        ("24 dec", "2 jan", ("2026-12-24", "2027-01-03")),
        ("1 dec", "1 nov", ("2025-12-01", "2026-11-02")),
        ("29 feb", "2026-11-01", ("2024-02-29", "2026-11-01")),
        ("2027-06-15", "1 may", ("2027-06-15", "2028-05-02")),
    ],
)
def test_both_limits(from_: str, to: str, expected: tuple[str, str]) -> None:
    """A weekday or a day without its year is on its side of the other limit, as a person means it."""
    assert first_and_end(from_, to, Clock(NOW, LONDON)) == expected


@given(today=DAYS, first=DAYS, number=st.integers(0, 6))
def test_a_weekday_as_the_end(today: date, first: date, number: int) -> None:
    """`--to friday` is the next Friday that is not before the first day, and is included."""
    _, end = first_and_end(first.isoformat(), WEEKDAYS[number], noon_of(today))
    last = date.fromisoformat(end or "") - timedelta(days=1)
    event(f"the first day is {'before' if first <= today else 'after'} today")

    assert last.weekday() == number
    assert timedelta() <= last - max(first, today) < timedelta(days=7)


def test_only_what_leaves_it_open_follows_the_first_day() -> None:
    """All else is meant as seen from today, also if it contradicts the first day."""
    for words, end in (("+7d", "2026-11-29"), ("this friday", "2026-11-28"), ("2026-11-24", "2026-11-24")):
        assert first_and_end("2027-01-01", words, Clock(NOW, LONDON)) == ("2027-01-01", end)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-11-22T09:24:16Z", "2026-11-22T09:24:16Z"),
        ("now", "2026-11-22T12:30:15Z"),
        ("2h", "2026-11-22T10:30:15Z"),
        ("-2h", "2026-11-22T10:30:15Z"),
        ("-5m", "2026-11-22T12:25:15Z"),
        ("90m ago", "2026-11-22T11:00:15Z"),
        ("today", "2026-11-22T05:00:00Z"),
        ("-1d", "2026-11-21T05:00:00Z"),
        ("1d", "2026-11-21T12:30:15Z"),
        ("1 month ago", "2026-10-22T04:00:00Z"),
        ("1 jul 2026", "2026-07-01T04:00:00Z"),
        ("2026-11-20", "2026-11-20T05:00:00Z"),
        ("2 hours ago", "2026-11-22T10:30:15Z"),
        ("1 Minute ago", "2026-11-22T12:29:15Z"),
        ("sunday", "2026-11-22T05:00:00Z"),
        ("monday", "2026-11-16T05:00:00Z"),
        ("next monday", "2026-11-23T05:00:00Z"),
        ("this week", "2026-11-16T05:00:00Z"),
        ("Today 06:30", "2026-11-22T11:30:00Z"),
    ],
)
def test_moments(text: str, sent: str) -> None:
    """A duration is that long ago, a day is its start in the zone: what Cronofy makes of a mere date is not known.

    A weekday alone is the last one, since nothing can have changed after the next one.
    """
    assert parse_moment(text, Clock(NOW, NEW_YORK), option="--last-modified").text == sent


def test_today_is_the_zones() -> None:
    """Shortly before midnight in London it is tomorrow already in Tokyo."""
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert parse_moment("today", Clock(late, ZoneInfo("Asia/Tokyo")), option="--since").text == "2026-11-22T15:00:00Z"


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        (None, False),
        ("2026-11-22", False),
        ("2026-11-22T09:24:16Z", False),
        ("2026-11-22T09:24", True),
        ("today", True),
        ("2h", True),
    ],
)
def test_what_needs_a_clock(text: str | None, is_needed: bool) -> None:
    """Only dates and times in UTC are the same on any day and in any zone."""
    assert needs_clock(text) is is_needed


@given(text=st.text(max_size=20) | st.from_regex(r"[+-]?\d{1,12} ?[a-z]{0,8}", fullmatch=True), today=DAYS)
def test_nothing_else_than_wrong_usage(text: str, today: date) -> None:
    """Whatever is written, it is understood or refused, never a traceback."""
    clock = noon_of(today)
    parsers: list[Callable[[], object]] = [
        lambda: parse_limits(text, text, clock)[0],
        lambda: parse_moment(text, clock, option="--since"),
    ]
    answers = []
    for parse in parsers:
        try:
            answers.append(parse())
        except WrongUsage as error:
            answers.append(error.hint or "")

    assert all(answers)
