"""`cronofy sync`: Cronofy's recommended set-up as one command that can run from cron."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.option_groups import grouped
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.sync_account import SyncRequest, account_at_work, client_id_of
from cronofy_cli.commands.sync_options import ManyAccounts
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import ExitCode, WrongUsage
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.sync_account import AccountAtWork
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.run import Outcome

app = command_app()

FULL_EVERY = "7d"
"""How often everything is read, for robustness: Cronofy advises daily or weekly."""

OutOption = Annotated[
    str,
    typer.Option(
        "--out",
        metavar="FILE|DIR|URL",
        help="Where to keep the copy: file.db (SQLite), file.ndjson, a folder, or postgresql://...",
    ),
]
CalendarOption = Annotated[
    list[str] | None,
    typer.Option("--calendar", metavar="ID|NAME", help="Only this calendar; repeatable."),
]
ZoneOption = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help="Time zone of the window's days, fixed by the first run; by default the account's."
    ),
]


@app.command(cls=ApiListCommand)
@grouped
def sync(
    context: typer.Context,
    out: OutOption,
    many: ManyAccounts,
    calendar: CalendarOption = None,
    tzid: ZoneOption = None,
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
    """Keep a copy of the calendars in a file or in PostgreSQL, and report what changed since the last run.

    The first run reads the sync window, 42 days back to 201 ahead. Each later one reads what changed, what has come
    into the window at its far end, and drops what has left it. A run that is interrupted leaves the copy as it was.

    \b
    Examples:
      cronofy sync --out calendar.db
      cronofy sync --out calendar.db --json | jq .changed
      cronofy sync --out work.db --calendar Work --json | jq -e .changed && echo 'Work changed'
      cronofy sync --out calendar.db --check
      cronofy sync --out postgresql://db.example.com/team --accounts accounts.ndjson
    """
    from cronofy_cli.sync.destination import place_of_many, place_of_one
    from cronofy_cli.sync.plan import PlanOptions

    if check and (full or exit_code):
        raise WrongUsage(
            "--check cannot be combined with --full or --exit-code", hint="leave out --full and --exit-code"
        )
    run = app_context(context)
    if tzid is not None:
        find_zone(tzid)
    many.check(run)
    request = SyncRequest(
        place=place_of_many(out) if many.is_wanted else place_of_one(out),
        calendar=calendar,
        tzid=tzid,
        plan=PlanOptions(full, timedelta(seconds=parse_duration(full_every, option="--full-every"))),
        limits=many.limits,
        is_check=check,
    )
    if not _is_same(run, request, many) and (check or exit_code):
        raise typer.Exit(ExitCode.FAILED)


def _is_same(run: AppContext, request: SyncRequest, many: ManyAccounts) -> bool:
    """Do what is asked for; return whether nothing changed, or differs."""
    if many.is_wanted:
        from cronofy_cli.commands.sync_many import check_many, sync_many

        return check_many(run, request, many) if request.is_check else sync_many(run, request, many)
    account = _one(run, request)
    return _check(account) if request.is_check else _sync(account)


def _one(run: AppContext, request: SyncRequest) -> AccountAtWork:
    """Return the account that is signed in, whose requests count for its application."""
    from cronofy_cli.cli.calendar_choice import note_calendar_filter

    run.budget = request.budget(client_id_of(run), run.data_center.name)
    run.resources.callback(run.budget.close)
    account = account_at_work(run, request)
    note_calendar_filter(run, request.calendar)
    return account


def _sync(account: AccountAtWork) -> bool:
    """Bring the copy up to date and say what changed; return whether nothing did."""
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.view import show_run

    run = account.run
    with ChangeLog() as log:
        with run.progress("events") as progress:
            name, outcome = account.sync(log, progress)
        show_run(run.output, name, outcome, log, _change_lines(account, outcome, log))
    if outcome.repeated:
        run.warn(f"events that share an event_uid with another: {outcome.repeated}; the copy has only one of each")
    return not outcome.counts.has_changes


def _check(account: AccountAtWork) -> bool:
    """Compare the copy and say how it differs; return whether it does not."""
    from cronofy_cli.sync.view import show_drift

    with account.run.progress("events") as progress:
        name, report = account.check(progress)
    show_drift(account.run.output, name, report)
    return not report.drifts


def _change_lines(account: AccountAtWork, outcome: Outcome, log: ChangeLog) -> Iterable[str]:
    """Return the changes in words. Only a person gets them, so only for one are the calendars' names asked for."""
    run = account.run
    if run.output.format is not OutputFormat.TABLE or not log.first:
        return ()
    from cronofy_cli.cli.calendar_choice import calendar_names
    from cronofy_cli.output.events.event_changes import change_lines

    zone = find_zone(outcome.state.tzid)
    today = account.now.moment.astimezone(zone).date()
    return change_lines(log.first, zone, calendar_names(run), today=today, color=run.output.color_stdout, indent="  ")
