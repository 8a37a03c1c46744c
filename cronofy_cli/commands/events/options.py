"""The options that reading events and reading free and busy times have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from cronofy_cli.commands.events.query_times import TimeChoice

FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DATE",
        help="First day or time: 2026-11-22, today, -2w, 'today 14:00'; else 42 days ago.",
    ),
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="DATE",
        help="Last day in words: friday, 'next week'; or the date after it: 2026-11-29, +7d.",
    ),
]
WindowOption = Annotated[
    bool, typer.Option("--window", help="All that Cronofy keeps in step: 42 days back to 201 days ahead.")
]
WindowEdgeOption = Annotated[
    bool, typer.Option("--window-edge", help="The week that slid into the sync window last: 194 to 201 days ahead.")
]
TzidOption = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Time zone of the dates, such as Europe/London; else the account's.")
]
CalendarOption = Annotated[
    list[str] | None, typer.Option("--calendar", metavar="ID|NAME", help="Only this calendar; repeat it for several.")
]
LastModifiedOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what changed at or after this time: 2026-11-22T09:24:16Z, 2h, yesterday."),
]
ManagedOption = Annotated[bool, typer.Option("--include-managed", help="Events that your application manages too.")]
OnlyManagedOption = Annotated[bool, typer.Option("--only-managed", help="Only events that your application manages.")]
DeletedOption = Annotated[bool, typer.Option("--include-deleted", help="Deleted ones too.")]
LocalizedOption = Annotated[bool, typer.Option("--localized-times", help="Times with their own zones, as objects.")]
GeoOption = Annotated[bool, typer.Option("--include-geo", help="Latitude and longitude where known.")]
GoogleOption = Annotated[bool, typer.Option("--google-event-ids", help="Google's own ids too.")]
SortOption = Annotated[
    str | None,
    typer.Option(metavar="FIELD[:desc]", help="In this order; waits for all pages, and holds them in memory."),
]


@dataclass(frozen=True, slots=True)
class TimeOptions:
    """Which days, in which zone, of which calendars, and since when."""

    from_: FromOption = None
    to: ToOption = None
    window: WindowOption = False
    window_edge: WindowEdgeOption = False
    tzid: TzidOption = None
    calendar: CalendarOption = None
    last_modified: LastModifiedOption = None

    def choice(self, changes_since: str | None = None) -> TimeChoice:
        """Return what is said about times.

        Raises:
            WrongUsage: two options name the days, or since when.
        """
        return TimeChoice(self.from_, self.to, self.window, self.window_edge, self.last_modified, changes_since)
