"""`cronofy simulator routes` and `requests`: what the simulator does, and what it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cronofy_cli.cli.options import ControlListCommand, ListCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.output.streams import Output

app = command_app("Show what the simulator does, and what it was asked.")

_ROUTE = ("method", "path", "title", "simulated")
_CHOICE = ("name", "value", "meaning")
_REQUEST = ("at", "method", "path", "status", "duration_ms", "note")
_Item = dict[str, Any]


@app.command("routes", cls=ListCommand)
def routes(
    context: typer.Context,
    choices: Annotated[
        bool, typer.Option("--choices", help="List instead what was chosen where Cronofy's documentation is silent.")
    ] = False,
) -> None:
    """List the calls of Cronofy's API, and which of them the simulator does; the others are answered with 501.

    \b
    Examples:
      cronofy simulator routes
      cronofy simulator routes --choices
    """
    from dataclasses import asdict

    from cronofy_cli.simulator.operations import NOT_SIMULATED, SIMULATED
    from cronofy_cli.simulator.world.settings import SimulatorSettings

    output = app_context(context).output
    if choices:
        _show(output, [asdict(choice) for choice in SimulatorSettings().choices()], _CHOICE)
        return
    listed = [
        {
            "method": one.method,
            "path": one.path,
            "title": one.title,
            "simulated": one.is_simulated,
            "docs": f"https://docs.cronofy.com/developers/{one.docs}/" if one.docs else None,
        }
        for one in (*SIMULATED, *NOT_SIMULATED)
    ]
    _show(output, listed, _ROUTE)


@app.command("requests", cls=ControlListCommand)
def requests(
    context: typer.Context,
    path: Annotated[str | None, typer.Option(metavar="PREFIX", help="Only calls whose path begins so.")] = None,
    status: Annotated[int | None, typer.Option(help="Only calls that were answered with this status.")] = None,
) -> None:
    """List the API calls that the running simulator has answered.

    \b
    Examples:
      cronofy simulator requests
      cronofy simulator requests --status 501 --json
    """
    run = app_context(context)
    found = control_of(run).requests(path=path, status=status)
    _show(run.output, [json.loads(raw) for raw in found], _REQUEST)


def _show(output: Output, items: Sequence[_Item], columns: Sequence[str]) -> None:
    view: ListView[_Item] = ListView(
        columns=tuple(_column(name) for name in columns),
        document=lambda item: json.dumps(item).encode(),
        empty="There is nothing.",
    )
    show_list(output, items, view, streamed=True)


def _column(name: str) -> Column[_Item]:
    return Column(name.upper(), lambda item: _text(item.get(name)), width=90)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
