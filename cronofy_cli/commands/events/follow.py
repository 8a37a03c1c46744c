"""`cronofy events follow`: what changes in the calendars, found by looking, where nothing can be received."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.events.options import CalendarOption, OnlyManagedOption, TzidOption
from cronofy_cli.commands.events.query_times import find_here
from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.core.counts import counted
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import NotFound, RateLimited, ServerFailed, TimeLimitReached, Unreachable, WrongUsage
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cronofy_cli.adapters.deadline import Deadline
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.polling import Poller
    from cronofy_cli.commands.events.query_times import Here
    from cronofy_cli.core.events.event_changes import EventChange

app = command_app()

SHORTEST_S = 1.0
"""Cronofy allows an application 500 requests a minute, from all programs (docs: /developers/faqs/rate-limits)."""
LONGEST_FACTOR = 16
"""How many times the interval is waited at most while reads keep failing."""

EveryOption = Annotated[str, typer.Option(metavar="DURATION", help="How often to check.")]
SinceOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="Start with what changed at or after this time: 2h, today.")
]
CountOption = Annotated[int | None, typer.Option(min=1, help="Stop after this many changes.")]
TimeoutOption = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Stop after 90s, 5m or 2h, with exit code 124.")
]


@app.command("follow", cls=ApiListCommand)
def follow(
    context: typer.Context,
    every: EveryOption = "30s",
    calendar: CalendarOption = None,
    only_managed: OnlyManagedOption = False,
    since: SinceOption = None,
    tzid: TzidOption = None,
    count: CountOption = None,
    timeout: TimeoutOption = None,
) -> None:
    """Print a line for each change in the calendars, until Ctrl-C; in a pipe a JSON document.

    It polls the API. Where notifications can be received, 'cronofy listen' reports changes at once.

    \b
    Examples:
      cronofy events follow --every 10s --calendar Work
      cronofy events follow --since 1h --count 1 --timeout 10m | jq -r .summary
    """
    from cronofy_cli.cli.calendar_choice import calendar_ids, note_calendar_filter
    from cronofy_cli.core.api.time_limits import needs_clock

    run = app_context(context)
    run.limit_time(timeout)
    every_s = parse_duration(every, option="--every")
    if every_s < SHORTEST_S and run.data_center.is_real:
        raise WrongUsage(f"--every {every} is more often than Cronofy's rate limits allow", hint="use 1s or longer")
    here = find_here(run, tzid, need_clock=needs_clock(since))
    query = EventsQuery(
        here.tzid,
        calendar_ids=calendar_ids(run, calendar),
        include_managed=True,
        only_managed=only_managed or None,
        include_deleted=True,
        include_moved=True,
    )
    note_calendar_filter(run, calendar)
    printed = _Printed(run, here, count)
    _follow(run, _poller(run, query), printed, _moment(since, here), _Pace(run.deadline, every_s))
    if not printed.is_enough:
        raise TimeLimitReached(
            f"{printed.total} {'change' if printed.total == 1 else 'changes'} came within {timeout}",
            hint="do the edits reach Cronofy? Look: cronofy events read --changes-since 1h",
        )


@dataclass(slots=True)
class _Printed:
    """Prints changes, up to as many as are wanted."""

    run: AppContext
    here: Here
    count: int | None
    total: int = 0
    calendar_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        return self.count is not None and self.total >= self.count

    def show(self, changes: Sequence[EventChange]) -> None:
        from cronofy_cli.output.events.event_changes import show_changes, write_changes

        shown = changes if self.count is None else changes[: self.count - self.total]
        self.total += len(shown)
        if not shown:
            return
        if self.run.output.format is OutputFormat.TABLE:
            show_changes(self.run.output, shown, self.calendar_names, datetime.now(UTC).astimezone(self.here.zone))
        else:
            write_changes(self.run.output, shown)


@dataclass(slots=True)
class _Pace:
    """When to look again."""

    deadline: Deadline | None
    every_s: float
    failures: int = 0

    def wait(self) -> bool:
        """Wait for the next look; whether there is time for one."""
        pause_s = self.every_s * min(1 << self.failures, LONGEST_FACTOR)
        if self.deadline is not None:
            pause_s = self.deadline.cut(pause_s)
        time.sleep(pause_s)
        return self.deadline is None or not self.deadline.is_over


def _follow(run: AppContext, poller: Poller, printed: _Printed, since: datetime | None, pace: _Pace) -> None:
    if run.output.format is OutputFormat.TABLE:
        from cronofy_cli.cli.calendar_choice import calendar_names

        printed.calendar_names = calendar_names(run)
    printed.show(poller.begin(since))
    run.output.note(f"Following {counted(poller.count, 'event')}, checking every {pace.every_s:g} s. Stop with Ctrl-C.")
    while not printed.is_enough and pace.wait():
        changes: list[EventChange] = []
        try:
            changes.extend(poller.poll())
            pace.failures = 0
        except (RateLimited, ServerFailed, Unreachable, NotFound) as error:
            pace.failures += 1
            run.warn(f"{error.message}; trying again later")
        except TimeLimitReached:
            pass  # there is no time for another look, and how many came is said at the end
        printed.show(changes)


def _poller(run: AppContext, query: EventsQuery) -> Poller:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.commands.events.polling import Poller

    def read(query: EventsQuery) -> Iterator[bytes]:
        with closing(endpoints.read_events(run.api, query)) as pages:
            for page in pages:
                yield from map(bytes, page.events)

    return Poller(read, query, datetime.now(UTC))


def _moment(since: str | None, here: Here) -> datetime | None:
    if since is None:
        return None
    from cronofy_cli.core.api.time_limits import parse_moment
    from cronofy_cli.core.times import parse_time

    return parse_time(parse_moment(since, here.clock, option="--since").text)
