"""Finding out what changes in the calendars by reading again and again what was modified.

What was seen is kept in memory for one run. The event cache on disk is not used: it reports a change to the first
program that sees it, and a `listen` beside this one needs it too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.events.event_changes import compare, is_outdated
from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.events.event_changes import EventChange

OVERLAP: Final = timedelta(minutes=2)
"""So much is read again each time: what was modified a little earlier may become known a little later."""


class Poller:
    """Reads, and reports each change once.

    From when to read follows from the `updated` of what came, not from this machine's clock.
    """

    def __init__(self, read: Callable[[EventsQuery], Iterable[bytes]], query: EventsQuery, started: datetime) -> None:
        self._read = read
        self._query = query
        self._known: dict[str, bytes] = {}
        self._newest: datetime | None = None
        self._new_since = to_utc_seconds(started - OVERLAP)

    @property
    def count(self) -> int:
        """How many events are known, deleted ones too."""
        return len(self._known)

    def begin(self, since: datetime | None) -> list[EventChange]:
        """Read everything once, so that later changes can be compared with it; return what changed after `since`.

        What was created after it is reported as added.

        Raises:
            CronofyError: it could not be read.
        """
        if since is not None:
            self._new_since = to_utc_seconds(since)
        changed = [*self._observe(self._query)]
        if self._newest is not None:
            self._new_since = to_utc_seconds(self._newest - OVERLAP)
        return [] if since is None else [change for change in changed if _is_since(change, since)]

    def poll(self) -> Iterator[EventChange]:
        """Yield what changed since the last time.

        Raises:
            CronofyError: it could not be read; what was not reported yet is reported the next time.
        """
        since = None if self._newest is None else to_utc_seconds(self._newest - OVERLAP)
        yield from self._observe(self._query._replace(last_modified=since))

    def _observe(self, query: EventsQuery) -> Iterator[EventChange]:
        newest = self._newest
        for raw in self._read(query):
            event = parse_event(raw)
            known = self._known.get(event.event_uid)
            if known == raw or (known is not None and is_outdated(known, raw)):
                continue
            change = compare(known, raw, self._new_since)
            if change is not None:
                yield change
            self._known[event.event_uid] = raw
            if event.updated and (newest is None or event.updated > newest):
                newest = event.updated
        # Only now: if a page could not be had, all of it is read again.
        self._newest = newest


def _is_since(change: EventChange, since: datetime) -> bool:
    updated = parse_event(change.after).updated
    return updated is not None and updated >= since
