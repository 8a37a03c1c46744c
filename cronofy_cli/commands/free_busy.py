"""`cronofy free-busy`: Free/Busy, with every parameter of the API."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.commands.events import (
    CalendarOption,
    DeletedOption,
    FromOption,
    LastModifiedOption,
    LocalizedOption,
    ManagedOption,
    ToOption,
    TzidOption,
)
from cronofy_cli.core.queries import FreeBusyQuery
from cronofy_cli.core.zones import find_zone
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.shared_options import ApiListCommand, app_context, command_app

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from cronofy_cli.adapters.api.endpoints import FreeBusyPage
    from cronofy_cli.context import AppContext

app = command_app("Read free and busy times.")


@app.command("read", cls=ApiListCommand)
def read(
    context: typer.Context,
    from_: FromOption = None,
    to: ToOption = None,
    tzid: TzidOption = "Etc/UTC",
    calendar: CalendarOption = None,
    last_modified: LastModifiedOption = None,
    include_managed: ManagedOption = False,
    include_ids: Annotated[bool, typer.Option("--include-ids", help="The events' ids too.")] = False,
    include_free: Annotated[bool, typer.Option("--include-free", help="Free periods too.")] = False,
    include_deleted: DeletedOption = False,
    localized_times: LocalizedOption = False,
) -> None:
    """Read when the account is free or busy, all pages.

    \b
    Examples:
      cronofy free-busy read --from 2026-11-22 --to 2026-11-29 --tzid Europe/London
      cronofy free-busy read --calendar Work --include-ids --json
    """
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.commands.calendar_choice import calendar_ids

    run = app_context(context)
    zone = find_zone(tzid)
    query = FreeBusyQuery(
        tzid=tzid,
        from_=from_,
        to=to,
        calendar_ids=calendar_ids(run, calendar),
        last_modified=last_modified,
        include_managed=include_managed or None,
        include_ids=include_ids or None,
        include_free=include_free or None,
        include_deleted=include_deleted or None,
        localized_times=localized_times or None,
    )
    with closing(endpoints.read_free_busy(run.api, query)) as pages:
        _show(run, pages, zone)


def _show(run: AppContext, pages: Iterable[FreeBusyPage], zone: tzinfo) -> None:
    if run.output.format is OutputFormat.NDJSON:
        from cronofy_cli.output.ndjson import write_page

        for page in pages:
            write_page(run.output, page.periods)
        return
    from cronofy_cli.core.events import parse_period
    from cronofy_cli.output.events import period_list

    periods = (parse_period(raw) for raw in chain.from_iterable(page.periods for page in pages))
    show_list(run.output, periods, period_list(zone, datetime.now(UTC).astimezone(zone).year), streamed=True)
