"""Times and zones as Cronofy writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.times import is_date, names_moment, parse_time, to_utc_millis, to_utc_seconds
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage

YEARS = (datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - hypothesis adds the zones
MOMENT = datetime(2026, 4, 19, 11, 24, 16, 123999, timezone(timedelta(hours=2)))


def test_utc_with_whole_seconds() -> None:
    """As in `changes_since`: UTC, rounded down, a Z."""
    assert to_utc_seconds(MOMENT) == "2026-04-19T09:24:16Z"


def test_utc_with_milliseconds() -> None:
    """As deliveries are listed: UTC, three digits, rounded down."""
    assert to_utc_millis(MOMENT) == "2026-04-19T09:24:16.123Z"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-11-28T18:00:00Z", True),
        ("2026-11-28T19:00:00.123456+01:00", True),
        ("2026-11-28", True),
        ("2026-11-28T18:00:00", False),
        ("20261128T180000Z", False),
        ("2026-W16-7T18:00:00Z", False),
        ("0001-01-01T00:00:00+10:00", False),
        ("2026-11-28T18:00:00.%sZ" % ("0" * 3000), False),
        ("soon", False),
        ("", False),
    ],
)
def test_what_changes_can_be_asked_for_since(text: str, is_one: bool) -> None:
    """Only what Cronofy takes as a time or a date; Python takes more."""
    assert names_moment(text) is is_one


@given(st.datetimes(*YEARS, timezones=st.timezones()))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    """A time that was written is the same moment when read, to the millisecond."""
    assert timedelta() <= moment.astimezone(UTC) - parse_time(to_utc_millis(moment)) < timedelta(milliseconds=1)
    assert timedelta() <= moment.astimezone(UTC) - parse_time(to_utc_seconds(moment)) < timedelta(seconds=1)


@given(st.lists(st.datetimes(*YEARS, timezones=st.just(UTC)), min_size=2))
def test_the_order_of_texts_is_that_of_times(moments: list[datetime]) -> None:
    """The earliest of several `changes_since` is the smallest text."""
    assert min(map(to_utc_seconds, moments)) == to_utc_seconds(min(moments))


@pytest.mark.parametrize("text", ["2026-04-19T09:24:16", "2026-04-19", "soon", ""])
def test_a_time_without_an_offset_is_none(text: str) -> None:
    """Where a moment is meant, a local time is an error."""
    with pytest.raises(ValueError, match=r"offset|isoformat"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-19", True),
        ("2026-02-30", False),
        ("20260419", False),
        ("2026-W16-7", False),
        ("2026-04-19T09:24:16Z", False),
        ("", False),
    ],
)
def test_dates(text: str, expected: bool) -> None:
    """A date is year, month and day with hyphens, and one that exists."""
    assert is_date(text) is expected


def test_zones_have_iana_names() -> None:
    """A zone is found by its IANA name."""
    assert find_zone("Europe/London") == ZoneInfo("Europe/London")


@pytest.mark.parametrize("tzid", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/passwd", "GMT Standard Time"])
def test_what_is_no_zone_is_refused(tzid: str) -> None:
    """Anything else is refused before Cronofy has to."""
    with pytest.raises(WrongUsage, match="is not a time zone") as caught:
        find_zone(tzid)

    assert "Europe/London" in str(caught.value.hint)
