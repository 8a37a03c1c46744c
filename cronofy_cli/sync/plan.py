"""What a run has to read: everything, or what changed since the last one and the window's edge.

Pure. Cronofy's advice is a full read, then changes by `last_modified`, the far end of the window every week, and now
and then a full read for robustness (docs: /developers/faqs/recommended-sync/).

Changes are asked for by the server's own time, never by this machine's: the time just before the last run's first read,
less an overlap. `updated` has whole seconds, servers differ by a little, and a change may become visible a moment after
its time. What is read twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.core.api.sync_window import EDGE_DAYS, Days, sync_window
from cronofy_cli.core.times import parse_time, to_utc_seconds

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from cronofy_cli.sync.state import CopyState, Identity

OVERLAP: Final = timedelta(minutes=5)


class FullRead(StrEnum):
    """Why everything is read."""

    FIRST = "first"
    """There is no copy yet."""
    ASKED = "asked"
    DUE = "due"
    """The last one is too long ago."""
    CLOCK = "clock"
    """The server's time lies before the last run's: what changed since is not known."""
    UNKNOWN = "unknown"
    """The server never told its time."""
    RESTARTED = "restarted"
    """It is another simulator than last time, with calendars of its own."""
    APART = "apart"
    """The last run is too long ago: its window and today's have no day in common."""


_BEGINS_ANEW: Final = {FullRead.CLOCK, FullRead.RESTARTED}


@dataclass(frozen=True, slots=True)
class Plan:
    """The reads of one run: first the changes, then the days that are read in whole."""

    window: Days
    """What the copy holds afterwards."""
    whole: Days
    """All of the window, or its far edge."""
    changes_since: str | None
    full_read: FullRead | None


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a run goes about it."""

    full: bool
    """Read everything."""
    full_every: timedelta
    """Read everything when the last time was this long ago."""


def make_plan(state: CopyState | None, now: datetime, zone: tzinfo, world: str, options: PlanOptions) -> Plan:
    """Return what to read, `now` being the server's time as well as it is known."""
    window = sync_window(now.astimezone(zone).date())
    if state is not None and now >= parse_time(state.run_at) - OVERLAP:
        # Around midnight the clocks of two servers may name two days: the window goes back for no second.
        window = max(window, state.window, key=lambda days: days.first)
    reason = _reason(state, window, now, world, options)
    since = None
    if state is not None and state.known_until is not None and reason not in _BEGINS_ANEW:
        since = to_utc_seconds(parse_time(state.known_until) - OVERLAP)
    whole = window if reason is not None or state is None else _edge(state.window, window)
    return Plan(window, whole, since, reason)


def changes_query(identity: Identity, plan: Plan) -> EventsQuery:
    """Return the query for what changed: deletions and moves out of the window are invisible unless asked for."""
    return EventsQuery(
        tzid=identity.tzid,
        from_=plan.window.first.isoformat(),
        to=plan.window.end.isoformat(),
        calendar_ids=identity.calendar_ids,
        last_modified=plan.changes_since,
        include_managed=True,
        include_deleted=True,
        include_moved=True,
    )


def whole_query(identity: Identity, days: Days) -> EventsQuery:
    """Return the query for all events of some days, those that the application manages too."""
    return EventsQuery(
        tzid=identity.tzid,
        from_=days.first.isoformat(),
        to=days.end.isoformat(),
        calendar_ids=identity.calendar_ids,
        include_managed=True,
    )


def _reason(state: CopyState | None, window: Days, now: datetime, world: str, options: PlanOptions) -> FullRead | None:
    if state is None:
        return FullRead.FIRST
    if world != state.world:
        return FullRead.RESTARTED
    if now < parse_time(state.run_at) - OVERLAP:
        return FullRead.CLOCK
    if state.known_until is None:
        return FullRead.UNKNOWN
    if window.first >= state.end_day:
        return FullRead.APART
    if options.full:
        return FullRead.ASKED
    return FullRead.DUE if now - parse_time(state.full_read_at) >= options.full_every else None


def _edge(old: Days, new: Days) -> Days:
    """Return the far end of the new window: as many days as Cronofy advises, and all that the old one had not."""
    return Days(min(old.end, new.end) - timedelta(days=EDGE_DAYS), new.end)
