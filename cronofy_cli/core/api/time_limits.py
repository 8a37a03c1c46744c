"""What is sent to Cronofy for the days and times that somebody wrote.

Pure: now and the zone are given. What Cronofy takes are dates and times in UTC (docs:
/developers/api/events/read-events/); a time of another offset, or of none, becomes one. `to` is not part of what is
asked for there, so that a day that is named in words is sent as the day after it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.core.api.date_words import DayForm, Days, parse_days, same_day_after, same_day_before
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.times import is_date, parse_time, to_utc_seconds
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import tzinfo

_LIMIT_EXAMPLES: Final = "today, +7d, -2w, friday, 'next week', 'today 14:00', '24 dec' or 2026-11-22"
_MOMENT_EXAMPLES: Final = "2026-11-22T12:00:00Z, 2h, yesterday or 'today 14:00'"
_LONG_UNIT: Final = re.compile(r"\s*(?:(s)econds?|(m)inutes?|(h)ours?)$", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_PLAIN_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY_AND_TIME: Final = re.compile(r"(.+?)(?: at)? (\d{1,2}:\d\d|noon|midnight)", re.ASCII)
_NAMED_TIMES: Final = {"noon": time(12), "midnight": time()}
_DAYS_THAT_END_THEMSELVES: Final = {DayForm.DATE, DayForm.DISTANCE}
"""Written so, the end is the day after the last one, as in the API."""


class Sent(NamedTuple):
    """What is sent for something that was written."""

    text: str
    is_as_written: bool
    """Whether that is what was written, so that there is nothing to report."""


class Clock(NamedTuple):
    """When something is asked: now, and the zone that days and times without an offset are meant in."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """This day in the zone."""
        return self.now.astimezone(self.zone).date()


def parse_limits(from_: str | None, to: str | None, clock: Clock) -> tuple[Sent | None, Sent | None]:
    """Return what `from` and `to` are sent as: dates, or times in UTC.

    A day that words name is part of what is asked for, as first and as last day: `--from monday --to friday` ends on
    Friday. A date such as 2026-11-29, or a distance such as +7d, ends before that day, as in the API. A weekday alone
    as the last day is the next one from the first day on; a day of a month without its year is on its side of the
    other one.

    Raises:
        WrongUsage: one of them is neither a day nor a time.
    """
    first = _parse_limit(from_, clock, "--from")
    last = _parse_limit(to, clock, "--to")
    if isinstance(first, Days) and isinstance(last, Days):
        first, last = _in_order(first, last)
    return _sent(from_, _first_text(first)), _sent(to, _end_text(last))


def parse_moment(text: str, clock: Clock, *, option: str) -> Sent:
    """Return the time in UTC that is sent for a time, for how long ago it was, or for the start of days in the zone.

    A weekday alone is the last one, today included: nothing is known of the next one yet.

    Raises:
        WrongUsage: it is none of them.
    """
    try:
        sent = _moment(text.strip(), clock, option)
    except (ValueError, OverflowError, WrongUsage) as error:
        raise _refused(text, option, _MOMENT_EXAMPLES) from error
    return Sent(sent, is_as_written=sent == text)


def needs_clock(text: str | None) -> bool:
    """Whether it depends on the day what is sent for something that was written."""
    return text is not None and not (is_date(text) or _PLAIN_UTC.fullmatch(text))


def _parse_limit(text: str | None, clock: Clock, option: str) -> Days | str | None:
    if text is None:
        return None
    written = text.strip()
    try:
        return parse_days(written, clock.today, m_is_months=True) or _time(written, clock)
    except (ValueError, OverflowError) as error:
        raise _refused(text, option, _LIMIT_EXAMPLES) from error


def _in_order(first: Days, last: Days) -> tuple[Days, Days]:
    if first.first <= last.last:
        return first, last
    if last.form is DayForm.WEEKDAY:
        weeks = -(-(first.first - last.last).days // 7)
        return first, _moved(last, last.last + timedelta(weeks=weeks))
    if first.form is DayForm.DAY_OF_MONTH:
        return _moved(first, same_day_before(first.first, last.last)), last
    if last.form is DayForm.DAY_OF_MONTH:
        return first, _moved(last, same_day_after(last.last, first.first))
    return first, last


def _moved(days: Days, day: date) -> Days:
    return days._replace(first=day, last=day)


def _first_text(limit: Days | str | None) -> str | None:
    return limit.first.isoformat() if isinstance(limit, Days) else limit


def _end_text(limit: Days | str | None) -> str | None:
    if not isinstance(limit, Days):
        return limit
    if limit.form in _DAYS_THAT_END_THEMSELVES or limit.last == date.max:
        return limit.last.isoformat()
    return (limit.last + timedelta(days=1)).isoformat()


def _sent(written: str | None, text: str | None) -> Sent | None:
    return None if text is None else Sent(text, is_as_written=text == written)


def _moment(text: str, clock: Clock, option: str) -> str:
    days = parse_days(text, clock.today)
    if days is not None:
        day = days.first - timedelta(weeks=1 if days.first > clock.today and days.form is DayForm.WEEKDAY else 0)
        return to_utc_seconds(datetime(day.year, day.month, day.day, tzinfo=clock.zone))
    if text.lower() == "now" or _TIME.fullmatch(text) or _DAY_AND_TIME.fullmatch(text.lower()):
        return _time(text, clock)
    ago = _LONG_UNIT.sub(r"\1\2\3", text.lower().removesuffix(" ago").removeprefix("-"))
    return to_utc_seconds(clock.now - timedelta(seconds=parse_duration(ago, option=option)))


def _time(text: str, clock: Clock) -> str:
    if text.lower() == "now":
        return to_utc_seconds(clock.now)
    if _PLAIN_UTC.fullmatch(text):
        parse_time(text)
        return text
    if _TIME.fullmatch(text):
        moment = datetime.fromisoformat(text.upper())
    elif match := _DAY_AND_TIME.fullmatch(" ".join(text.lower().split())):
        moment = datetime.combine(_only_day(match[1], clock.today), _time_of_day(match[2]))
    else:
        raise ValueError(f"'{text}' is not a time")
    return to_utc_seconds(moment if moment.tzinfo else moment.replace(tzinfo=clock.zone).astimezone(UTC))


def _only_day(text: str, today: date) -> date:
    days = parse_days(text, today)
    if days is None or days.first != days.last:
        raise ValueError(f"'{text}' is not one day")
    return days.first


def _time_of_day(text: str) -> time:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _refused(text: str, option: str, examples: str) -> WrongUsage:
    return WrongUsage(f"{option} does not take '{text}'", hint=f"write it as {examples}")
