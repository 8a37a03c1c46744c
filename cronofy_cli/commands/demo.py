"""`cronofy demo`: the main job from end to end, with a simulated Cronofy and real HTTP."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import typer

from cronofy_cli.cli.options import DataCommand, app_context, command_app
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import TimeLimitReached
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.stop import StopRequest

app = command_app()

CALENDAR = "Work"
TITLE = "Coffee with Ada"
PAUSE_S = 1.2
"""Between two edits. `changes_since` has whole seconds: what happens within one cannot be told apart."""
STEP_LIMIT_S = 10.0
"""How long a notification and the read behind it may take. They take well under a second."""
_TICK_S = 0.1
"""How late a failure of the run may be noticed."""


@dataclass(frozen=True, slots=True)
class _Step:
    sentence: str
    event_uid: str


@app.command(cls=DataCommand)
def demo(context: typer.Context) -> None:
    """See how push notifications work in a minute, without an account.

    Starts a simulated Cronofy on this machine, receives on a local port, creates a channel, edits a calendar as its
    owner would, and shows each verified notification with the events behind it. Every exchange is real HTTP.

    \b
    Example:
      cronofy demo
    """
    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.embedded_simulator import start_own_simulator
    from cronofy_cli.commands.listen.surroundings import surroundings_of
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.run import ListenRun
    from cronofy_cli.listen.stop import StopRequest

    run = app_context(context)
    reads: SimpleQueue[ChangeRead] = SimpleQueue()
    started = time.monotonic()
    start_own_simulator(run)
    _say(run, f"A simulated Cronofy runs at {run.data_center.api_url}, with a calendar account to play with.")
    options = ListenOptions(
        style=PrintStyle.JSON if run.output.format.is_json else PrintStyle.COMPACT, is_announced=False
    )
    control = SimulatorControl(run.api)
    with StopRequest() as stop:
        try:
            with ListenRun(surroundings_of(run), options, stop, on_read=reads.put) as ready, stop.interruptible():
                for step in _edits(control):
                    _say(run, step.sentence)
                    ready.live.events(_wait_for(step.event_uid, reads, stop))
                _say(run, "Now the channel is closed, and the run ends.")
        except KeyboardInterrupt:
            raise typer.Exit(stop.exit_code) from None
    _sum_up(run, time.monotonic() - started)


def _edits(control: SimulatorControl) -> Iterator[_Step]:
    """The calendar's owner at work. Each edit is made when the one before it has been shown."""
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=2)
    added = control.add_event({"calendar": CALENDAR, "summary": TITLE, **_hour_from(start)})
    yield _Step(f'The owner adds "{TITLE}" to the calendar {CALENDAR}:', added.event_uid)
    time.sleep(PAUSE_S)
    control.change_event(added.event_uid, _hour_from(start + timedelta(days=1, hours=1)))
    yield _Step("The owner moves it to the next day:", added.event_uid)
    time.sleep(PAUSE_S)
    control.delete_event(added.event_uid)
    yield _Step("The owner deletes it:", added.event_uid)


def _hour_from(start: datetime) -> dict[str, str]:
    return {"start": to_utc_seconds(start), "end": to_utc_seconds(start + timedelta(hours=1))}


def _wait_for(event_uid: str, reads: SimpleQueue[ChangeRead], stop: StopRequest) -> ChangeRead:
    """Return the read that brought the event's change. Raises what has failed instead, if anything has."""
    deadline_s = time.monotonic() + STEP_LIMIT_S
    while time.monotonic() < deadline_s:
        stop.raise_failure()
        with suppress(Empty):
            read = reads.get(timeout=_TICK_S)
            if any(change.event_uid == event_uid for change in read.changes):
                return read
    raise TimeLimitReached(
        f"the notification did not arrive within {STEP_LIMIT_S:.0f} s",
        hint="run it again while the machine is less busy; what arrived is in: cronofy deliveries list",
    )


def _say(run: AppContext, text: str) -> None:
    run.output.styled_note(f"\n{run.output.paint_note(text, Style.BOLD)}")


def _sum_up(run: AppContext, took_s: float) -> None:
    run.output.note(
        f"\nThat took {took_s:.1f} s: a channel, its verification, three edits, three signed notifications, and\n"
        "for each the events read with changes_since. Everything that arrived is in your history.\n\n"
        "Next:\n"
        "  cronofy deliveries list                    what arrived\n"
        "  cronofy deliveries show last               one of them in full\n"
        "  cronofy listen --data-center simulator     the same, to edit by hand from a second terminal:\n"
        "  cronofy simulator edit add 'Lunch' --calendar Home\n"
        "  cronofy listen --help                      with your own Cronofy account"
    )
