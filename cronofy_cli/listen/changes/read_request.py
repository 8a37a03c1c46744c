"""Reads of events: one that is asked for, one that was made, and how several requests become one.

Pure. Making the reads is the reader's job.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cronofy_cli.core.api.queries import change_query
from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.core.times import names_moment, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.core.notifications.deliveries import Delivery

Kind = tuple[tuple[str, ...], bool, bool, str | None]
"""What requests have to have in common to become one read."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Everything that changed since a moment is to be read, in the calendars of a channel's filters."""

    changes_since: str
    """As Cronofy wrote it."""
    calendar_ids: tuple[str, ...] = ()
    only_managed: bool = False
    delivery_ids: tuple[int, ...] = ()
    """Because of which deliveries."""
    missed: Delivery | None = None
    """The made-up notification that stands for what may have been missed; None if one was received."""

    @property
    def has_moment(self) -> bool:
        """Whether its moment can be read."""
        return seconds_of(self.changes_since) is not None

    @property
    def kind(self) -> Kind:
        """What it has to have in common with others. A moment that cannot be read stands by itself."""
        odd = None if self.has_moment else self.changes_since
        return self.calendar_ids, self.only_managed, self.missed is not None, odd

    @property
    def title(self) -> str:
        """What to call it: by its first delivery, or by its moment."""
        if not self.delivery_ids:
            return f"the changes since {self.changes_since}"
        others = f" and {len(self.delivery_ids) - 1} more" if len(self.delivery_ids) > 1 else ""
        return f"the changes of #{self.delivery_ids[0]}{others}"

    @property
    def by_hand(self) -> str:
        """How to name it to `events read`: by its delivery, or by its moment."""
        return str(self.delivery_ids[0]) if len(self.delivery_ids) == 1 else self.changes_since

    def query(self, tzid: str) -> EventsQuery:
        """Return what to ask for."""
        return _query(self.changes_since, self.calendar_ids, self.only_managed, tzid)


@dataclass(frozen=True, slots=True)
class ChangeRead:
    """The events that were read because of one or more `change` notifications, and what is new about them."""

    delivery_ids: tuple[int, ...]
    changes_since: str
    events: tuple[bytes, ...]
    """Each event's own JSON."""
    changes: tuple[EventChange, ...] = ()
    """What no earlier read has told."""
    missed: Delivery | None = None
    """The made-up notification that stands for what may have been missed; None if one was received."""

    @property
    def is_reconstructed(self) -> bool:
        """Whether no notification was received for it."""
        return self.missed is not None

    def payload(self, calendar_names: Mapping[str, str]) -> bytes:
        """Return it as one JSON document, for the history; with the names of its calendars, known by their ids."""
        from cronofy_cli.output.documents.events import KeptReadDocument, change_documents, raw_events

        ids = dict.fromkeys(change.calendar_id for change in self.changes)
        document = KeptReadDocument(
            calendar_names={each: calendar_names[each] for each in ids if each in calendar_names},
            delivery_ids=self.delivery_ids,
            changes_since=self.changes_since,
            events=raw_events(self.events),
            changes=change_documents(self.changes),
        )
        return document.encode()


def everything_query(calendar_ids: tuple[str, ...], only_managed: bool, tzid: str) -> EventsQuery:
    """Return what to ask for to know the state of all events that changes may be told of."""
    return _query(None, calendar_ids, only_managed, tzid)


def request_for(delivery: Delivery) -> ReadRequest | None:
    """Return the read that a delivery asks for, if it speaks of changes since a moment that can be asked for."""
    notification = delivery.notification
    if notification.type != "change" or not names_moment(notification.changes_since or ""):
        return None
    assert notification.changes_since is not None
    return ReadRequest(
        notification.changes_since,
        notification.calendar_ids,
        notification.only_managed,
        () if delivery.id is None else (delivery.id,),
    )


def folded(requests: Iterable[ReadRequest]) -> list[ReadRequest]:
    """Return the reads that do for all requests: one of each kind, from its earliest moment on, in their order."""
    kinds: dict[Kind, list[ReadRequest]] = {}
    for request in requests:
        kinds.setdefault(request.kind, []).append(request)
    return [_together(group) for group in kinds.values()]


def _query(since: str | None, calendar_ids: tuple[str, ...], only_managed: bool, tzid: str) -> EventsQuery:
    notification = Notification("change", since, calendar_ids=calendar_ids, only_managed=only_managed)
    # An event's own zone is only known with localized times.
    return change_query(notification, tzid)._replace(localized_times=True)


def _together(requests: Sequence[ReadRequest]) -> ReadRequest:
    earliest = min(requests, key=lambda request: seconds_of(request.changes_since) or 0.0)
    return replace(earliest, delivery_ids=tuple(number for request in requests for number in request.delivery_ids))


def seconds_of(text: str) -> float | None:
    """Return the moment that a notification names, as seconds since 1970; None if it names none."""
    try:
        return parse_time(text).timestamp()
    except (ValueError, OverflowError):
        return None
