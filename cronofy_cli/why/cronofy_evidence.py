"""The events of the account that matter, out of however many there are."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.text import comparable
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import TimeLimitReached
from cronofy_cli.why.evidence import CHANGES_OF_S, Changes

if TYPE_CHECKING:
    from collections.abc import Generator

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.events.event import Event

MOST_CHANGES: Final = 200
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def changes_until(client: ApiClient, now: datetime, tzid: str) -> Changes:
    """Read the events that were changed in the day before `now`, a moment of Cronofy's clock.

    Raises:
        CronofyError: they cannot be read.
    """
    since = now - timedelta(seconds=CHANGES_OF_S)
    found: list[Event] = []
    with closing(_events(client, tzid, since)) as events:
        for event in events:
            if len(found) == MOST_CHANGES:
                return Changes(since, _newest_first(found), is_complete=False)
            found.append(event)
    return Changes(since, _newest_first(found))


def find_events(client: ApiClient, wanted: str, tzid: str, limit_s: float) -> tuple[Event, ...]:
    """Read the events that have an id or a title, whatever its case, the one that was changed last first.

    Raises:
        CronofyError: they cannot be read, or not all within the limit and none was found by then.
    """
    deadline = monotonic() + limit_s
    found: list[Event] = []
    with closing(_events(client, tzid)) as events:
        for event in events:
            if _is_named(event, wanted):
                found.append(event)
            if monotonic() > deadline:
                break
        else:
            return _newest_first(found)
    if not found:
        raise TimeLimitReached(f"there are too many events to find '{wanted}' among them within {limit_s:g} s")
    return _newest_first(found)


def _events(client: ApiClient, tzid: str, since: datetime | None = None) -> Generator[Event]:
    from cronofy_cli.adapters.api import endpoints

    query = EventsQuery(
        tzid=tzid,
        last_modified=None if since is None else to_utc_seconds(since),
        include_managed=True,
        include_deleted=True,
        include_moved=True,
    )
    with closing(endpoints.read_events(client, query)) as pages:
        yield from map(parse_event, chain.from_iterable(page.events for page in pages))


def _is_named(event: Event, wanted: str) -> bool:
    return wanted in {event.event_uid, event.event_id} or comparable(event.summary) == comparable(wanted)


def _newest_first(events: list[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: event.updated or _EARLIEST, reverse=True))
