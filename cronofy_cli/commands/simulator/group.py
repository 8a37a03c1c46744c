"""`cronofy simulator`: Cronofy on this machine, and what its calendars' owner does."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cronofy_cli.cli.options import (
    ControlCommand,
    ControlListCommand,
    DataCommand,
    ListCommand,
    app_context,
    command_app,
)
from cronofy_cli.commands.simulator import application, conditions, edit, faults, profile, routes, world
from cronofy_cli.commands.simulator import exec as exec_command
from cronofy_cli.commands.simulator import run as run_command
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

app = command_app("Run Cronofy on this machine, and edit its calendars.")
app.add_typer(edit.app, name="edit")
app.add_typer(application.app, name="application")
app.add_typer(profile.app, name="profile")
app.add_typer(conditions.calendar_app, name="calendar")
app.add_typer(faults.app, name="faults")
app.add_typer(world.app, name="world")
app.command("run", cls=DataCommand)(run_command.run_simulator)
app.command("exec", cls=exec_command.ExecCommand)(exec_command.execute)
app.command("routes", cls=ListCommand)(routes.routes)
app.command("reset", cls=ControlCommand)(world.reset)
app.command("requests", cls=ControlListCommand)(routes.requests)
app.command("clock", cls=ControlCommand)(conditions.clock)
app.command("provider", cls=ControlCommand)(conditions.provider)


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


@app.command("push", cls=ControlCommand)
def push(
    context: typer.Context,
    type_: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="The notification type, such as profile_disconnected.", callback=check_type
        ),
    ],
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL_ID", help="Only to this channel; by default to all open ones.")
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Add a field to the notification; repeatable.")
    ] = None,
) -> None:
    """Send a notification to the open channels, as "Trigger Push Notifications" in the dashboard does.

    \b
    Examples:
      cronofy simulator push profile_disconnected
      cronofy simulator push change --field changes_since=2026-11-22T09:24:16Z
    """
    run = app_context(context)
    try:
        sent_to = control_of(run).push(type_, channel, dict(_key_value(text) for text in field or ()))
    except NotFound as error:
        hint = "cronofy channels list --data-center simulator"
        raise NotFound(f"there is no open channel '{channel}'", hint=hint) from error
    if run.output.format.is_json:
        from cronofy_cli.output.documents.simulator import PushedDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, PushedDocument(type_, tuple(sent_to)).encode())
        return
    for channel_id in sent_to:
        run.output.data(channel_id)
    if not sent_to:
        run.output.note("No channel is open, so nothing was sent. Open one: cronofy listen --data-center simulator")


@app.command("deliveries", cls=ControlListCommand)
def deliveries(context: typer.Context) -> None:
    """List every attempt to deliver a notification, and the callback URL's response.

    \b
    Example:
      cronofy simulator deliveries
    """
    run = app_context(context)
    attempts = [(raw, json.loads(raw)) for raw in control_of(run).attempts()]
    view: ListView[_Attempt] = ListView(
        columns=tuple(_attempt_column(name) for name in _ATTEMPT),
        document=lambda item: item[0],
        empty="Nothing was sent yet.",
    )
    show_list(run.output, attempts, view, streamed=True)


_Attempt = tuple[bytes, dict[str, object]]
_ATTEMPT = ("at", "type", "attempt", "status", "failure", "duration_ms", "channel_id")


def _attempt_column(name: str) -> Column[_Attempt]:
    return Column(name.upper(), lambda attempt: _shown(attempt[1].get(name)))


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value)


def _key_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise WrongUsage(f"--field does not take '{text}'", hint="write it as --field KEY=VALUE")
    return key, value
