"""`cronofy events get`: one event by its id.

Cronofy has no such call, so everything that it knows is read until the event comes.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiCommand, app_context, command_app
from cronofy_cli.commands.events.options import (
    CalendarOption,
    DeletedOption,
    GeoOption,
    GoogleOption,
    LocalizedOption,
    TzidOption,
)
from cronofy_cli.commands.events.query_times import find_here
from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.errors import NotFound

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.events.event import Event

app = command_app()

UidArgument = Annotated[str, typer.Argument(metavar="UID", help="The event's event_uid.")]


@app.command("get", cls=ApiCommand)
def get(
    context: typer.Context,
    uid: UidArgument,
    calendar: CalendarOption = None,
    include_deleted: DeletedOption = False,
    tzid: TzidOption = None,
    localized_times: LocalizedOption = False,
    include_geo: GeoOption = False,
    google_event_ids: GoogleOption = False,
) -> None:
    """Show one event, also if your application manages it or it was moved out of the sync window.

    \b
    Examples:
      cronofy events get evt_external_54008b1a4a41730f8d5c6037
      cronofy events get evt_external_54008b1a4a41730f8d5c6037 --include-deleted --json
    """
    from cronofy_cli.cli.calendar_choice import calendar_ids, note_calendar_filter
    from cronofy_cli.output.events.event_details import show_event

    run = app_context(context)
    here = find_here(run, tzid, need_clock=False)
    query = EventsQuery(
        here.tzid,
        calendar_ids=calendar_ids(run, calendar),
        include_managed=True,
        include_deleted=include_deleted or None,
        include_moved=True,
        localized_times=localized_times or None,
        include_geo=include_geo or None,
        google_event_ids=google_event_ids or None,
    )
    note_calendar_filter(run, calendar)
    event = _find(run, query, uid)
    if event is None:
        raise NotFound(f"Cronofy knows no event '{uid}' here", hint=_hint(query))
    show_event(run.output, event, here.zone, here.tzid, here.today.year)


def _find(run: AppContext, query: EventsQuery, uid: str) -> Event | None:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.core.events.event import parse_event
    from cronofy_cli.core.events.field_paths import members_of, text_at

    with closing(endpoints.read_events(run.api, query)) as pages:
        for page in pages:
            for raw in page.events:
                if text_at(members_of(raw), ("event_uid",)) == uid:
                    return parse_event(raw)
    return None


def _hint(query: EventsQuery) -> str:
    steps = ["an event must lie between 42 days back and 201 days ahead"]
    if query.calendar_ids:
        steps.append("only the chosen calendars were read")
    if not query.include_deleted:
        steps.append("if it may be deleted, add --include-deleted")
    return "; ".join(steps)
