"""`cronofy events read --agenda`: a view for people, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from cronofy_cli.cli.calendar_choice import calendar_names
from cronofy_cli.commands.events.page_reading import EVENT_ID, Seen, tell_after, watched, with_warnings
from cronofy_cli.core.api.sync_window import Days, sync_window
from cronofy_cli.core.events.agenda import agenda
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.times import is_date, parse_time
from cronofy_cli.output.events.agenda import show_agenda

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.page_reading import ItemPage, Style
    from cronofy_cli.commands.events.query_times import Here
    from cronofy_cli.core.api.queries import EventsQuery


def show_as_agenda(run: AppContext, pages: Iterable[ItemPage], style: Style, query: EventsQuery, here: Here) -> None:
    """Show the days that were asked for, else those of the sync window, as far as they hold anything.

    Raises:
        CronofyError: a page cannot be had.
    """
    seen = Seen(id_field=EVENT_ID)
    with watched(run, with_warnings(run, pages, query, here), "events", style, seen) as items:
        events = [parse_event(raw) for raw in chain.from_iterable(items)]
    days = agenda(events, here.zone, _days(query, here))
    if days:
        show_agenda(run.output, days, calendar_names(run), here.today)
    else:
        run.output.note("No events.")
    tell_after(run, query, here, seen)


def _days(query: EventsQuery, here: Here) -> Days:
    known = sync_window(here.today)
    first = _local_day(query.from_, here) if query.from_ else known.first
    end = _local_day(query.to, here) if query.to else known.end
    if query.to and not is_date(query.to):
        end += timedelta(days=1)
    return Days(first, end)


def _local_day(text: str, here: Here) -> date:
    return date.fromisoformat(text) if is_date(text) else parse_time(text).astimezone(here.zone).date()
