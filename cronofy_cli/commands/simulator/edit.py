"""`cronofy simulator edit`: what the calendar's owner does, which is what push notifications are about."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of, simulators_now
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.events.event import describe_when
from cronofy_cli.core.text import comparable
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import NotAllowed, NotFound, WrongUsage
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.events.event import Event, EventTime

app = command_app("Edit the simulator's calendars as their owner: open channels are notified.")

UID_PREFIX = "evt_"

EventArgument = Annotated[
    str,
    typer.Argument(
        metavar="EVENT", help="The event's uid, its title, or the beginning of one title; of a series the next event."
    ),
]
StartOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Start: 2026-11-24T10:00, with an offset or in --tzid; a date is all-day."),
]
EndOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="End, written as --start; for all-day events the day after the last one."),
]
TzidOption = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Time zone of the times; by default the account's.")
]


@app.command("add", cls=ControlCommand)
def add(
    context: typer.Context,
    summary: Annotated[str, typer.Argument(metavar="TITLE", help="The event's title.")],
    calendar: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help="Home, Work, or an id; by default the primary one.")
    ] = None,
    start: StartOption = None,
    end: EndOption = None,
    tzid: TzidOption = None,
    location: Annotated[str | None, typer.Option(help="The event's location.")] = None,
    description: Annotated[str | None, typer.Option(help="The event's description.")] = None,
) -> None:
    """Add an event. By default it starts at the next full hour and takes half an hour.

    \b
    Examples:
      cronofy simulator edit add "Sales call" --calendar Work
      cronofy simulator edit add "Lunch" --start 2026-11-24T12:00 --end 2026-11-24T13:00 --tzid Europe/London
    """
    run = app_context(context)
    details = _given({"calendar": calendar, "start": start, "end": end, "tzid": tzid, "description": description})
    if location is not None:
        details["location"] = {"description": location}
    with _owner_is_told("name another one: --calendar Work; see: cronofy calendars list --data-center simulator"):
        _show(run, control_of(run).add_event({"summary": summary, **details}))


@app.command("move", cls=ControlCommand)
def move(
    context: typer.Context,
    event: EventArgument,
    start: StartOption = None,
    end: EndOption = None,
    tzid: TzidOption = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Move it by 1h or 2d; earlier with -1h. Days keep the time of day."),
    ] = None,
) -> None:
    """Move an event to another time. It keeps its length unless --end is given.

    \b
    Examples:
      cronofy simulator edit move "Sales call" --by 1d
      cronofy simulator edit move "Sales call" --start 2026-11-25T11:00 --tzid Europe/London
    """
    run = app_context(context)
    if (start is None and end is None) == (by is None):
        raise WrongUsage("a new time is needed", hint="give --start, --end or both, or --by DURATION")
    control = control_of(run)
    found = _find(control, event)
    details = _given({"start": start, "end": end, "tzid": tzid}) if by is None else _shifted(found.start, by)
    with _owner_is_told():
        _show(run, control.change_event(found.event_uid, details))


@app.command("delete", cls=ControlCommand)
def delete(context: typer.Context, event: EventArgument) -> None:
    """Delete an event. Only the beginning of its title is asked about at a terminal, and not enough elsewhere.

    \b
    Example:
      cronofy simulator edit delete "Sales call"
    """
    run = app_context(context)
    control = control_of(run)
    found = _find(control, event)
    if not _is_named(found, event):
        _confirm_deletion(run, found, event)
    with _owner_is_told():
        _show(run, control.delete_event(found.event_uid))


@app.command("change", cls=ControlCommand)
def change(
    context: typer.Context,
    event: EventArgument,
    title: Annotated[str | None, typer.Option(help="The new title.")] = None,
    description: Annotated[str | None, typer.Option(help="The event's description.")] = None,
    location: Annotated[str | None, typer.Option(help="The event's location.")] = None,
) -> None:
    """Change an event's title, description or location. To change its time, use 'move'.

    \b
    Example:
      cronofy simulator edit change "Sales call" --title "Sales call with Ada"
    """
    run = app_context(context)
    details = _given({"summary": title, "description": description})
    if location is not None:
        details["location"] = {"description": location}
    if not details:
        raise WrongUsage("a change is needed", hint="give --title, --description or --location")
    control = control_of(run)
    with _owner_is_told():
        _show(run, control.change_event(_find(control, event).event_uid, details))


@app.command("undelete", cls=ControlCommand)
def undelete(context: typer.Context, event: EventArgument) -> None:
    """Restore a deleted event.

    \b
    Example:
      cronofy simulator edit undelete "Sales call"
    """
    run = app_context(context)
    control = control_of(run)
    with _owner_is_told():
        _show(run, control.restore_event(_find(control, event, deleted=True).event_uid))


_MOST_TITLES = 5
_DAY_S = 86400


@contextmanager
def _owner_is_told(hint: str = "choose an event of another calendar") -> Iterator[None]:
    """Say to the owner why an edit is refused: they need no scope."""
    try:
        yield
    except NotAllowed as error:
        raise NotAllowed("the calendar is read-only: its owner cannot edit it either", hint=hint) from error


def _given(details: Mapping[str, str | None]) -> dict[str, object]:
    return {name: value for name, value in details.items() if value is not None}


def _find(control: SimulatorControl, choice: str, *, deleted: bool = False) -> Event:
    """Return the event with this uid or title, else the one event whose title begins so.

    Raises:
        NotFound: there is none.
        WrongUsage: titles of several events begin so.
    """
    found = control.find_events("" if choice.startswith(UID_PREFIX) else choice, deleted=deleted)
    wanted = comparable(choice)
    if choice.startswith(UID_PREFIX):
        matching = [event for event in found if event.event_uid == choice]
    else:
        matching = [event for event in found if comparable(event.summary) == wanted] or _only_beginning(found, choice)
    if not matching:
        which = "deleted event" if deleted else "event"
        raise NotFound(f"the simulator has no {which} '{choice}'", hint="cronofy events read --data-center simulator")
    return _next(matching, simulators_now(control))


def _is_named(event: Event, choice: str) -> bool:
    """Whether a choice is an event's uid or whole title, not only the beginning of it."""
    return choice == event.event_uid or comparable(event.summary) == comparable(choice)


