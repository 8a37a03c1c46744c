"""The options that reading events and reading free and busy times have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

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
WindowOption = Annotated[bool, typer.Option("--window", help="The whole sync window: 42 days back to 201 days ahead.")]
WindowEdgeOption = Annotated[
    bool, typer.Option("--window-edge", help="The last week of the sync window: 194 to 201 days ahead.")
]
TzidOption = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Time zone of the dates, such as Europe/London; by default the account's."),
]
CalendarOption = Annotated[
    list[str] | None, typer.Option("--calendar", metavar="ID|NAME", help="Only this calendar; repeatable.")
]
LastModifiedOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only what changed at or after this time: 2026-11-22T09:24:16Z, 2h, yesterday."),
]
ManagedOption = Annotated[
    bool,
    typer.Option(
        "--include-managed", rich_help_panel="Which events", help="Include events that your application manages."
    ),
]
OnlyManagedOption = Annotated[
    bool,
    typer.Option("--only-managed", rich_help_panel="Which events", help="Only events that your application manages."),
]
DeletedOption = Annotated[
    bool, typer.Option("--include-deleted", rich_help_panel="Which events", help="Include deleted events.")
]
LocalizedOption = Annotated[
    bool,
    typer.Option(
        "--localized-times", rich_help_panel="Fields", help="Times as objects, with the event's own time zone."
    ),
]
GeoOption = Annotated[
    bool, typer.Option("--include-geo", rich_help_panel="Fields", help="Include latitude and longitude where known.")
]
GoogleOption = Annotated[
    bool, typer.Option("--google-event-ids", rich_help_panel="Fields", help="Include Google's own event ids.")
]
SortOption = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD[:desc]",
        rich_help_panel="Output",
        help="Sort by this field; waits for all pages and holds them in memory.",
    ),
]


@dataclass(frozen=True, slots=True)
class TimeOptions:
    """Which days, in which zone, of which calendars, and since when."""

    HEADING: ClassVar[str] = "Dates and calendars"

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
