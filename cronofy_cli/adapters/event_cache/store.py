"""One account's events as they were last seen: comparing what is read with them, and keeping it.

An `EventCache` is one SQLite connection. It may be made in one thread and used in another, but only by one at a time.
Several processes may share a file: each change is reported to the first one that sees it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.event_cache.schema import translated
from cronofy_cli.adapters.sqlite import transaction
from cronofy_cli.core.api.sync_window import DAYS_BACK
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.events.event_changes import compare, is_outdated
from cronofy_cli.core.times import parse_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.events.event_changes import EventChange

UNREAD_DAYS: Final = 60
"""Managed events are read at any age (docs: /developers/api/events/read-events/), and stay as long as that happens."""

_UPSERT: Final = (
    "INSERT INTO events (event_uid, raw, deleted, ends_on, seen_on) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (event_uid) DO UPDATE SET "
    "raw = excluded.raw, deleted = excluded.deleted, ends_on = excluded.ends_on, seen_on = excluded.seen_on"
)


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """What one file holds."""

    path: Path
    data_center: str
    sub: str
    events: int
    """Deleted ones not counted."""
    deleted: int
    size_bytes: int
    last_read: date | None
    """The last day, in UTC, on which an event was read; None when none is known."""


def utc_today() -> date:
    """Return this day in UTC."""
    return datetime.now(UTC).date()


class EventCache:
    """The last seen states. Made by `open_event_cache`; close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path, today: Callable[[], date] = utc_today) -> None:
        self._connection = connection
        self._today = today
        self.path = path
        """The file, for messages."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def observe(self, events: Sequence[bytes], changes_since: str | None) -> tuple[EventChange, ...]:
        """Return what changed in these events since they were last seen, in their order, and keep them as they are now.

        A state that is known already changes nothing, and neither does one that is older than what is known. An
        event is known by its `event_uid`, and so is each occurrence of a series, which has one of its own; an event
        without one is passed over. All is kept, or nothing.

        Raises:
            EventCacheUnavailable: nothing of it was kept.
        """
        if not events:
            return ()
        today = self._today()
        with self._transaction():
            _prune_daily(self._connection, today)
            changes = [self._observe(raw, changes_since, today.toordinal()) for raw in events]
        return tuple(change for change in changes if change is not None)

    def remember(self, events: Sequence[bytes], *, changed_before: str | None = None) -> None:
        """Keep events as they are now without saying what changed: what comes later is compared with that.

        With `changed_before`, only those that are not known yet and were last changed before that moment: all later
        changes are still to be told.

        Raises:
            EventCacheUnavailable: nothing of it was kept.
        """
        today = self._today().toordinal()
        limit = parse_time(changed_before) if changed_before is not None else None
        with self._transaction():
            for raw in events:
                event = parse_event(raw)
                if event.event_uid and (limit is None or self._is_news_of_old(event, limit)):
                    self._keep_newer(event, today)

    def clear(self) -> int:
        """Forget everything, and return how many events that were.

        Raises:
            EventCacheUnavailable: nothing was forgotten, or the disk's space was not given back.
        """
        with self._transaction():
            count = self._connection.execute("DELETE FROM events").rowcount
        with translated(self.path):
            # The pages go back to the system, and what they held with them.
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def status(self) -> CacheStatus:
        """Return what the file holds.

        Raises:
            EventCacheUnavailable: it cannot be read.
        """
        with translated(self.path):
            about = self._connection.execute("SELECT data_center, sub FROM about").fetchone()
            counted = "SELECT count(*), coalesce(sum(deleted), 0), max(seen_on) FROM events"
            total, deleted, last = self._connection.execute(counted).fetchone()
            size = self._connection.execute(
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            ).fetchone()
        data_center, sub = about or ("unknown", "unknown")  # made a moment ago by a program that was killed
        day = None if last is None else date.fromordinal(last)
        return CacheStatus(self.path, data_center, sub, total - deleted, deleted, size[0], day)

    def _observe(self, raw: bytes, changes_since: str | None, today: int) -> EventChange | None:
        event = parse_event(raw)
        if not event.event_uid:
            return None
        known, seen_on = self._known(event)
        if known == raw and seen_on == today:
            return None
        if known not in {None, raw} and is_outdated(known, raw):
            return None
        self._keep(event, today)
        return compare(known, raw, changes_since)

    def _is_news_of_old(self, event: Event, limit: datetime) -> bool:
        return self._known(event)[0] is None and event.updated is not None and event.updated < limit

    def _keep_newer(self, event: Event, today: int) -> None:
        known, _ = self._known(event)
        if known is None or not is_outdated(known, event.raw):
            self._keep(event, today)

    def _known(self, event: Event) -> tuple[bytes, int] | tuple[None, None]:
        query = "SELECT raw, seen_on FROM events WHERE event_uid = ?"
        found: tuple[bytes, int] | None = self._connection.execute(query, (event.event_uid,)).fetchone()
        return found or (None, None)

    def _keep(self, event: Event, today: int) -> None:
        self._connection.execute(_UPSERT, (event.event_uid, event.raw, int(event.deleted), _last_day(event), today))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path), transaction(self._connection):
            yield


def _last_day(event: Event) -> int | None:
    time = event.end or event.start
    if time is None:
        return None
    day = time.moment.date() if time.moment else time.day
    return day.toordinal() if day else None


def _prune_daily(connection: sqlite3.Connection, today: date) -> None:
    """Forget, at the first write of a day, what lies behind the sync window and was not read for long.

    A read by `last_modified` brings such an event back only if it is edited, and then it is seen for the first time
    again. An event that is still to come is kept however long ago it was read: its next change is to be shown.
    """
    day = today.toordinal()
    is_new_day = connection.execute("UPDATE about SET pruned_on = ? WHERE pruned_on <> ?", (day, day)).rowcount
    if is_new_day:
        connection.execute(
            "DELETE FROM events WHERE seen_on < ? AND (ends_on IS NULL OR ends_on < ?)",
            (day - UNREAD_DAYS, day - DAYS_BACK - 1),
        )
