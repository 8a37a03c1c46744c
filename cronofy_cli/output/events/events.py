"""How events and busy periods are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.event import describe_when
from cronofy_cli.output.lists import Column, ListView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from cronofy_cli.core.events.event import Event, EventTime, FreeBusyPeriod

_NEVER_CUT: Final = 100


def event_list(zone: tzinfo, this_year: int, name_of: Callable[[str], str] = str) -> ListView[Event]:
    """How events are listed: times for people in `zone`, calendars by the name of their id; for pipes as they came."""
    return ListView(
        columns=(
            Column("WHEN", lambda event: describe_when(event.start, event.end, zone, this_year=this_year), _NEVER_CUT),
            Column("SUMMARY", title_of, 44, narrowest=16),
            Column("STATE", _state, 20),
            Column("CALENDAR", lambda event: name_of(event.calendar_id), leave_out=1),
            Column("EVENT UID", lambda event: event.event_uid, 44, leave_out=2),
        ),
        pipe_columns=(
            Column("EVENT UID", lambda event: event.event_uid),
            Column("START", lambda event: _sent(event.start)),
            Column("END", lambda event: _sent(event.end)),
            Column("SUMMARY", lambda event: event.summary),
            Column("STATE", _state),
            Column("CALENDAR", lambda event: event.calendar_id),
        ),
        document=lambda event: event.raw,
        empty="No events.",
    )


def period_list(zone: tzinfo, this_year: int, name_of: Callable[[str], str] = str) -> ListView[FreeBusyPeriod]:
    """How busy periods are listed, as `event_list()` does."""
    return ListView(
        columns=(
            Column(
                "WHEN", lambda period: describe_when(period.start, period.end, zone, this_year=this_year), _NEVER_CUT
            ),
            Column("STATUS", lambda period: period.free_busy_status),
            Column("CALENDAR", lambda period: name_of(period.calendar_id), leave_out=1),
            Column("EVENT UID", lambda period: period.event_uid or "-", 44, leave_out=2),
        ),
        pipe_columns=(
            Column("START", lambda period: _sent(period.start)),
            Column("END", lambda period: _sent(period.end)),
            Column("STATUS", lambda period: period.free_busy_status),
            Column("CALENDAR", lambda period: period.calendar_id),
            Column("EVENT UID", lambda period: period.event_uid or ""),
        ),
        document=lambda period: period.raw,
        empty="No periods in this time.",
    )


def title_of(event: Event) -> str:
    """Return what to call an event that may have no title."""
    return event.summary or ("(private)" if event.event_private else "(no title)")


def state_of(event: Event) -> str:
    """Return what is out of the ordinary about an event, in words."""
    words = (
        ("deleted", event.deleted),
        (event.status or "", event.status not in {None, "confirmed"}),
        ("free", event.transparency == "transparent"),
        ("recurring", event.recurring),
        ("managed", event.event_id is not None),
        ("private", event.event_private),
    )
    return ", ".join(word for word, applies in words if applies)


def _state(event: Event) -> str:
    return state_of(event) or "-"


def _sent(time: EventTime | None) -> str:
    return time.text if time else ""
