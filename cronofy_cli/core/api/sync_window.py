"""The days that Cronofy keeps in step with a calendar, and the far edge of them.

The default window runs from 42 days back to 201 days ahead; the last day is not part of it (docs:
/developers/api/events/free-busy/). An event that only slides into it as time passes causes no notification, so its far
edge is to be read now and then (docs: /developers/faqs/recommended-sync/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

DAYS_BACK: Final = 42
DAYS_AHEAD: Final = 201
EDGE_DAYS: Final = 7
"""How many days at the far edge Cronofy advises to read each week."""


@dataclass(frozen=True, slots=True)
class Days:
    """From a day until another one, which is not part of it."""

    first: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end


def sync_window(today: date) -> Days:
    """Return what Cronofy keeps in step, seen from a day in the user's zone."""
    return Days(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD))


def window_edge(today: date) -> Days:
    """Return the last days of the window: what slid into it within a week."""
    return Days(today + timedelta(days=DAYS_AHEAD - EDGE_DAYS), today + timedelta(days=DAYS_AHEAD))
