"""`cronofy deliveries list`: the newest that fit, and those that come while one looks."""

from __future__ import annotations

import time
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
    from collections.abc import Iterator

    from cronofy_cli.adapters.history import Criteria, ForwardState, History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.where import Where

app = command_app()

BIGGEST_LIMIT = 1_000_000_000
"""More than a disk holds, and a number that SQLite takes."""


StatusOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE|STATE",
        rich_help_panel="Filters",
        help="Only with this response, ours or the application's: 401; or forwarded, failed, not-forwarded.",
    ),
]


@app.command("list", cls=ListCommand)
def list_deliveries(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=BIGGEST_LIMIT, help="Show this many of the newest.")] = 50,
    type_: TypeOption = None,
    channel: ChannelOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    status: StatusOption = None,
    signature: SignatureOption = None,
    search: SearchOption = None,
    where: WhereOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep showing new ones until Ctrl-C.")] = False,
) -> None:
    """List received deliveries, the newest last.

    \b
    Examples:
      cronofy deliveries list
      cronofy deliveries list --type change --since 1h --json
      cronofy deliveries list --status failed --signature valid
      cronofy deliveries list --search "Sales call" --follow
      cronofy deliveries list --where "contains(channel.filters.calendar_ids, 'cal_1')"
    """
    from cronofy_cli.adapters.history import Criteria

    run = app_context(context)
    code, forward = _status(status)
    criteria = Criteria(
        type=type_,
        signature=signature,
        channel=channel,
        since=local_moment(since, option="--since") if since is not None else None,
        until=local_moment(until, option="--until") if until is not None else None,
        status=code,
        forward=forward,
        search=search,
    )
    chosen = _expression(where) if where is not None else None
    found = latest(run.history, limit, criteria, chosen)
    if follow:
        _follow(run, found, criteria, chosen)
    else:
        show_list(run.output, found, delivery_list(), streamed=True)


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
    show_as_they_come(run.output, _coming(run, after_id, criteria, where), delivery_list(), there=found)


def _coming(run: AppContext, after_id: int, criteria: Criteria, where: Where | None) -> Iterator[Delivery]:
    from cronofy_cli.adapters.history import follow

    # For writing, though it only reads: a history that is not there yet may come.
    for batch in follow(run.open_history(), after_id, time.sleep, criteria=criteria):
        yield from (each for each in batch if where is None or where.fits_body(each.request.body))


def _status(text: str | None) -> tuple[int | None, ForwardState | None]:
    from cronofy_cli.adapters.history import ForwardState

    if text is None:
        return None, None
    if text.isascii() and text.isdigit() and len(text) == len("200"):
        return int(text), None
    if text in set(ForwardState):
        return None, ForwardState(text)
    raise WrongUsage(f"--status does not know '{text}'", hint=f"use a status such as 401, or {', '.join(ForwardState)}")
