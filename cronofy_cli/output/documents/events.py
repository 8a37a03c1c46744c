"""Events and their changes as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec import Raw, Struct

from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.output.documents.base import Document, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.core.events.field_changes import FieldChange


class FieldChangeDocument(Document, frozen=True):
    """One field that is not the same. Null stands for one that is missing or null."""

    field: str
    before: Any
    after: Any

    @classmethod
    def all_of(cls, changes: Iterable[FieldChange]) -> tuple[Self, ...]:
        """Return the documents of changes."""
        return tuple(cls(change.field, change.before, change.after) for change in changes)


class EventChangeDocument(Document, frozen=True):
    """What happened to an event. `event` is its later state, as Cronofy sent it."""

    kind: ChangeKind
    event_uid: str
    calendar_id: str
    summary: str
    fields: tuple[FieldChangeDocument, ...]
    event: Raw

    @classmethod
    def of(cls, change: EventChange) -> Self:
        """Return the document of a change."""
        return cls(
            kind=change.kind,
            event_uid=change.event_uid,
            calendar_id=change.calendar_id,
            summary=change.summary,
            fields=FieldChangeDocument.all_of(change.fields),
            event=Raw(change.after),
        )


class EventsLine(Line, frozen=True, tag="events"):
    """The events that `listen` read because of notifications, and what changed about them."""

    reconstructed: bool
    """Whether no notification was received for it."""
    delivery_ids: tuple[int, ...]
    changes_since: str
    events: tuple[Raw, ...]
    changes: tuple[EventChangeDocument, ...]


class KeptReadDocument(Document, frozen=True):
    """A read as it is kept beside a delivery. The names are those of the calendars in it, by their ids."""

    calendar_names: dict[str, str]
    delivery_ids: tuple[int, ...]
    changes_since: str
    events: tuple[Raw, ...]
    changes: tuple[EventChangeDocument, ...]


class EventCacheDocument(Document, frozen=True):
    """What is kept of the events of an account."""

    data_center: str
    sub: str
    events: int
    deleted_events: int
    size_bytes: int
    last_read: str | None
    path: str


class EventCacheClearedDocument(Document, frozen=True):
    """How many states of events were removed."""

    removed: int


class _KeptEvents(Struct, frozen=True):
    events: tuple[Raw, ...] = ()


def kept_events(kept: bytes) -> list[bytes]:
    """Return the events of a read that was kept, as they were sent."""
    return [bytes(event) for event in msgspec.json.decode(kept, type=_KeptEvents).events]


def raw_events(events: Sequence[bytes]) -> tuple[Raw, ...]:
    """Return events as they were sent."""
    return tuple(map(Raw, events))


def change_documents(changes: Iterable[EventChange]) -> tuple[EventChangeDocument, ...]:
    """Return the documents of changes."""
    return tuple(map(EventChangeDocument.of, changes))
