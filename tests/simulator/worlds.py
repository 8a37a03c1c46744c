"""Small worlds for tests of the pure modules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import DEFAULT_APPLICATION, Event, EventDetails, Span
from cronofy_cli.simulator.world.seed import HOME, seed_world
from cronofy_cli.simulator.world.state import AccountState

NOW = datetime(2026, 4, 15, 12, tzinfo=UTC)
MAIN = DEFAULT_APPLICATION
SEED = seed_world(NOW.date()).accounts[0]
CALENDARS = SEED.calendars


def empty_account() -> AccountState:
    """The first seeded account without events."""
    return AccountState(structs.replace(SEED, events=()), Identifiers())


def timed(start: str, hours: float = 1) -> Span:
    """A span from an ISO time in UTC."""
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return Span(begin, begin + timedelta(hours=hours))


def all_day(start: str, days: int = 1) -> Span:
    """A span of whole days from an ISO date."""
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return Span(begin, begin + timedelta(days=days), all_day=True)


def details(start: str = "2026-04-20T10:00", summary: str = "Lunch", **fields: Any) -> EventDetails:
    """An hour-long event."""
    return EventDetails(summary=summary, span=timed(start), **fields)


def event(name: str, span: Span, **fields: Any) -> Event:
    """An event whose uid is its name."""
    plain = Event(
        event_uid=name, calendar_id=HOME, summary=name, span=span, tzid="Europe/London", created=NOW, updated=NOW
    )
    if fields.get("event_id") is not None:
        fields.setdefault("application", MAIN)
    return structs.replace(plain, **fields)
