"""`cronofy free-busy`: Free/Busy, with every parameter of the API."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.option_groups import grouped
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.events.options import (
    DeletedOption,
    LocalizedOption,
    ManagedOption,
    SortOption,
    TimeOptions,
)
from cronofy_cli.commands.events.page_reading import ItemPage, choose_style, show_reading
from cronofy_cli.commands.events.query_times import find_here
from cronofy_cli.core.api.queries import FreeBusyQuery

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.page_reading import Style
    from cronofy_cli.commands.events.query_times import Here

app = command_app("Read free and busy times.")


class PeriodFormat(StrEnum):
    """How periods are written."""

    TABLE = "table"
    TSV = "tsv"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


FormatOption = Annotated[PeriodFormat | None, typer.Option("--format", rich_help_panel="Output", help="Output format.")]
FieldsOption = Annotated[
    str | None,
    typer.Option(metavar="FIELDS", rich_help_panel="Output", help="Only these fields: start,end,free_busy_status."),
]


@app.command("read", cls=ApiListCommand)
@grouped
def read(
    context: typer.Context,
    times: TimeOptions,
    include_managed: ManagedOption = False,
    include_ids: Annotated[
        bool, typer.Option("--include-ids", rich_help_panel="Which periods", help="Include the ids of the events.")
    ] = False,
    include_free: Annotated[
        bool, typer.Option("--include-free", rich_help_panel="Which periods", help="Include free periods.")
    ] = False,
    include_deleted: DeletedOption = False,
    localized_times: LocalizedOption = False,
    format_: FormatOption = None,
    fields: FieldsOption = None,
    sort: SortOption = None,
) -> None:
    """Read when the account is free or busy, all pages.

    \b
    Examples:
      cronofy free-busy read --from today --to +7d
      cronofy free-busy read --from monday --to friday --format csv
      cronofy free-busy read --calendar Work --include-ids --json
    """
    from cronofy_cli.cli.calendar_choice import calendar_ids, note_calendar_filter

    run = app_context(context)
    style = choose_style(run, format_, fields, sort)
    choice = times.choice()
    here = find_here(run, times.tzid, need_clock=choice.need_clock)
    limits = choice.limits(run, here)
    query = FreeBusyQuery(
        tzid=here.tzid,
        from_=limits.from_,
        to=limits.to,
        calendar_ids=calendar_ids(run, times.calendar),
        last_modified=limits.last_modified,
        include_managed=include_managed or None,
        include_ids=include_ids or None,
        include_free=include_free or None,
        include_deleted=include_deleted or None,
        localized_times=localized_times or None,
    )
    note_calendar_filter(run, times.calendar)
    _show(run, query, style, here)


def _show(run: AppContext, query: FreeBusyQuery, style: Style, here: Here) -> None:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.cli.calendar_choice import calendar_namer
    from cronofy_cli.core.events.event import parse_period
    from cronofy_cli.output.events.csv_fields import CSV_PERIOD_FIELDS
    from cronofy_cli.output.events.events import period_list
    from cronofy_cli.output.events.item_pages import Listing

    view = period_list(here.zone, here.today.year, calendar_namer(run))
    listing = Listing("periods", parse_period, view, CSV_PERIOD_FIELDS)
    with closing(endpoints.read_free_busy(run.api, query)) as found:
        pages = (ItemPage(page.periods, page.current, page.total) for page in found)
        show_reading(run, pages, listing, style, query, here)
