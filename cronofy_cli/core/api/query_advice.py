"""What a query leaves out or cannot find, and why: said to people, so that an empty answer is no riddle.

Pure. The rules are those of Read Events and Free/Busy (docs: /developers/api/events/read-events/,
/developers/api/events/free-busy/).
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.api.queries import EventsQuery, FreeBusyQuery
from cronofy_cli.core.api.sync_window import DAYS_AHEAD, DAYS_BACK, sync_window
from cronofy_cli.core.times import is_date, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from cronofy_cli.core.accounts.calendars import Calendar
    from cronofy_cli.core.api.sync_window import Days

Query = EventsQuery | FreeBusyQuery

MANAGED_LEFT_OUT: Final = "events that your application manages are left out: --include-managed"
DELETED_LEFT_OUT: Final = "events that were deleted since then are left out: --include-deleted"


def certain_reasons(query: Query, now: datetime, zone: tzinfo) -> list[str]:
    """Return why an answer has to be empty, where one parameter alone says so. Known before anything is sent."""
    since = _moment(query.last_modified)
    if since is not None and since > now:
        return [f"last_modified {query.last_modified} is in the future: nothing can have changed since"]
    first, end = _first_day(query.from_, zone), _end_day(query.to, zone)
    if first is not None and end is not None and first >= end:
        return [f"from {query.from_} is not before to {query.to}, which is not part of it: nothing can be in between"]
    known = sync_window(now.astimezone(zone).date())
    if (first is not None and first >= known.end) or (end is not None and end <= known.first):
        return [f"all of it is outside of {_words(known)}: Cronofy knows nothing there{_exception(query)}"]
    return []


def window_advice(query: Query, now: datetime, zone: tzinfo) -> list[str]:
    """Return which part of the days that a query asks for Cronofy knows nothing of."""
    first, end = _first_day(query.from_, zone), _end_day(query.to, zone)
    known = sync_window(now.astimezone(zone).date())
    found = []
    if first is not None and first < known.first:
        found.append(f"from {query.from_} is before {_words(known)}: nothing earlier is known{_exception(query)}")
    if end is not None and end > known.end:
        found.append(f"to {query.to} is after {_words(known)}: nothing later is known yet{_exception(query)}")
    return found


def possible_reasons(query: Query) -> list[str]:
    """Return what parameters left out of an answer, or were not given to bring in."""
    found = []
    if _only_managed(query):
        found.append("only events that your application manages were asked for: leave out --only-managed")
    elif leaves_out_managed(query):
        found.append(MANAGED_LEFT_OUT)
    if leaves_out_deleted(query):
        found.append(DELETED_LEFT_OUT)
    if isinstance(query, EventsQuery) and query.last_modified is not None and not query.include_moved:
        found.append("events that were moved out of this time since then are left out: --include-moved")
    return found


def leaves_out_deleted(query: Query) -> bool:
    """Whether changes are asked for, and deletions are not among them (docs: /developers/api/events/read-events/)."""
    return query.last_modified is not None and not query.include_deleted


def leaves_out_managed(query: Query) -> bool:
    """Whether the events that the application manages are left out, as they are by default."""
    return not (query.include_managed or _only_managed(query))


def calendar_reasons(query: Query, calendars: Iterable[Calendar]) -> list[str]:
    """Return what is known of the calendars that a query names, where it explains an empty answer."""
    by_id = {calendar.calendar_id: calendar for calendar in calendars}
    found = []
    for calendar_id in query.calendar_ids:
        calendar = by_id.get(calendar_id)
        if calendar is None:
            found.append(f"the account has no calendar '{calendar_id}': cronofy calendars list")
        elif calendar.calendar_deleted:
            found.append(f"the calendar '{calendar.calendar_name}' is deleted")
        elif calendar.calendar_readonly and _only_managed(query):
            found.append(f"the calendar '{calendar.calendar_name}' is read-only: nothing in it can be managed")
    if query.calendar_ids and not found:
        found.append("the chosen calendars hold nothing that fits: others may, with another choice of calendars")
    return found


def _words(known: Days) -> str:
    last = known.end - timedelta(days=1)
    return f"the default sync window ({known.first} to {last}: {DAYS_BACK} days back, {DAYS_AHEAD} ahead)"


def _exception(query: Query) -> str:
    return "" if leaves_out_managed(query) else ", except of events that your application manages"


def _only_managed(query: Query) -> bool:
    return isinstance(query, EventsQuery) and bool(query.only_managed)


def _first_day(text: str | None, zone: tzinfo) -> date | None:
    if text is not None and is_date(text):
        return date.fromisoformat(text)
    local = _local(text, zone)
    return local.date() if local is not None else None


def _end_day(text: str | None, zone: tzinfo) -> date | None:
    """Return the day after the last one that is asked for."""
    day, local = _first_day(text, zone), _local(text, zone)
    is_inside_day = local is not None and local.time() != time()
    return day + timedelta(days=1) if day is not None and is_inside_day else day


def _local(text: str | None, zone: tzinfo) -> datetime | None:
    moment = _moment(text)
    try:
        return moment.astimezone(zone) if moment is not None else None
    except OverflowError:  # within a day of year 1 or 9999
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_time(text) if text else None
    except ValueError:
        return None
