"""Changes of a series that are alike: its occurrences come one by one, and are shown as one.

Alike is what people would say in the same words: the same clock on the wall before and after, though a change to or
from summer time lies between two occurrences, and the same other fields. An occurrence that was moved by itself is not
like the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.core.events.event_local_times import local_time
from cronofy_cli.core.events.field_changes import TIMES
from cronofy_cli.core.fields import decode_object, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import tzinfo

    from cronofy_cli.core.events.event_changes import EventChange, FieldChange
    from cronofy_cli.core.fields import Fields


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """An event's change, or the changes of occurrences of one series that are alike."""

    changes: tuple[EventChange, ...]
    is_series: bool

    @property
    def first(self) -> EventChange:
        """The one that speaks for all."""
        return self.changes[0]


def fold_series(changes: Iterable[EventChange], zone: tzinfo) -> list[ChangeGroup]:
    """Put changes together that are alike, each group in the place of its first one."""
    groups: dict[Hashable, list[EventChange]] = {}
    series: dict[Hashable, bool] = {}
    for number, change in enumerate(changes):
        event = decode_object(change.after)
        identifier = text(event, "series_identifier")
        key: Hashable = number
        if identifier:
            key = (identifier, change.kind, change.calendar_id, change.summary, _shape(change, event, zone))
        groups.setdefault(key, []).append(change)
        series[key] = bool(identifier)
    return [ChangeGroup(tuple(group), series[key]) for key, group in groups.items()]


def _shape(change: EventChange, event: Fields, zone: tzinfo) -> Hashable:
    if change.kind in {ChangeKind.MOVED, ChangeKind.CHANGED}:
        return tuple(_field_shape(field, zone) for field in change.fields)
    return _shift(event.get("start"), event.get("end"), zone)


def _field_shape(field: FieldChange, zone: tzinfo) -> Hashable:
    if field.field in TIMES:
        return field.field, _shift(field.before, field.after, zone)
    return field.field, msgspec.json.encode([field.before, field.after])


def _shift(first: object, second: object, zone: tzinfo) -> Hashable:
    """Return two clocks and the days between them; the values themselves where they are no times."""
    start, end = local_time(first, zone), local_time(second, zone)
    if start is None or end is None:
        return msgspec.json.encode([first, second])
    return start.clock, end.clock, (end.day - start.day).days, start.tzid, end.tzid
