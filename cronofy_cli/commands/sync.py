"""`cronofy sync`: Cronofy's recommended set-up as one command that can run from cron."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import ExitCode, RequestFailed, WrongUsage
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from cronofy_cli.adapters.api.endpoints import EventPage
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.output.progress import Progress
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.destination import Destination
    from cronofy_cli.sync.plan import PlanOptions
    from cronofy_cli.sync.run import Outcome, ReadEvents
    from cronofy_cli.sync.state import Wish

app = command_app()

FULL_EVERY = "7d"
"""How often everything is read, for robustness: Cronofy advises daily or weekly."""


@app.command(cls=ApiListCommand)
def sync(
    context: typer.Context,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FILE|DIR", help="Where to keep the copy: file.db (SQLite), file.ndjson, or a folder."
        ),
    ],
    calendar: Annotated[
        list[str] | None,
        typer.Option("--calendar", metavar="ID|NAME", help="Only this calendar; repeatable."),
    ] = None,
    tzid: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Time zone of the window's days, fixed by the first run; by default the account's."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything instead of only what changed.")] = False,
    full_every: Annotated[
        str, typer.Option(metavar="DURATION", help="Read everything if the last full read was longer ago than this.")
    ] = FULL_EVERY,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Compare the copy with a full read and write nothing; exit code 1 if they differ."
        ),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the calendar changed (or on failure), with 0 if not.")
    ] = False,
) -> None:
    """Keep a copy of the calendars in a file, and report what changed since the last run.

    The first run reads the sync window, 42 days back to 201 ahead. Each later one reads what changed, what has come
    into the window at its far end, and drops what has left it. A run that is interrupted leaves the copy as it was.

    \b
    Examples:
      cronofy sync --out calendar.db
      cronofy sync --out calendar.db --json | jq .changed
      cronofy sync --out work.db --calendar Work --json | jq -e .changed && echo 'Work changed'
      cronofy sync --out calendar.db --check
    """
    from cronofy_cli.sync.destination import destination_at
    from cronofy_cli.sync.plan import PlanOptions

    if check and (full or exit_code):
        raise WrongUsage(
            "--check cannot be combined with --full or --exit-code", hint="leave out --full and --exit-code"
        )
    run = app_context(context)
    if tzid is not None:
        find_zone(tzid)
    destination = destination_at(out)
    options = PlanOptions(full, timedelta(seconds=parse_duration(full_every, option="--full-every")))
    wish, now = _wish(run, calendar, tzid)
    is_same = _check(run, destination, wish, now) if check else _sync(run, destination, wish, now, options)
    if not is_same and (check or exit_code):
        raise typer.Exit(ExitCode.FAILED)


def _wish(run: AppContext, calendar: list[str] | None, tzid: str | None) -> tuple[Wish, ServerTime]:
    """Return whose copy is wanted, and the server's time before anything is read."""
    from cronofy_cli.cli.calendar_choice import calendar_ids, note_calendar_filter
    from cronofy_cli.core.accounts.calendars import parse_userinfo
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.sync.state import Wish

    info = parse_userinfo(run.api.request("GET", "/v1/userinfo"))
    now = run.api.server_time
    if not info.sub:
        raise RequestFailed("the response to GET /v1/userinfo has no account", hint="check --data-center")
    chosen = tuple(sorted(set(calendar_ids(run, calendar))))
    note_calendar_filter(run, calendar)
    wish = Wish(
        data_center=run.data_center.name,
        sub=info.sub,
        tzid=tzid,
        calendar_ids=chosen if calendar else None,
        default_tzid=info.zoneinfo or "Etc/UTC",
        default_calendar_ids=chosen,
        world=f"{run.simulator.url} {run.simulator.pid}" if run.is_simulator else "",
    )
    return wish, ServerTime(now or datetime.now(UTC), is_known=now is not None)


def _sync(run: AppContext, destination: Destination, wish: Wish, now: ServerTime, options: PlanOptions) -> bool:
    """Bring the copy up to date and say what changed; return whether nothing did."""
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.copy.sqlite_copy import open_copy
    from cronofy_cli.sync.run import synchronize
    from cronofy_cli.sync.view import show_run

    with ChangeLog() as log:
        with open_copy(destination) as copy, run.progress("events") as progress:
            outcome = synchronize(copy, wish, options, now, _reader(run, progress), log)
        show_run(run.output, destination.path, outcome, log, _change_lines(run, outcome, log, now))
    if outcome.repeated:
        run.warn(f"events that share an event_uid with another: {outcome.repeated}; the copy has only one of each")
    return not outcome.counts.has_changes


def _check(run: AppContext, destination: Destination, wish: Wish, now: ServerTime) -> bool:
    """Compare the copy and say how it differs; return whether it does not."""
    from cronofy_cli.sync.copy.sqlite_copy import open_existing
    from cronofy_cli.sync.drift import find_drift
    from cronofy_cli.sync.view import show_drift

    with open_existing(destination) as copy, run.progress("events") as progress:
        report = find_drift(copy, wish, now, _reader(run, progress))
    show_drift(run.output, destination.path, report)
    return not report.drifts


def _reader(run: AppContext, progress: Progress) -> ReadEvents:
    """Return what reads events and shows how far it has come."""
    from cronofy_cli.adapters.api import endpoints

    def read(query: EventsQuery) -> Generator[EventPage]:
        count = 0
        with closing(endpoints.read_events(run.api, query)) as pages:
            for page in pages:
                count += len(page.events)
                progress.note(page.current, page.total, count)
                yield page

    return read


def _change_lines(run: AppContext, outcome: Outcome, log: ChangeLog, now: ServerTime) -> Iterable[str]:
    """Return the changes in words. Only a person gets them, so only for one are the calendars' names asked for."""
    if run.output.format is not OutputFormat.TABLE or not log.first:
        return ()
    from cronofy_cli.cli.calendar_choice import calendar_names
    from cronofy_cli.output.events.event_changes import change_lines

    zone = find_zone(outcome.state.tzid)
    today = now.moment.astimezone(zone).date()
    return change_lines(log.first, zone, calendar_names(run), today=today, color=run.output.color_stdout, indent="  ")
