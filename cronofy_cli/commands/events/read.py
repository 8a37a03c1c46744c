"""`cronofy events read`: Read Events, with every parameter of the API."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.option_groups import grouped
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.events.options import (
    DeletedOption,
    GeoOption,
    GoogleOption,
    LocalizedOption,
    ManagedOption,
    OnlyManagedOption,
    SortOption,
    TimeOptions,
)
from cronofy_cli.commands.events.page_reading import ItemPage, choose_style, show_reading
from cronofy_cli.commands.events.query_times import TimeChoice, coming_week, find_here
from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.events.item_pages import PageFormat

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.page_reading import Style
    from cronofy_cli.commands.events.query_times import Here

app = command_app()

ChangesSinceOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME|last|DELIVERY",
        rich_help_panel="Dates and calendars",
        help="What changed since a time, or since a received 'change' says: last, 129, @tag.",
    ),
]
MovedOption = Annotated[
    bool,
    typer.Option(
        "--include-moved", rich_help_panel="Which events", help="Include events that were moved out of this period."
    ),
]
FormatOption = Annotated[
    PageFormat | None,
    typer.Option("--format", rich_help_panel="Output", help="Output format; ics for calendar programs."),
]
FieldsOption = Annotated[
    str | None,
    typer.Option(
        metavar="FIELDS",
        rich_help_panel="Output",
        help="Only these fields: summary,start,attendees.email.",
    ),
]
AgendaOption = Annotated[
    bool,
    typer.Option(
        "--agenda", rich_help_panel="Output", help="Show day by day in local time; by default the coming week."
    ),
]


@app.command("read", cls=ApiListCommand)
@grouped
def read(
    context: typer.Context,
    times: TimeOptions,
    changes_since: ChangesSinceOption = None,
    include_managed: ManagedOption = False,
    only_managed: OnlyManagedOption = False,
    include_deleted: DeletedOption = False,
    include_moved: MovedOption = False,
    localized_times: LocalizedOption = False,
    include_geo: GeoOption = False,
    google_event_ids: GoogleOption = False,
    format_: FormatOption = None,
    fields: FieldsOption = None,
    sort: SortOption = None,
    agenda: AgendaOption = False,
) -> None:
    """Read events, all pages. A page is written while the next one is fetched.

    \b
    Examples:
      cronofy events read --from today --to +7d --calendar Work
      cronofy events read --agenda
      cronofy events read --changes-since last --json
      cronofy events read --window-edge --ndjson | jq -r .summary
      cronofy events read --from 'last monday' --format csv --fields start,summary,attendees.email
    """
    run = app_context(context)
    style = _style(run, format_, fields, sort, agenda=agenda)
    choice = times.choice(changes_since)
    here = find_here(run, times.tzid, need_clock=choice.need_clock or agenda)
    query = _query(run, choice, times.calendar, here, is_agenda=agenda)
    query = query._replace(
        include_managed=include_managed or query.include_managed,
        only_managed=only_managed or query.only_managed,
        include_deleted=include_deleted or query.include_deleted,
        include_moved=include_moved or query.include_moved,
        localized_times=localized_times or None,
        include_geo=include_geo or None,
        google_event_ids=google_event_ids or None,
    )
    run.page_output()
    _show(run, query, style, here)


def _style(run: AppContext, format_: PageFormat | None, fields: str | None, sort: str | None, *, agenda: bool) -> Style:
    style = choose_style(run, format_, fields, sort)
    if not agenda:
        return style
    if format_ is not None or fields is not None or sort is not None or run.output.format.is_json:
        raise WrongUsage(
            "--agenda cannot be combined with --format, --fields, --sort or --json",
            hint="leave out --agenda or the other options",
        )
    return style._replace(is_agenda=True)


def _query(
    run: AppContext, choice: TimeChoice, calendar: list[str] | None, here: Here, *, is_agenda: bool
) -> EventsQuery:
    from cronofy_cli.cli.calendar_choice import calendar_ids, note_calendar_filter
    from cronofy_cli.commands.events.changes_choice import changes_query
    from cronofy_cli.commands.events.query_times import names_delivery

    since = choice.changes_since
    limits = coming_week(run, here) if is_agenda and choice == TimeChoice() else choice.limits(run, here)
    query = EventsQuery(here.tzid, last_modified=limits.last_modified)
    if since is not None:
        query = changes_query(run, since, here)
    if since is None or calendar or not names_delivery(since):
        query = query._replace(calendar_ids=calendar_ids(run, calendar))
        note_calendar_filter(run, calendar)
    return query._replace(from_=limits.from_, to=limits.to)


def _show(run: AppContext, query: EventsQuery, style: Style, here: Here) -> None:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.cli.calendar_choice import calendar_namer
    from cronofy_cli.core.events.event import parse_event
    from cronofy_cli.output.events.csv_fields import CSV_EVENT_FIELDS
    from cronofy_cli.output.events.events import event_list
    from cronofy_cli.output.events.item_pages import Listing

    with closing(endpoints.read_events(run.api, query)) as found:
        pages = (ItemPage(page.events, page.current, page.total) for page in found)
        if style.is_agenda:
            from cronofy_cli.commands.events.agenda import show_as_agenda

            show_as_agenda(run, pages, style, query, here)
            return
        view = event_list(here.zone, here.today.year, calendar_namer(run))
        listing = Listing("events", parse_event, view, CSV_EVENT_FIELDS)
        show_reading(run, pages, listing, style, query, here)
