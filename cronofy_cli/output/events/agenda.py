"""How an agenda looks: a heading for each day, a line for each event, times of the zone that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.events.agenda import is_ambiguous
from cronofy_cli.core.text import clean
from cronofy_cli.output.events.events import state_of, title_of
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from cronofy_cli.core.events.agenda import AgendaDay, ClockChange, Entry
    from cronofy_cli.output.streams import Output

_ALL_DAY = "all day"
_INDENT = "  "


def show_agenda(output: Output, days: Iterable[AgendaDay], calendar_names: Mapping[str, str], today: date) -> None:
    """Write days, an empty line between two. Calendars are named as far as `calendar_names` has them by id."""
    is_first = True
    for day in days:
        if not is_first:
            output.data("")
        is_first = False
        heading = f"{day.day:%a} {day.day.day} {day.day:%b %Y}"
        remarks = ["today"] if day.day == today else []
        remarks += [_clock_words(day.clock_change)] if day.clock_change else []
        output.data(output.paint(heading, Style.BOLD) + "".join(f"  ({remark})" for remark in remarks))
        times = [_times(entry) for entry in day.entries]
        width = max(map(len, times))
        for entry, when in zip(day.entries, times, strict=True):
            output.data(f"{_INDENT}{output.paint(when.ljust(width), Style.CYAN)}  {_words(entry, calendar_names)}")


def _words(entry: Entry, calendar_names: Mapping[str, str]) -> str:
    event = entry.event
    state = state_of(event)
    parts = [
        clean(title_of(event)),
        f"({clean(calendar_names.get(event.calendar_id, event.calendar_id))})",
        f"at {clean(event.location)}" if event.location else "",
        f"[{clean(state)}]" if state else "",
    ]
    return "  ".join(part for part in parts if part)


def _times(entry: Entry) -> str:
    if entry.is_all_day:
        return _ALL_DAY
    starts, ends = _clock(entry.starts), _clock(entry.ends)
    return starts if entry.starts == entry.ends else f"{starts}-{ends}"


def _clock(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{moment:%H:%M} {moment:%Z}" if is_ambiguous(moment) else f"{moment:%H:%M}"


def _clock_words(change: ClockChange) -> str:
    minutes = round(abs(change.shift.total_seconds()) / 60)
    length = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    return f"clocks go {'back' if change.shift.total_seconds() < 0 else 'forward'} {length} at {change.at:%H:%M}"
