"""What differs between the events of two reads: each event is met again by its `event_uid`, wherever it stands.

Pure. What the reads belong to is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.fields import decode_object, objects, text

if TYPE_CHECKING:
    from cronofy_cli.core.events.field_changes import FieldChange
    from cronofy_cli.core.fields import Fields


@dataclass(frozen=True, slots=True)
class EventDifference:
    """An event that is not the same in two reads, or that only one of them has."""

    event_uid: str
    summary: str
    """Of the second read, else of the first."""
    before: bytes | None
    """The first read's JSON; None where it does not have the event."""
    after: bytes | None
    fields: tuple[FieldChange, ...] = ()
    """What differs, where both have it."""


def compare_reads(before: bytes, after: bytes) -> tuple[EventDifference, ...]:
    """Return the events that differ between two reads that the history keeps (JSON), in the second one's order.

    An event without an `event_uid` cannot be met again and is passed over.
    """
    old, new = _by_uid(before), _by_uid(after)
    differences = (_difference(uid, old.get(uid), new.get(uid)) for uid in dict.fromkeys([*new, *old]))
    return tuple(difference for difference in differences if difference is not None)


def event_uids(read: bytes) -> list[str]:
    """Return which events a read has."""
    return list(_by_uid(read))


def _by_uid(read: bytes) -> dict[str, Fields]:
    return {uid: event for event in objects(decode_object(read), "events") if (uid := text(event, "event_uid"))}


def _difference(uid: str, old: Fields | None, new: Fields | None) -> EventDifference | None:
    title = text(new or {}, "summary") or text(old or {}, "summary") or ""
    before, after = (None if event is None else msgspec.json.encode(event) for event in (old, new))
    if before is None or after is None:
        return EventDifference(uid, title, before, after)
    change = compare(before, after)
    return None if change is None else EventDifference(uid, title, before, after, change.fields)
