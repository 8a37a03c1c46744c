"""Windows of time: what Read Events asks for, and the sync window beyond which Cronofy knows nothing.

Pure. A window has two pairs of bounds, since all-day events have dates and no zone of their own: they are held against
dates, everything else against instants.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from cronofy_cli.simulator.world.model import Event, Span

SYNC_DAYS_BACK: Final = 42
SYNC_DAYS_AHEAD: Final = 201
"""The default sync window (docs: /developers/api/events/free-busy/)."""

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class Window(NamedTuple):
    """From and until, the latter excluded. Dates are midnights in UTC, as in `Span`."""

    start: datetime = _EARLIEST
    end: datetime = _LATEST
    first_date: datetime = _EARLIEST
    end_date: datetime = _LATEST

    def holds(self, span: Span) -> bool:
        """Whether a span starts before the end and ends on or after the start.

        That is what Read Events promises (docs: /developers/api/events/read-events/). The end of an all-day span is the
        day after its last one, so it must lie after the start.
        """
        if span.all_day:
            return span.start < self.end_date and span.end > self.first_date
        return span.start < self.end and span.end >= self.start

    def holds_any(self, event: Event) -> bool:
        """Whether an event is in the window, or ever was."""
        return any(self.holds(span) for span in event.all_spans)

    def cut_to(self, other: Window) -> Window:
        """Return the part that both share; it holds nothing when they share none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        first_date, end_date = max(self.first_date, other.first_date), min(self.end_date, other.end_date)
        if start >= end or first_date >= end_date:
            return _NOTHING
        return Window(start, end, first_date, end_date)


_NOTHING: Final = Window(_LATEST, _EARLIEST, _LATEST, _EARLIEST)


def window_between(earliest: date | None, latest: date | None, zone: ZoneInfo) -> Window:
    """Return the window between two dates or times; None leaves that side open."""
    window = Window()
    start, first_date = (window.start, window.first_date) if earliest is None else _bounds(earliest, zone)
    end, end_date = (window.end, window.end_date) if latest is None else _bounds(latest, zone, round_up=True)
    return Window(start, end, first_date, end_date)


def sync_window(now: datetime, zone: ZoneInfo) -> Window:
    """Return the window that Cronofy keeps in step with the calendar."""
    today = now.astimezone(zone).date()
    return window_between(today - timedelta(days=SYNC_DAYS_BACK), today + timedelta(days=SYNC_DAYS_AHEAD), zone)


def _bounds(limit: date, zone: ZoneInfo, *, round_up: bool = False) -> tuple[datetime, datetime]:
    """Return a limit as an instant and as a date."""
    if not isinstance(limit, datetime):
        return datetime.combine(limit, time(), zone).astimezone(UTC), datetime.combine(limit, time(), UTC)
    local = limit.astimezone(zone)
    midnight = datetime.combine(local.date(), time(), UTC)
    is_inside_day = local.time() != time()
    return limit.astimezone(UTC), midnight + timedelta(days=1) if round_up and is_inside_day else midnight
