"""An event's times as its people see them: the day and the clock on the wall in the event's own zone.

The own zone is known only where `localized_times` was asked for, and "best effort" then: providers without zones give
`Etc/UTC` (docs: /developers/api/events/read-events/). Where it is not known the reader's zone stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.event import event_time
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from cronofy_cli.core.events.event import EventTime

_NO_ZONE: Final = frozenset({"Etc/UTC", "UTC"})
DAYS_OF_A_WEEK: Final = 7
"""How many days from today on are told apart by their names alone."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A start or an end: a day, with a clock unless it is all-day."""

    day: date
    clock: str | None
    instant: object
    """For differences: the moment, or the day."""
    tzid: str | None
    """Where the clock hangs; None for the reader's zone."""
    is_elsewhere: bool
    """Whether the reader's clock shows something else."""


def local_time(value: object, zone: tzinfo, *, is_end: bool = False) -> LocalTime | None:
    """Return an API's `start` or `end` in the event's zone, else in the reader's; None if it is no time.

    The end of an all-day event is exclusive: it becomes the last day.
    """
    time = event_time(value)
    if time is None:
        return None
    if time.day is not None:
        shown = time.day - timedelta(days=1) if is_end and time.day.toordinal() > 1 else time.day
        return LocalTime(shown, None, time.day, None, is_elsewhere=False)
    if time.moment is None:
        return None
    own = _own_zone(time)
    try:
        there, here = time.moment.astimezone(own or zone), time.moment.astimezone(zone)
    except OverflowError:  # within a day of year 1 or 9999
        return None
    return LocalTime(
        day=there.date(),
        clock=f"{there:%H:%M}",
        instant=time.moment,
        tzid=time.tzid if own else None,
        is_elsewhere=there.utcoffset() != here.utcoffset(),
    )


def day_words(day: date, today: date, *, is_near: bool = False) -> str:
    """Return `Tue` if that is enough, else `Tue 27 Oct`, with the year if it is not this one."""
    if is_near:
        return f"{day:%a}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{year}"


def is_near(day: date, today: date) -> bool:
    """Whether a day is within the week that begins today."""
    return 0 <= (day - today).days < DAYS_OF_A_WEEK


def _own_zone(time: EventTime) -> tzinfo | None:
    if time.tzid is None or time.tzid in _NO_ZONE:
        return None
    try:
        return find_zone(time.tzid)
    except WrongUsage:
        return None
