"""The query parameters of Read Events and Free/Busy.

Pure: pairs in, a typed query out, or `InvalidRequest` with what is wrong per field. Unknown parameters are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.windows import window_between

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from cronofy_cli.simulator.world.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which events are meant: what Read Events and Free/Busy have in common."""

    zone: ZoneInfo
    window: Window
    is_bounded: bool
    """Whether `from` or `to` was given: without them, managed events of all time are meant."""
    calendar_ids: frozenset[str]
    """Empty means all calendars."""
    include_managed: bool
    only_managed: bool
    include_deleted: bool
    include_moved: bool
    last_modified: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsQuery:
    """A Read Events call (docs: /developers/api/events/read-events/)."""

    selection: Selection
    localized_times: bool
    include_geo: bool
    google_event_ids: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeBusyQuery:
    """A Free/Busy call (docs: /developers/api/events/free-busy/). `include_free` is None when it is not given."""

    selection: Selection
    localized_times: bool
    include_ids: bool
    include_free: bool | None


def parse_events_query(
    pairs: Iterable[tuple[str, str]], known_calendars: Collection[str], *, require_brackets: bool = True
) -> EventsQuery:
    """Read the parameters of Read Events.

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    reader = _Reader(pairs, require_brackets=require_brackets)
    query = EventsQuery(
        selection=reader.selection(known_calendars),
        localized_times=reader.boolean("localized_times"),
        include_geo=reader.boolean("include_geo"),
        google_event_ids=reader.boolean("google_event_ids"),
    )
    reader.errors.raise_if_any()
    return query


def parse_free_busy_query(
    pairs: Iterable[tuple[str, str]], known_calendars: Collection[str], *, require_brackets: bool = True
) -> FreeBusyQuery:
    """Read the parameters of Free/Busy.

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    reader = _Reader(pairs, require_brackets=require_brackets)
    query = FreeBusyQuery(
        selection=reader.selection(known_calendars),
        localized_times=reader.boolean("localized_times"),
        include_ids=reader.boolean("include_ids"),
        include_free=reader.boolean("include_free") if reader.has("include_free") else None,
    )
    reader.errors.raise_if_any()
    return query


class _Reader:
    """One query's parameters: the last value of each, all values of `calendar_ids[]`, and the errors found so far."""

    def __init__(self, pairs: Iterable[tuple[str, str]], *, require_brackets: bool) -> None:
        known = list(pairs)
        self.errors = FieldErrors()
        if require_brackets and any(name == "calendar_ids" for name, _ in known):
            # Ignored, it would read all calendars without a sign of it.
            self.errors.not_recognized("calendar_ids", "an array: write calendar_ids[]")
        self._values: Mapping[str, str] = dict(known)
        self._calendar_ids = frozenset(value for name, value in known if name == "calendar_ids[]")

    def has(self, name: str) -> bool:
        return name in self._values

    def boolean(self, name: str) -> bool:
        return fields.read_boolean(self._values.get(name), name, self.errors)

    def selection(self, known_calendars: Collection[str]) -> Selection:
        tzid = fields.read_required_text(self._values.get("tzid"), "tzid", self.errors)
        zone = fields.read_zone(tzid or "Etc/UTC", "tzid", self.errors)
        earliest, latest = self._limit("from"), self._limit("to")
        window = window_between(earliest, latest, zone)
        if window.start > window.end:
            self.errors.add("to", fields.INVALID_TIME_PAIR)
        if not self._calendar_ids <= set(known_calendars):
            self.errors.not_recognized("calendar_ids", "calendars of this account")
        return Selection(
            zone=zone,
            window=window,
            is_bounded=earliest is not None or latest is not None,
            calendar_ids=self._calendar_ids,
            include_managed=self.boolean("include_managed"),
            only_managed=self.boolean("only_managed"),
            include_deleted=self.boolean("include_deleted"),
            include_moved=self.boolean("include_moved"),
            last_modified=self._last_modified(zone),
        )

    def _limit(self, name: str) -> date | None:
        return fields.read_date_or_time(self._values.get(name), name, self.errors)

    def _last_modified(self, zone: ZoneInfo) -> datetime | None:
        """Return a time; what a mere date means is not documented, so it is that day's midnight in `zone`."""
        limit = self._limit("last_modified")
        if limit is None or isinstance(limit, datetime):
            return limit
        return datetime.combine(limit, time(), zone)
