"""`cronofy wait`: block until matching notifications are in the history."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.commands.delivery_choice import (
    ChannelOption,
    SinceOption,
    TypeOption,
    WhereOption,
    find_delivery,
    parse_moment,
)
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import TimeLimitReached
from cronofy_cli.output.deliveries import delivery_list
from cronofy_cli.output.lists import show_list
from cronofy_cli.shared_options import ListCommand, app_context, command_app

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Criteria, History
    from cronofy_cli.core.deliveries import Delivery
    from cronofy_cli.core.where import Where

app = command_app()


@app.command(cls=ListCommand)
def wait(
    context: typer.Context,
    type_: TypeOption = None,
    channel: ChannelOption = None,
    where: WhereOption = None,
    count: Annotated[int, typer.Option(min=1, help="For so many.")] = 1,
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="End after 90s, 5m or 2h, with exit code 124.")
    ] = None,
    since: SinceOption = None,
    after: Annotated[
        str | None, typer.Option(metavar="ID|last|@TAG", help="Also those that came after this one, before now.")
    ] = None,
    any_signature: Annotated[
        bool, typer.Option("--any-signature", help="Also those whose signature is wrong, missing or not checked.")
    ] = False,
) -> None:
    """Wait for notifications that a running 'cronofy listen' receives and verifies, and print them.

    Only what comes from now on counts, unless --since or --after reaches back.

    \b
    Examples:
      cronofy wait --type change --timeout 2m --json
      cronofy wait --count 3 --since 10s --timeout 30s
      cronofy wait --where 'notification.changes_since >= 2026-11-22T00:00:00Z'
    """
    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.core.where import parse_where

    run = app_context(context)
    limit_s = parse_duration(timeout, option="--timeout") if timeout else None
    chosen = parse_where(where) if where else None
    # For writing, though it only reads: there may be no history before the first delivery.
    history = run.open_history()
    criteria = Criteria(
        type=type_,
        channel=channel,
        since=parse_moment(since, option="--since") if since else None,
        signature=None if any_signature else SignatureState.VALID,
    )
    found = _gather(history, _start(history, after, since), criteria, chosen, count, limit_s)
    show_list(run.output, found, delivery_list())
    if len(found) < count:
        raise TimeLimitReached(
            f"{len(found)} of {count} came within {timeout}", hint="does 'cronofy listen' run? Look: cronofy doctor"
        )


def _start(history: History, after: str | None, since: str | None) -> int:
    """Return the number after which deliveries count."""
    if after is not None:
        return find_delivery(history, after).id or 0
    return 0 if since is not None else history.newest_id()


def _gather(
    history: History, after_id: int, criteria: Criteria, where: Where | None, count: int, limit_s: float | None
) -> list[Delivery]:
    from cronofy_cli.adapters.history import follow

    end_s = None if limit_s is None else time.monotonic() + limit_s
    found: list[Delivery] = []
    for batch in follow(history, after_id, time.sleep, criteria=criteria):
        found += [each for each in batch if where is None or where.fits_body(each.request.body)]
        if len(found) >= count or (not batch and end_s is not None and time.monotonic() >= end_s):
            break
    return found[:count]
