"""`cronofy listen`: receive, verify and print push notifications on this machine."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.commands.channels import CalendarOption, OnlyManagedOption
from cronofy_cli.core.callback_url import callback_url_warning, check_callback_url
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listener.policy import SignaturePolicy
from cronofy_cli.output.live import PrintStyle
from cronofy_cli.shared_options import ApiListCommand, app_context, command_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.commands.receiving import Run, Wishes
    from cronofy_cli.context import AppContext

app = command_app()


@app.command(cls=ApiListCommand)
def listen(
    context: typer.Context,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Your own public address that leads to --port on this machine.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The local port; 0 takes any free one.")] = 0,
    calendar: CalendarOption = None,
    only_managed: OnlyManagedOption = False,
    print_: Annotated[
        PrintStyle | None, typer.Option("--print", help="How to print; json in a pipe, compact on a terminal.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="Print and count only this type; repeat it for several. All are recorded."),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many notifications.")] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="End after 90s, 5m or 2h, with exit code 124.")
    ] = None,
    read_events: Annotated[bool, typer.Option(help="Read and print the events behind each change.")] = True,
    signature: Annotated[
        SignaturePolicy,
        typer.Option(help="What is not signed is answered 401 (strict), only shown (warn), or not checked (off)."),
    ] = SignaturePolicy.STRICT,
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Written when ready, with the callback URL as JSON; removed at the end."),
    ] = None,
) -> None:
    """Receive push notifications on this machine: create a channel, prove that it works, then print what arrives.

    Everything is recorded before it is answered; see 'cronofy deliveries'. Ctrl-C closes the channel.

    \b
    Examples:
      cronofy listen --data-center simulator
      cronofy listen --public-url https://hooks.example.com --port 8080 --calendar Work
      cronofy listen --only change --count 1 --timeout 2m | jq .changes_since
    """
    from cronofy_cli.commands.calendar_choice import calendar_ids
    from cronofy_cli.commands.embedded_simulator import ensure_simulator
    from cronofy_cli.commands.receiving import Wishes

    run = app_context(context)
    timeout_s = parse_duration(timeout, option="--timeout") if timeout else None
    _check_address(run, public_url, port)
    if ensure_simulator(run):
        run.output.note(f" a simulator runs in this process until it ends: {run.data_center.api_url}")
    wishes = Wishes(
        style=_style(run, print_),
        public_url=public_url,
        port=port,
        calendar_ids=calendar_ids(run, calendar or []),
        only_managed=only_managed,
        types=tuple(only or ()),
        count=count,
        read_events=read_events,
        policy=signature,
    )
    raise typer.Exit(_listen(run, wishes, timeout_s, ready_file))


def _check_address(run: AppContext, public_url: str | None, port: int) -> None:
    if public_url is None:
        if run.is_simulator or not run.data_center.is_real:
            return
        raise WrongUsage(
            "Cronofy needs a public address to post to",
            hint="give yours with --public-url URL --port PORT, or try it here: cronofy listen --data-center simulator",
        )
    check_callback_url(public_url, must_be_public=not run.is_simulator and run.data_center.is_real)
    if port == 0:
        raise WrongUsage("--public-url needs to know where it leads", hint="add --port PORT")
    if warning := callback_url_warning(public_url):
        run.output.note(f"warning: {warning}")


def _style(run: AppContext, chosen: PrintStyle | None) -> PrintStyle:
    if run.flags.json or run.flags.ndjson:
        return PrintStyle.JSON
    return chosen or (PrintStyle.COMPACT if run.output.is_terminal else PrintStyle.JSON)


def _listen(run: AppContext, wishes: Wishes, timeout_s: float | None, ready_file: Path | None) -> int:
    from cronofy_cli.commands.receiving import receiving
    from cronofy_cli.listener.stopping import StopRequest

    with StopRequest() as stop:
        ready_run = receiving(
            run, wishes, on_complete=stop.ask, on_pipe_closed=stop.ask_pipe_closed, hold_signals=stop.held
        )
        try:
            with ready_run as ready, _announced(ready, ready_file):
                return stop.wait(timeout_s)
        except KeyboardInterrupt:
            return stop.exit_code


@contextmanager
def _announced(ready: Run, ready_file: Path | None) -> Iterator[None]:
    """Say that it is ready; the file says so as long as it is true."""
    session = ready.session
    assert session.channel is not None
    document = {
        "callback_url": session.callback_url,
        "channel_id": session.channel.channel_id,
        "port": session.port,
        "pid": os.getpid(),
    }
    if ready_file is not None:
        from cronofy_cli.adapters.paths import write_private

        write_private(ready_file, json.dumps(document).encode())
    try:
        ready.live.ready(document, "Ready. Ctrl-C closes the channel.")
        yield
    finally:
        if ready_file is not None:
            with suppress(OSError):
                ready_file.unlink()
