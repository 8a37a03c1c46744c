"""`cronofy deliveries list`: the newest that fit, and those that come while one looks."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import (
    ChannelOption,
    SearchOption,
    SignatureOption,
    SinceOption,
    TypeOption,
    UntilOption,
    WhereOption,
    local_moment,
)
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.deliveries import delivery_list
from cronofy_cli.output.lists import show_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.adapters.history import Criteria, History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.where import Where
    from cronofy_cli.output.deliveries import Listed
    from cronofy_cli.output.lists import ListView

app = command_app()

BIGGEST_LIMIT = 1_000_000_000
"""More than a disk holds, and a number that SQLite takes."""
SHOWN = 50
"""Without --limit and --all."""
_AT_ONCE = 500
_WORTH_INDEXING = 20_000
"""Fewer are searched in a moment."""


StatusOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE|STATE",
        rich_help_panel="Filters",
        help="Only with this result of your application: 404, 5xx, failed, waiting, forwarded, not-forwarded, or a "
        "failure such as connection_refused.",
    ),
]
AnsweredOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        rich_help_panel="Filters",
        help="Only with this response to Cronofy: 401, 4xx; or none, when it came too late.",
    ),
]


NeedsLookOption = Annotated[
    bool,
    typer.Option(
        "--needs-look",
        rich_help_panel="Filters",
        help="Only with a wrong or missing signature, not accepted by us or your application, or answered by it late.",
    ),
]


@app.command("list", cls=ListCommand)
def list_deliveries(
    context: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=BIGGEST_LIMIT, help=f"Show this many of the newest; by default {SHOWN}."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show all of them.")] = False,
    type_: TypeOption = None,
    channel: ChannelOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    status: StatusOption = None,
    answered: AnsweredOption = None,
    signature: SignatureOption = None,
    needs_look: NeedsLookOption = False,
    search: SearchOption = None,
    where: WhereOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep showing new ones until Ctrl-C.")] = False,
) -> None:
    """List received deliveries, the newest last. APP is the result of your application, ANSWERED ours.

    \b
    Examples:
      cronofy deliveries list
      cronofy deliveries list --type change --since 1h --json
      cronofy deliveries list --status 5xx --since today
      cronofy deliveries list --status waiting
      cronofy deliveries list --answered 401
      cronofy deliveries list --search "Sales call" --follow
      cronofy deliveries list --where "contains(channel.filters.calendar_ids, 'cal_1')"
    """
    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.adapters.history.words import parse_answered, parse_status

    run = app_context(context)
    criteria = Criteria(
        **parse_status(status),
        type=type_,
        signature=signature,
        channel=channel,
        since=local_moment(since, option="--since") if since is not None else None,
        until=local_moment(until, option="--until") if until is not None else None,
        answered=parse_answered(answered),
        needs_look=needs_look,
        search=search,
    )
    chosen = _expression(where) if where is not None else None
    if every and limit is not None:
        raise WrongUsage("--all and --limit cannot be combined", hint="leave out one of them")
    found = latest(run.history, BIGGEST_LIMIT if every else limit or SHOWN + 1, criteria, chosen)
    if limit is None and not every and len(found) > SHOWN:
        found = found[1:]
        run.output.note(f"note: these are the newest {SHOWN}; older ones that match are left out: --all or --limit N")
    _note_slow_search(run, criteria)
    if follow:
        _follow(run, found, criteria, chosen)
    else:
        run.page_output()
        show_list(run.output, _with_results(run.history, found), _view(run.history, search), streamed=True)


def _note_slow_search(run: AppContext, criteria: Criteria) -> None:
    if criteria.search is not None and (unindexed := run.history.search.unindexed()) >= _WORTH_INDEXING:
        one_by_one = f"{unindexed:,} deliveries were searched one by one"
        run.output.note(f"note: {one_by_one}; to index them: cronofy deliveries index")


def _expression(text: str) -> Where:
    from cronofy_cli.core.notifications.where import parse_where

    return parse_where(text)


def latest(history: History, limit: int, criteria: Criteria, where: Where | None) -> list[Delivery]:
    """Return the newest deliveries that fit, the newest last. An expression is asked of one after the other."""
    if where is None:
        return history.latest(limit, criteria)
    found: list[Delivery] = []
    for delivery in history.newest_first(criteria):
        if where.fits_body(delivery.request.body):
            found.append(delivery)
            if len(found) == limit:
                break
    return found[::-1]


def _follow(run: AppContext, found: list[Delivery], criteria: Criteria, where: Where | None) -> None:
    from cronofy_cli.output.lists import show_as_they_come

    if run.flags.wants_json and not run.flags.ndjson:
        raise WrongUsage("--json is one document, and --follow has no end", hint="use --ndjson")
    after_id = (found[-1].id or 0) if found else 0
    there = list(_with_results(run.history, found))
    show_as_they_come(
        run.output, _coming(run, after_id, criteria, where), _view(run.history, criteria.search), there=there
    )


def _coming(run: AppContext, after_id: int, criteria: Criteria, where: Where | None) -> Iterator[Listed]:
    from cronofy_cli.adapters.history import follow, patiently

    # For writing, though it only reads: a history that is not there yet may come.
    history = run.open_history()
    for batch in follow(history, after_id, time.sleep, criteria=criteria):
        fitting = [each for each in batch if where is None or where.fits_body(each.request.body)]
        yield from patiently(partial(_all_with_results, history, fitting), time.sleep)


def _view(history: History, search: str | None) -> ListView[Listed]:
    view = delivery_list(datetime.now().astimezone().date())
    if not history.latest(1):
        return view
    exactly = "" if search is None or search == search.swapcase() else " --search tells capitals from small letters."
    return view._replace(empty=f"No delivery matches.{exactly} To see all: cronofy deliveries list")


def _all_with_results(history: History, found: Sequence[Delivery]) -> list[Listed]:
    return list(_with_results(history, found))


def _with_results(history: History, found: Sequence[Delivery]) -> Iterator[Listed]:
    for start in range(0, len(found), _AT_ONCE):
        chunk = found[start : start + _AT_ONCE]
        results = history.forwards.results([delivery.id or 0 for delivery in chunk])
        yield from ((delivery, results.get(delivery.id or 0, ())) for delivery in chunk)
