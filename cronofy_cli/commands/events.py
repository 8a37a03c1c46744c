"""`cronofy events`: Read Events, with every parameter of the API."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.core.queries import EventsQuery
from cronofy_cli.core.zones import find_zone
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.shared_options import ApiListCommand, app_context, command_app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.adapters.api.endpoints import EventPage
    from cronofy_cli.context import AppContext

app = command_app("Read events.")

FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="First date, such as 2026-11-22; 42 days ago by default.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="Date after the last one; 201 days ahead by default.")
]
TzidOption = Annotated[str, typer.Option(metavar="ZONE", help="Time zone of the dates, such as Europe/London.")]
CalendarOption = Annotated[
    list[str] | None, typer.Option("--calendar", metavar="ID|NAME", help="Only this calendar; repeat it for several.")
]
LastModifiedOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what changed at or after this time; a notification's changes_since."),
]
ManagedOption = Annotated[bool, typer.Option("--include-managed", help="Events that your application manages too.")]
DeletedOption = Annotated[bool, typer.Option("--include-deleted", help="Deleted ones too.")]
LocalizedOption = Annotated[bool, typer.Option("--localized-times", help="Times with their own zones, as objects.")]


@app.command("read", cls=ApiListCommand)
def read(
    context: typer.Context,
    from_: FromOption = None,
    to: ToOption = None,
    tzid: TzidOption = "Etc/UTC",
    calendar: CalendarOption = None,
    last_modified: LastModifiedOption = None,
    include_managed: ManagedOption = False,
    only_managed: Annotated[
        bool, typer.Option("--only-managed", help="Only events that your application manages.")
    ] = False,
    include_deleted: DeletedOption = False,
    include_moved: Annotated[
        bool, typer.Option("--include-moved", help="Events too that were in this time once and are not now.")
    ] = False,
    localized_times: LocalizedOption = False,
    include_geo: Annotated[bool, typer.Option("--include-geo", help="Latitude and longitude where known.")] = False,
    google_event_ids: Annotated[bool, typer.Option("--google-event-ids", help="Google's own ids too.")] = False,
) -> None:
    """Read events, all pages. A page is written while the next one is fetched.

    \b
    Examples:
      cronofy events read --from 2026-11-22 --to 2026-11-29 --tzid Europe/London
      cronofy events read --calendar Work --ndjson | jq -r .summary
      cronofy events read --last-modified 2026-11-22T09:24:16Z --include-deleted --include-moved
    """
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.commands.calendar_choice import calendar_ids

    run = app_context(context)
    find_zone(tzid)
    query = EventsQuery(
        tzid=tzid,
        from_=from_,
        to=to,
        calendar_ids=calendar_ids(run, calendar),
        last_modified=last_modified,
        include_managed=include_managed or None,
        only_managed=only_managed or None,
        include_deleted=include_deleted or None,
        include_moved=include_moved or None,
        localized_times=localized_times or None,
        include_geo=include_geo or None,
        google_event_ids=google_event_ids or None,
    )
    with closing(endpoints.read_events(run.api, query)) as pages:
        _show(run, pages, tzid)


def _show(run: AppContext, pages: Iterable[EventPage], tzid: str) -> None:
    if run.output.format is OutputFormat.NDJSON:
        from cronofy_cli.output.ndjson import write_page

        for page in pages:
            write_page(run.output, page.events)
        return
    from cronofy_cli.core.events import parse_event
    from cronofy_cli.output.events import event_list

    zone = find_zone(tzid)
    events = (parse_event(raw) for raw in chain.from_iterable(page.events for page in pages))
    show_list(run.output, events, event_list(zone, datetime.now(UTC).astimezone(zone).year), streamed=True)
