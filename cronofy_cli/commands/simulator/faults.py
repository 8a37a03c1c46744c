"""`cronofy simulator faults`: calls of the simulator's API that fail to order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ControlListCommand, LocalCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.cli.context import AppContext

app = command_app("Make requests to the simulator's API fail, be slow, or get no response.")

_COLUMNS = ("method", "path_prefix", "status", "delay_s", "drop", "times")


@app.command("add", cls=ControlListCommand)
def add(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="Requests whose path starts with this, such as /v1/events.")
    ],
    status: Annotated[int | None, typer.Option(min=400, max=599, help="Respond with this status.")] = None,
    delay: Annotated[str | None, typer.Option(metavar="DURATION", help="Wait this long before responding.")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Close the connection without a response.")] = False,
    method: Annotated[str | None, typer.Option(help="Only requests with this method, such as GET.")] = None,
    times: Annotated[int, typer.Option(min=1, help="Fail this many requests; later ones work again.")] = 1,
) -> None:
    """Make the next matching requests fail, and list all pending faults.

    \b
    Examples:
      cronofy simulator faults add /v1/events --status 503 --times 2
      cronofy simulator faults add /v1/channels --delay 10s
    """
    run = app_context(context)
    if not path.startswith("/"):
        before, _, after = path.partition(" ")
        hint = (
            f"name it apart: {after} --method {before}" if after.startswith("/") else f"start it with a slash: /{path}"
        )
        raise WrongUsage(f"no request has a path that starts with '{path}'", hint=hint)
    if (status is not None and drop) or not (status or delay or drop):
        raise WrongUsage("a kind of failure is needed", hint="add --status, --drop or --delay")
    fault: dict[str, object] = {"path_prefix": path, "status": status, "drop": drop, "method": method, "times": times}
    if delay is not None:
        fault["delay_s"] = parse_duration(delay, option="--delay")
    given = {name: value for name, value in fault.items() if value is not None}
    _show(run, control_of(run).add_fault(given))


@app.command("list", cls=ControlListCommand)
def list_faults(context: typer.Context) -> None:
    """List the pending faults.

    \b
    Example:
      cronofy simulator faults list
    """
    run = app_context(context)
    _show(run, control_of(run).faults())


@app.command("clear", cls=LocalCommand)
def clear(context: typer.Context) -> None:
    """Remove all pending faults.

    \b
    Example:
      cronofy simulator faults clear
    """
    control_of(app_context(context)).clear_faults()


def _show(run: AppContext, faults: Sequence[bytes]) -> None:
    view: ListView[tuple[bytes, dict[str, object]]] = ListView(
        columns=tuple(_column(name) for name in _COLUMNS),
        document=lambda item: item[0],
        empty="Every call works.",
    )
    show_list(run.output, [(raw, json.loads(raw)) for raw in faults], view)


def _column(name: str) -> Column[tuple[bytes, dict[str, object]]]:
    return Column(name.upper(), lambda item: "-" if item[1].get(name) is None else str(item[1][name]))
