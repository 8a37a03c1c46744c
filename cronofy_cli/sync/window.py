"""Which events lie inside some days: the rule of Read Events, for states that come with `include_moved`.

Pure. Times are compared as the texts that a copy holds: days as dates, moments as UTC with whole seconds, whose order
as texts is their order in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from cronofy_cli.core.api.sync_window import Days
    from cronofy_cli.sync.event_row import EventRow


@dataclass(frozen=True, slots=True)
class WindowRule:
    """The bounds of some days, for all-day events and for moments."""

    first_day: str
    end_day: str
    """Not part of it."""
    first_moment: str
    end_moment: str

    def holds(self, row: EventRow) -> bool:
        """Whether an event starts before the end and ends at or after the start.

        That is what Read Events returns (docs: /developers/api/events/read-events/). An all-day event's end is the day
        after its last one. An event whose times cannot be read is held.
        """
        if row.all_day is None:
            return True
        if row.all_day:
            return row.start < self.end_day and row.end > self.first_day
        return row.start < self.end_moment and row.end >= self.first_moment


def window_rule(days: Days, zone: tzinfo) -> WindowRule:
    """Return the rule for some days in a zone."""
    return WindowRule(
        first_day=days.first.isoformat(),
        end_day=days.end.isoformat(),
        first_moment=_midnight(days.first, zone),
        end_moment=_midnight(days.end, zone),
    )


def _midnight(day: date, zone: tzinfo) -> str:
    return to_utc_seconds(datetime.combine(day, time(), zone))
