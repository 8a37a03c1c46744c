"""What happened to an event between two states of it: added, removed, moved, changed, or seen for the first time.

Pure. The states are the server's own JSON; where the earlier one is kept is an adapter's business. Which fields differ
is found in `field_changes`, words for people are in `event_change_words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.events.field_changes import TIMES, FieldChange, field_changes
from cronofy_cli.core.fields import as_object, decode_object, objects, text
from cronofy_cli.core.times import parse_time

if TYPE_CHECKING:
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.fields import Fields

__all__ = [
    "ChangeKind",
    "EventChange",
    "FieldChange",
    "changes_in",
    "compare",
    "from_data",
    "is_outdated",
]


class ChangeKind(StrEnum):
    """What happened."""

    ADDED = "added"
    """It was created, or taken out of the bin."""
    REMOVED = "removed"
    """It was deleted."""
    MOVED = "moved"
    """It starts or ends at another time: perhaps outside of what was asked for."""
    CHANGED = "changed"
    """It is about something else, somewhere else, with others; its time is the same."""
    FIRST_SEEN = "first_seen"
    """No earlier state is known, so what changed is not known."""


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event's change. `before` and `after` are the server's JSON."""

    kind: ChangeKind
    event_uid: str
    calendar_id: str
    summary: str
    """Of the later state, else of the earlier one."""
    before: bytes | None
    """None: no earlier state is known here."""
    after: bytes
    fields: tuple[FieldChange, ...]
    """What differs; nothing where there is no earlier state. All else about a removed event is of no interest."""


_DELETED: Final = "deleted"


def compare(before: bytes | None, after: bytes, changes_since: str | None = None) -> EventChange | None:
    """Return what happened to an event; None where a person would say that nothing has.

    Without an earlier state an event is added if it was created at `changes_since` or later.
    """
    if before is None:
        new = parse_event(after)
        return _change(_kind_of_unseen(new, changes_since), None, new, ())
    if before == after:
        return None
    old, new = parse_event(before), parse_event(after)
    if new.deleted:
        removed = (FieldChange(_DELETED, before=False, after=True),)
        return None if old.deleted else _change(ChangeKind.REMOVED, old, new, removed)
    fields = field_changes(decode_object(before), decode_object(after))
    if old.deleted:
        restored = FieldChange(_DELETED, before=True, after=False)
        return _change(ChangeKind.ADDED, old, new, (restored, *fields))
    if not fields:
        return None
    has_moved = any(change.field in TIMES for change in fields)
    return _change(ChangeKind.MOVED if has_moved else ChangeKind.CHANGED, old, new, fields)


def is_outdated(known: bytes, read: bytes) -> bool:
    """Whether a state that was read is older than the known one, by `updated`: reads may overtake one another."""
    old, new = parse_event(known).updated, parse_event(read).updated
    return old is not None and new is not None and new < old


def from_data(data: Fields) -> EventChange | None:
    """Return the change of a document, without its earlier state; None if it is of an unknown kind."""
    kind = text(data, "kind")
    if kind not in set(ChangeKind):
        return None
    return EventChange(
        kind=ChangeKind(kind),
        event_uid=text(data, "event_uid") or "",
        calendar_id=text(data, "calendar_id") or "",
        summary=text(data, "summary") or "",
        before=None,
        after=msgspec.json.encode(as_object(data.get("event"))),
        fields=tuple(
            FieldChange(text(field, "field") or "", field.get("before"), field.get("after"))
            for field in objects(data, "fields")
        ),
    )


def changes_in(payload: bytes) -> tuple[EventChange, ...] | None:
    """Return the changes that the history keeps with a read of events; None if it was kept without any."""
    document = decode_object(payload)
    if "changes" not in document:
        return None
    changes = map(from_data, objects(document, "changes"))
    return tuple(change for change in changes if change is not None)


def _change(kind: ChangeKind, old: Event | None, new: Event, fields: tuple[FieldChange, ...]) -> EventChange:
    return EventChange(
        kind=kind,
        event_uid=new.event_uid,
        calendar_id=new.calendar_id,
        summary=new.summary or (old.summary if old else ""),
        before=old.raw if old else None,
        after=new.raw,
        fields=fields,
    )


def _kind_of_unseen(event: Event, changes_since: str | None) -> ChangeKind:
    if event.deleted:
        return ChangeKind.REMOVED
    if event.created is None or changes_since is None:
        return ChangeKind.FIRST_SEEN
    try:
        is_new = event.created >= parse_time(changes_since)
    except ValueError:
        return ChangeKind.FIRST_SEEN
    return ChangeKind.ADDED if is_new else ChangeKind.FIRST_SEEN
