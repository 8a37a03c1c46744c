"""What happens around the simulator's calendars: they vanish, time passes, their provider is slow."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.output.lists import show_record

app = command_app("Change what happens around the calendars.")
calendar_app = command_app("Let the simulator's calendars vanish.")
app.add_typer(calendar_app, name="calendar")


@calendar_app.command("remove", cls=ControlCommand)
def remove_calendar(
    context: typer.Context,
    calendar: Annotated[str, typer.Argument(metavar="ID|NAME", help="The calendar; see 'cronofy calendars list'.")],
) -> None:
    """Delete a calendar at its provider, with its events. It stays in the list as calendar_deleted.

    \b
    Example:
      cronofy simulator calendar remove Work
    """
    from cronofy_cli.cli.calendar_choice import calendar_ids

    run = app_context(context)
    control = control_of(run)
    (calendar_id,) = calendar_ids(run, [calendar])
    removed = control.remove_calendar(calendar_id)
    fields = [("removed", calendar_id), ("name", str(json.loads(removed)["calendar_name"]))]
    show_record(run.output, fields, removed)


@app.command("clock", cls=ControlCommand)
def clock(
    context: typer.Context,
    advance: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Move the clock forward by 90s, 2h or 10d, and send what becomes due."),
    ] = None,
    set_to: Annotated[
        str | None, typer.Option("--set", metavar="TIME", help="Set the clock, such as to 2026-11-24T10:00:00Z.")
    ] = None,
    stopped: Annotated[
        bool | None, typer.Option("--stop/--start", help="Stop the clock, or start it again.", show_default=False)
    ] = None,
) -> None:
    """Show or change the simulator's clock: the sync window, retries, channel closing and tokens follow it.

    \b
    Examples:
      cronofy simulator clock --advance 10d
      cronofy simulator clock --set 2026-11-24T10:00:00Z --stop
    """
    run = app_context(context)
    control = control_of(run)
    wanted: dict[str, object] = {} if advance is None else {"advance_s": parse_duration(advance, option="--advance")}
    wanted |= {} if set_to is None else {"set_to": set_to}
    wanted |= {} if stopped is None else {"stopped": stopped}
    document = control.change_clock(wanted) if wanted else control.clock()
    found = json.loads(document)
    fields = [("now", str(found["now"])), ("ahead", f"{found['ahead_s']:.0f} s")]
    show_record(run.output, [*fields, ("stopped", "yes" if found["stopped"] else "no")], document)


@app.command("provider", cls=ControlCommand)
def provider(
    context: typer.Context,
    delay: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Notify changes after this delay; 0 means at once.")
    ] = None,
) -> None:
    """Show or set how long the calendar provider takes to report a change to Cronofy.

    \b
    Examples:
      cronofy simulator provider --delay 30s
      cronofy simulator provider --delay 0
    """
    run = app_context(context)
    control = control_of(run)
    if delay is None:
        document = control.provider()
    else:
        document = control.slow_provider(0.0 if delay.strip() == "0" else parse_duration(delay, option="--delay"))
    show_record(run.output, [("delay", f"{json.loads(document)['delay_s']:g} s")], document)