def _confirm_deletion(run: AppContext, event: Event, choice: str) -> None:
    """Ask whether an event is meant of which only the beginning of the title was given.

    Raises:
        WrongUsage: it is not, or nobody can be asked.
    """
    hint = "use the whole title, or the event's uid"
    if not run.output.can_prompt:
        raise WrongUsage(f"no event has the title '{choice}'; the title '{event.summary}' begins so", hint=hint)
    if run.output.ask(f"Delete '{event.summary}', {_when(event)}? [y/N]").lower() not in {"y", "yes"}:
        raise WrongUsage("nothing was deleted", hint=hint)


def _only_beginning(found: Sequence[Event], choice: str) -> list[Event]:
    beginning = [event for event in found if comparable(event.summary).startswith(comparable(choice))]
    titles = sorted({event.summary for event in beginning})
    if len(titles) > 1:
        named = ", ".join(f"'{title}'" for title in titles[:_MOST_TITLES])
        more = f" and {len(titles) - _MOST_TITLES} more" if len(titles) > _MOST_TITLES else ""
        raise WrongUsage(f"'{choice}' could be {named}{more}", hint="use the whole title, or the event's uid")
    return beginning


def _next(events: Sequence[Event], now: datetime) -> Event:
    """Return the first event that is still to come, else the last one."""
    in_order = sorted(events, key=lambda event: _moment(event.start))
    return next((event for event in in_order if _moment(event.start) >= now), in_order[-1])


def _moment(time: EventTime | None) -> datetime:
    if time is not None and time.day is not None:
        return datetime(time.day.year, time.day.month, time.day.day, tzinfo=UTC)
    return time.moment if time is not None and time.moment is not None else datetime.min.replace(tzinfo=UTC)


def _shifted(start: EventTime | None, by: str) -> dict[str, object]:
    """Return what moves an event by a duration; days are the owner's, who keep the time of day."""
    sign = -1 if by.startswith("-") else 1
    seconds = sign * parse_duration(by.removeprefix("-").removeprefix("+"), option="--by")
    if by.strip().lower().endswith("d") and seconds % _DAY_S == 0:
        return {"move_days": int(seconds // _DAY_S)}
    moved = _moment(start) + timedelta(seconds=seconds)
    is_all_day = start is not None and start.day is not None
    return {"start": f"{moved:%Y-%m-%d}" if is_all_day else to_utc_seconds(moved)}


def _when(event: Event) -> str:
    when = describe_when(event.start, event.end, UTC, this_year=datetime.now(UTC).year)
    return when if event.start is not None and event.start.day is not None else f"{when} UTC"


def _show(run: AppContext, event: Event) -> None:
    fields = [
        ("event", event.event_uid),
        ("title", event.summary),
        ("when", _when(event)),
        ("calendar", event.calendar_id),
    ]
    show_record(run.output, [*fields, ("state", "deleted")] if event.deleted else fields, event.raw)
