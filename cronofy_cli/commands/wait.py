"""`cronofy wait`: block until matching notifications are in the history, and receive them if no one else does."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import (
    ChannelOption,
    SinceOption,
    TypeOption,
    WhereOption,
    find_delivery,
    local_moment,
)
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, ExitCode, TimeLimitReached, WrongUsage
from cronofy_cli.output.deliveries import compact_line, delivery_list
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history import History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.run import ListenRun
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.wait import Collector, Deadline, Listeners
    from cronofy_cli.output.streams import Output

app = command_app()

LISTENERS_PAUSE_S: Final = 1.0
"""How often to look whether the `listen` of others still runs."""


TimeoutOption = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Stop after 90s, 5m or 2h, with exit code 124.")
]
AfterOption = Annotated[
    str | None, typer.Option(metavar="ID|last|@TAG", help="Also count notifications received after this one.")
]
AnySignatureOption = Annotated[
    bool,
    typer.Option("--any-signature", help="Also count notifications whose signature is wrong, missing or not checked."),
]
ListenOption = Annotated[
    bool | None,
    typer.Option(
        "--listen/--no-listen",
        help="Receive with a channel of its own, or never; by default only if no 'listen' is running.",
    ),
]


@app.command(cls=ApiListCommand)
def wait(
    context: typer.Context,
    type_: TypeOption = None,
    channel: ChannelOption = None,
    where: WhereOption = None,
    count: Annotated[int, typer.Option(min=1, help="Wait for this many notifications.")] = 1,
    timeout: TimeoutOption = None,
    since: SinceOption = None,
    after: AfterOption = None,
    any_signature: AnySignatureOption = False,
    listen: ListenOption = None,
) -> None:
    """Wait for verified notifications and print them, in a pipe as NDJSON. Exits with 124 at the time limit.

    They come from a running 'cronofy listen' of the same account. When none runs, wait receives by itself: it opens a
    channel, as listen does, and closes it at its end; the time limit runs from when it is ready. A script that starts
    listen itself says --no-listen, so that it does not matter which of the two is quicker.

    Only notifications from now on count, unless --since or --after says otherwise.

    \b
    Examples:
      cronofy wait --type change --timeout 2m --data-center simulator
      cronofy wait --no-listen --count 3 --since 10s --timeout 30s
      cronofy wait --where "notification.changes_since >= '2026-11-22T00:00:00Z'" | jq -r .changes_since
    """
    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.core.notifications.where import parse_where
    from cronofy_cli.listen.wait import Collector, Deadline, Wanted

    run = app_context(context)
    deadline = Deadline(parse_duration(timeout, option="--timeout") if timeout is not None else None)
    if listen and channel is not None:
        raise WrongUsage(
            "--listen and --channel cannot be combined: --listen opens a new channel", hint="leave out one of them"
        )
    listen = False if channel is not None else listen
    criteria = Criteria(
        type=type_,
        channel=channel,
        since=local_moment(since, option="--since") if since is not None else None,
        signature=None if any_signature else SignatureState.VALID,
    )
    data_center = None if listen is False else _chosen_data_center(run)
    wanted = Wanted(count, criteria, parse_where(where) if where is not None else None, data_center)
    # For writing, though it only reads: there may be no history before the first delivery.
    history = run.open_history()
    output = _in_lines(run.output)
    collector = Collector(history, wanted, _start(history, after, since), _shower(output))
    exit_code = _collect(run, collector, deadline, listen)
    if output.format is OutputFormat.JSON:
        show_list(output, collector.found, delivery_list())
    if exit_code == ExitCode.TIME_LIMIT:
        said = f"{len(collector.found)} of {count} came within {timeout}"
        raise TimeLimitReached(said, hint="what keeps them away: cronofy why")
    raise typer.Exit(exit_code)


def _in_lines(output: Output) -> Output:
    """Return the output, in a pipe with a JSON line for each notification, as `listen` does."""
    return replace(output, format=OutputFormat.NDJSON) if output.format is OutputFormat.TSV else output


def _shower(output: Output) -> Callable[[Delivery], None]:
    """Return what shows a delivery as soon as it is found, where that can be done one by one."""

    def show(delivery: Delivery) -> None:
        if output.format is OutputFormat.NDJSON:
            show_list(output, [delivery], delivery_list())
        elif output.format is OutputFormat.TABLE:
            output.data(compact_line(delivery, color=output.color_stdout))

    return show


def _start(history: History, after: str | None, since: str | None) -> int:
    """Return the number after which deliveries count."""
    if after is not None:
        return find_delivery(history, after).id or 0
    return 0 if since is not None else history.newest_id()


def _collect(run: AppContext, collector: Collector, deadline: Deadline, listen: bool | None) -> int:
    """Wait, and return how that ended. `listen` says who receives; None leaves it to who is there."""
    # What is there already does not have to be received.
    collector.collect(_do_not_wait, lambda: True)
    if listen is not True:
        _follow_others(run, collector, deadline, whether_or_not_they_run=listen is False)
    if collector.is_complete:
        return ExitCode.DONE
    if deadline.is_over():
        return ExitCode.TIME_LIMIT
    try:
        return _receive(run, collector, deadline)
    except CronofyError as error:
        if listen is None:
            others = "to leave the receiving to others: --no-listen"
            error.hint = f"{error.hint}; or, {others}" if error.hint else others
        raise


def _follow_others(run: AppContext, collector: Collector, deadline: Deadline, *, whether_or_not_they_run: bool) -> None:
    """Take what others receive, as long as they run or until the end."""
    looked_s = -LISTENERS_PAUSE_S
    are_there = True

    def is_over() -> bool:
        nonlocal looked_s, are_there
        if not whether_or_not_they_run and time.monotonic() - looked_s >= LISTENERS_PAUSE_S:
            looked_s, are_there = time.monotonic(), _listeners(run).has_own
        if are_there:
            deadline.start()
        return deadline.is_over() or not are_there

    if not collector.is_complete:
        collector.collect(time.sleep, is_over)


def _receive(run: AppContext, collector: Collector, deadline: Deadline) -> int:
    """Receive by itself, and return how that ended: 130 after Ctrl-C, 3 if nothing can arrive any more."""
    from cronofy_cli.listen.stop import StopRequest

    others = _listeners(run).elsewhere
    which = f"; the one for {', '.join(others)} is another account's" if others else ""
    run.output.note(f" waiting with a new channel{which}")
    ending: int = ExitCode.TIME_LIMIT

    def pause(seconds: float) -> None:
        nonlocal ending
        ending = stop.wait(seconds)

    with StopRequest() as stop:
        try:
            with _receiving(run, stop) as ready:
                collector.own_path = urlsplit(ready.session.callback_url).path
                deadline.start()
                collector.collect(pause, lambda: ending != ExitCode.TIME_LIMIT or deadline.is_over())
        except KeyboardInterrupt:
            return stop.exit_code
    return ExitCode.DONE if collector.is_complete else ending


@contextmanager
def _receiving(run: AppContext, stop: StopRequest) -> Iterator[ListenRun]:
    """Be ready to receive inside the `with`, which prints nothing of what arrives; steps are reported as by `listen`.

    Tunnel and calendars are those of the settings.

    Raises:
        CronofyError: it cannot be made ready.
    """
    from cronofy_cli.cli.calendar_choice import calendar_ids
    from cronofy_cli.cli.embedded_simulator import ensure_simulator
    from cronofy_cli.commands.listen.surroundings import surroundings_of
    from cronofy_cli.listen.options import Address, ChannelWanted, ListenOptions, PrintStyle
    from cronofy_cli.listen.run import ListenRun

    if ensure_simulator(run):
        run.output.note(f" a simulator runs in this process until it ends: {run.data_center.api_url}")
    options = ListenOptions(
        style=PrintStyle.COMPACT,
        address=Address.from_settings(run.settings),
        channel=ChannelWanted(calendar_ids=calendar_ids(run, None)),
        read_events=False,
    )
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        surroundings = surroundings_of(run, replace(run.output, stdout=nowhere))
        with ListenRun(surroundings, options, stop) as ready:
            yield ready


def _listeners(run: AppContext) -> Listeners:
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.listen.wait import find_listeners

    return find_listeners(Journal(run.environment), _chosen_data_center(run), _known_account(run))


def _chosen_data_center(run: AppContext) -> str | None:
    """Return how the journal and the history call the data center; None if nothing says which one is meant."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.resolution import OriginKind

    if run.is_simulator:
        # By its name alone: it need not run.
        return SIMULATOR
    is_said = run.settings.find(Key.DATA_CENTER).origin.kind is not OriginKind.DEFAULT
    return run.data_center.name if is_said or run.environment_is_enough else None


def _known_account(run: AppContext) -> str | None:
    account = None if run.is_simulator or run.environment_is_enough else run.account
    return account.context.account.sub if account is not None and account.context.account is not None else None


def _do_not_wait(_seconds: float) -> None:
    """Look once."""
