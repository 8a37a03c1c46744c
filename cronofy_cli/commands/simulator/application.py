"""`cronofy simulator application`: what the application does through Cronofy's API, which is never notified."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of, simulators_now
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext

app = command_app("Write managed events as an application does, through the API: open channels are not notified.")

DEFAULT_CALENDAR = "Home"
_LENGTH = timedelta(minutes=30)

IdArgument = Annotated[str, typer.Argument(metavar="EVENT_ID", help="The application's own id of the event.")]
CalendarOption = Annotated[str, typer.Option("--calendar", metavar="ID|NAME", help="The event's calendar.")]


@app.command("write", cls=ControlCommand)
def write(
    context: typer.Context,
    event_id: IdArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The event's title.")],
    calendar: CalendarOption = DEFAULT_CALENDAR,
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Start: 2026-11-24T10:00:00Z, or a date; by default the next full hour."),
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="TIME", help="End, written as --start; by default half an hour later.")
    ] = None,
) -> None:
    """Create a managed event, or update the one with this id.

    \b
    Example:
      cronofy simulator application write booking-42 "Demo for Ada" --calendar Work
    """
    run = app_context(context)
    from msgspec.structs import asdict

    from cronofy_cli.output.documents.simulator import ManagedEventDocument

    control = control_of(run)
    begin = simulators_now(control).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    event = ManagedEventDocument(
        event_id=event_id,
        summary=title,
        start=start or to_utc_seconds(begin),
        end=end or (to_utc_seconds(begin + _LENGTH) if start is None else _after(start)),
    )
    details = asdict(event)
    control.write_as_application(_calendar_id(run, calendar), details)
    show_record(run.output, list(details.items()), event.encode())


@app.command("delete", cls=ControlCommand)
def delete(context: typer.Context, event_id: IdArgument, calendar: CalendarOption = DEFAULT_CALENDAR) -> None:
    """Delete a managed event. As with Cronofy, it is no error if there is none.

    \b
    Example:
      cronofy simulator application delete booking-42 --calendar Work
    """
    run = app_context(context)
    control = control_of(run)
    from cronofy_cli.output.documents.simulator import ManagedEventDeletedDocument

    control.delete_as_application(_calendar_id(run, calendar), event_id)
    show_record(run.output, [("deleted", event_id)], ManagedEventDeletedDocument(event_id).encode())


def _after(start: str) -> str:
    """Return the end of an event that starts then: the next day of a date; what is no time the simulator refuses."""
    try:
        begin = datetime.fromisoformat(start)
    except ValueError:
        return start
    if "T" not in start:
        return f"{begin + timedelta(days=1):%Y-%m-%d}"
    return (begin + _LENGTH).isoformat()


def _calendar_id(run: AppContext, choice: str) -> str:
    from cronofy_cli.cli.calendar_choice import calendar_ids

    (calendar_id,) = calendar_ids(run, [choice])
    return calendar_id
