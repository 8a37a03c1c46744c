"""`cronofy simulator status` and `list`: the simulators that run on this machine."""

from __future__ import annotations

import json

import typer

from cronofy_cli.cli.options import ControlCommand, ListCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

app = command_app("Show what runs.")


@app.command("status", cls=ControlCommand)
def status(context: typer.Context) -> None:
    """Show the running simulator: its address and contents.

    \b
    Example:
      cronofy simulator status --json | jq .channels
    """
    run = app_context(context)
    document = control_of(run).status()
    found = json.loads(document)
    fields = [(name, str(found[name])) for name in ("api_url", "account", "events", "channels", "deliveries")]
    fields += [("calendar", f"{each['name']} ({each['calendar_id']})") for each in found["calendars"]]
    show_record(run.output, fields, document)


@app.command("list", cls=ListCommand)
def list_running(context: typer.Context) -> None:
    """List the simulators that run on this machine.

    \b
    Example:
      cronofy simulator list
    """
    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.output.documents.simulator import RunningSimulatorDocument

    run = app_context(context)
    view: ListView[RunningSimulator] = ListView(
        columns=(Column("URL", lambda each: each.url), Column("PID", lambda each: str(each.pid or "-"))),
        document=lambda each: RunningSimulatorDocument(each.url, each.pid).encode(),
        empty="No simulator is running. To start one: cronofy simulator run",
    )
    show_list(run.output, run.running_simulators, view)
