"""`cronofy wait`: block until matching notifications are in the history, and receive them if no one else does."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import (
    LAST,
    ChannelOption,
    SinceOption,
    TypeOption,
    WhereOption,
    find_delivery,
    local_moment,
)
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, ExitCode, TimeLimitReached, WrongUsage
from cronofy_cli.output.deliveries import compact_line, received_list
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history import History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.run import ListenRun
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.wait import Collector, Listeners
    from cronofy_cli.output.streams import Output

app = command_app()

LISTENERS_PAUSE_S: Final = 1.0
"""How often to look whether the `listen` of others still runs."""
LONGEST_REASON_S: Final = 3.0
"""For how long before the time limit `why` is asked; what arrives meanwhile counts all the same."""
SHORTEST_REASON_S: Final = 0.4
"""In less it has no answer."""
SHOWN_MISSES: Final = 5
JUST_BEFORE: Final = timedelta(minutes=5)
"""How long before the command's start a notification may have come to be named."""


TimeoutOption = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Stop 90s, 5m or 2h after the start, with exit code 124.")
]
AfterOption = Annotated[
    str | None,
    typer.Option(
        metavar="NUMBER|TIME",
        help="Count notifications after this delivery's number (also last or @TAG), or from this time on.",
    ),
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
    channel, as listen does, and closes it at its end. A script that starts listen itself says --no-listen, so that it
    does not matter which of the two is quicker.

    Only notifications from now on count, unless --after or --since says otherwise. A script that acts first and waits
    afterwards misses nothing with --after: first "newest_delivery_id" of the --ready-file, or the time of its start,
    then the "id" that the call before has printed, so that each call returns the next. At the time limit it lists what
    came and did not match, and what 'cronofy why' finds first.

    \b
    Examples:
      cronofy wait --type change --timeout 2m --data-center simulator
      cronofy wait --no-listen --count 3 --after 41 --timeout 30s
      cronofy wait --where "notification.changes_since >= '2026-11-22T00:00:00Z'" | jq -r .changes_since
    """
    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.core.notifications.where import parse_where
    from cronofy_cli.listen.wait import Collector, Wanted

    run = app_context(context)
    run.limit_time(timeout)
    listen = _who_receives(listen, channel)
    # For writing, though it only reads: there may be no history before the first delivery.
    history = run.open_history()
    after_id, moment = _start(history, after, since)
    signature = None if any_signature else SignatureState.VALID
    wanted = Wanted(
        count,
        Criteria(type=type_, channel=channel, since=moment, signature=signature),
        parse_where(where) if where is not None else None,
        None if listen is False else _chosen_data_center(run),
    )
    output = _in_lines(run.output)
    collector = Collector(history, wanted, after_id, _shower(output))
    limit = _Limit(run)
    exit_code = _collect(run, collector, limit, listen)
    if output.format is OutputFormat.JSON:
        show_list(output, collector.found, received_list())
    if exit_code == ExitCode.TIME_LIMIT:
        if after is None and since is None:
            _note_earlier(run, collector)
        raise _too_late(run.output, collector, limit, timeout or "")
    raise typer.Exit(exit_code)


def _who_receives(listen: bool | None, channel: str | None) -> bool | None:
    """Return who receives: this command (true), others (false), or whoever is there (None)."""
    if listen and channel is not None:
        raise WrongUsage(
            "--listen and --channel cannot be combined: --listen opens a new channel", hint="leave out one of them"
        )
    return False if channel is not None else listen


def reserved_s(limit_s: float) -> float:
    """Return how much of a time limit is left when `why` is asked: a quarter, but not more than that takes."""
    return min(LONGEST_REASON_S, limit_s / 4)


class _Limit:
    """The command's time limit. Shortly before it `why` is asked, so that the answer does not exceed it."""

    def __init__(self, run: AppContext) -> None:
        self._run = run
        self._is_asked = False
        self.hint = "what keeps them away: cronofy why"

    def is_over(self) -> bool:
        """Whether the limit is reached."""
        deadline = self._run.deadline
        if deadline is None:
            return False
        kept_s = reserved_s(deadline.limit_s)
        if not self._is_asked and kept_s >= SHORTEST_REASON_S and deadline.remaining_s <= kept_s:
            self._is_asked = True
            self._ask(deadline.remaining_s)
        return deadline.is_over

    def _ask(self, limit_s: float) -> None:
        from cronofy_cli.cli.evidence_sources import sources_of
        from cronofy_cli.core.background import BackgroundTask
        from cronofy_cli.why.collect import collect
        from cronofy_cli.why.evidence import Question
        from cronofy_cli.why.rank import conclude

        try:
            sources = sources_of(self._run, probes=False)
        except CronofyError:  # as for `why` itself: then there is nothing to add
            return
        task = BackgroundTask(lambda: conclude(collect(Question(), sources)), "the diagnosis", limit_s)
        conclusion = task.result()
        if not isinstance(conclusion, CronofyError) and conclusion.causes:
            cause = conclusion.causes[0]
            self.hint = f"{cause.likelihood}: {cause.sentence}; {cause.hint} (more: cronofy why)"


def _too_late(output: Output, collector: Collector, limit: _Limit, timeout: str) -> TimeLimitReached:
    """List what came and does not count, and return the error."""
    from cronofy_cli.listen.wait import misses

    came = misses(collector)
    if came:
        output.note(f" {len(came)} came and did not match:")
    for miss in came[-SHOWN_MISSES:]:
        output.styled_note(f"{compact_line(miss.delivery, color=output.color_stderr)}  {miss.reason}")
    if len(came) > SHOWN_MISSES:
        output.note(" the newest are shown; all: cronofy deliveries list")
    said = f"{len(collector.found)} of {collector.wanted.count} came within {timeout}"
    return TimeLimitReached(said, hint=limit.hint)


def _note_earlier(run: AppContext, collector: Collector) -> None:
    """Name what came just before: a script that acts first and waits afterwards means it."""
    from cronofy_cli.listen.wait import came_before

    waited_s = 0.0 if run.deadline is None else run.deadline.limit_s
    earlier = came_before(collector, datetime.now(UTC) - timedelta(seconds=waited_s) - JUST_BEFORE)
    if earlier:
        said = (
            "1 came shortly before, which does"
            if len(earlier) == 1
            else f"{len(earlier)} came shortly before, which do"
        )
        run.output.note(f" {said} not count; to count from there: --after {(earlier[0].id or 1) - 1}")


def _in_lines(output: Output) -> Output:
    """Return the output, in a pipe with a JSON line for each notification, as `listen` does."""
    return replace(output, format=OutputFormat.NDJSON) if output.format is OutputFormat.TSV else output


def _shower(output: Output) -> Callable[[Delivery], None]:
    """Return what shows a delivery as soon as it is found, where that can be done one by one."""

    def show(delivery: Delivery) -> None:
        if output.format is OutputFormat.NDJSON:
            show_list(output, [delivery], received_list())
        elif output.format is OutputFormat.TABLE:
            output.data(compact_line(delivery, color=output.color_stdout))

    return show


def _start(history: History, after: str | None, since: str | None) -> tuple[int, datetime | None]:
    """Return the number after which deliveries count, and the moment from which on."""
    moment = local_moment(since, option="--since") if since is not None else None
    if after is None:
        return (history.newest_id() if moment is None else 0), moment
    digits = after.removeprefix("#")
    if digits.isascii() and digits.isdigit():
        # It need not be there: 0 is before the first one, and the oldest are removed in time.
        return int(digits), moment
    if after == LAST or after.startswith("@"):
        return find_delivery(history, after).id or 0, moment
    try:
        begun = local_moment(after, option="--after")
    except WrongUsage as error:
        hint = "use a delivery's number, last, @tag, or a time such as 10s or 2026-11-22T12:00:00Z"
        raise WrongUsage(error.message, hint=hint) from error
    return 0, begun if moment is None else max(begun, moment)


def _collect(run: AppContext, collector: Collector, limit: _Limit, listen: bool | None) -> int:
    """Wait, and return how that ended. `listen` says who receives; None leaves it to who is there."""
    # What is there already does not have to be received.
    collector.collect(_do_not_wait, lambda: True)
    if listen is not True:
        _follow_others(run, collector, limit, whether_or_not_they_run=listen is False)
    if collector.is_complete:
        return ExitCode.DONE
    if limit.is_over():
        return ExitCode.TIME_LIMIT
    try:
        return _receive(run, collector, limit)
    except TimeLimitReached as error:
        run.output.note(f" {error.message}")
        return ExitCode.TIME_LIMIT
    except CronofyError as error:
        if listen is None:
            others = "to leave the receiving to others: --no-listen"
            error.hint = f"{error.hint}; or, {others}" if error.hint else others
        raise


def _follow_others(run: AppContext, collector: Collector, limit: _Limit, *, whether_or_not_they_run: bool) -> None:
    """Take what others receive, as long as they run or until the end."""
    looked_s = -LISTENERS_PAUSE_S
    are_there = True

    def is_over() -> bool:
        nonlocal looked_s, are_there
        if not whether_or_not_they_run and time.monotonic() - looked_s >= LISTENERS_PAUSE_S:
            looked_s, are_there = time.monotonic(), _listeners(run).has_own
        return not are_there or limit.is_over()

    if not collector.is_complete:
        collector.collect(time.sleep, is_over)


def _receive(run: AppContext, collector: Collector, limit: _Limit) -> int:
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
                collector.collect(pause, lambda: ending != ExitCode.TIME_LIMIT or limit.is_over())
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
    from cronofy_cli.core.print_style import PrintStyle
    from cronofy_cli.listen.options import Address, ChannelWanted, ListenOptions
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
