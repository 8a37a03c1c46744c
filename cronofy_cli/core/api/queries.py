"""The queries of Read Events and Free/Busy: every parameter, and how it is sent.

Imports nothing heavy: help and completion look at the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.notification import Notification

Parameters = list[tuple[str, str]]
"""Names and values of a query in order; a name may come more than once."""


class EventsQuery(NamedTuple):
    """What Read Events is asked for (docs: /developers/api/events/read-events/). None leaves a parameter out."""

    tzid: str
    """IANA time zone. The same one for all requests of a user, or events may be missed."""
    from_: str | None = None
    """First date; the earliest there is, 42 days ago, when left out."""
    to: str | None = None
    """Date after the last one; the latest there is, 201 days ahead, when left out."""
    calendar_ids: tuple[str, ...] = ()
    last_modified: str | None = None
    """Only events modified at or after this time."""
    include_managed: bool | None = None
    only_managed: bool | None = None
    include_deleted: bool | None = None
    include_moved: bool | None = None
    """Also events that were once inside the window and are not now."""
    localized_times: bool | None = None
    include_geo: bool | None = None
    google_event_ids: bool | None = None

    def parameters(self) -> Parameters:
        """Return the parameters that are set, in the order of the fields."""
        return [
            *_texts(tzid=self.tzid, **{"from": self.from_}, to=self.to),
            *_calendars(self.calendar_ids),
            *_texts(last_modified=self.last_modified),
            *_flags(
                include_managed=self.include_managed,
                only_managed=self.only_managed,
                include_deleted=self.include_deleted,
                include_moved=self.include_moved,
                localized_times=self.localized_times,
                include_geo=self.include_geo,
                google_event_ids=self.google_event_ids,
            ),
        ]


class FreeBusyQuery(NamedTuple):
    """What Free/Busy is asked for (docs: /developers/api/events/free-busy/). None leaves a parameter out."""

    tzid: str
    from_: str | None = None
    to: str | None = None
    """Date after the last one."""
    calendar_ids: tuple[str, ...] = ()
    last_modified: str | None = None
    include_managed: bool | None = None
    include_ids: bool | None = None
    """Adds `event_uid` and `event_id` to each period."""
    include_free: bool | None = None
    include_deleted: bool | None = None
    localized_times: bool | None = None

    def parameters(self) -> Parameters:
        """Return the parameters that are set, in the order of the fields."""
        return [
            *_texts(tzid=self.tzid, **{"from": self.from_}, to=self.to),
            *_calendars(self.calendar_ids),
            *_texts(last_modified=self.last_modified),
            *_flags(
                include_managed=self.include_managed,
                include_ids=self.include_ids,
                include_free=self.include_free,
                include_deleted=self.include_deleted,
                localized_times=self.localized_times,
            ),
        ]


def change_query(notification: Notification, tzid: str) -> EventsQuery:
    """Return the query that reads everything a `change` notification speaks of.

    `changes_since` is sent as it came. Deleted events and events moved out of the window are invisible unless asked
    for, and so are managed events, whose edits by users are notified too (docs: /developers/push-notifications/).
    """
    return EventsQuery(
        tzid=tzid,
        calendar_ids=notification.calendar_ids,
        last_modified=notification.changes_since,
        include_managed=True,
        only_managed=True if notification.only_managed else None,
        include_deleted=True,
        include_moved=True,
    )


def _texts(**values: str | None) -> Parameters:
    return [(name, value) for name, value in values.items() if value is not None]


def _flags(**values: bool | None) -> Parameters:
    return [(name, "true" if value else "false") for name, value in values.items() if value is not None]


def _calendars(calendar_ids: tuple[str, ...]) -> Parameters:
    return [("calendar_ids[]", calendar_id) for calendar_id in calendar_ids]
