"""Scopes: their names, what they mean in words, and which of them each call needs.

Pure. Which scope a call needs is hardly documented, so the sets are this simulator's choice: every call about calendars
takes any scope that covers it; channels and List Calendars take any that reads calendars; UserInfo and List Profiles
need none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES: Final[Mapping[str, str]] = {
    "read_account": "See your name and email address",
    "list_calendars": "See the list of your calendars",
    "read_events": "See the events in your calendars, with all their details",
    "create_event": "Add events to your calendars, and change those that it added",
    "delete_event": "Delete events that it added",
    "read_free_busy": "See when you are free or busy",
    "change_participation_status": "Answer invitations for you",
    "create_calendar": "Create calendars",
    "read_only": "See your calendars and all their events",
    "write_only": "Add events to your calendars, and change or delete those that it added",
    "read_write": "See your calendars and all their events, and add, change and delete its own",
    "free_busy": "See when you are free or busy, without any details",
    "free_busy_write": "See when you are free or busy, without any details, and add, change and delete its own events",
    "service_account/accounts/manage": "Manage the accounts of your organization",
    "service_account/accounts/unrestricted_access": "Use the accounts of your organization without asking their owners",
    "service_account/resources/manage": "Manage the rooms and other resources of your organization",
    "service_account/resources/unrestricted_access": "Use the rooms and other resources of your organization freely",
    "organizational_unit_scheduler": "Use Cronofy's Scheduler for your team",
}
"""The known scopes, for the account's owner to read (docs: /developers/api/authorization/request-authorization/)."""

DETAILS: Final = frozenset({"read_events", "read_only", "read_write"})
_TIMES: Final = frozenset({"free_busy", "free_busy_write"})

READ_ACCOUNT: Final = frozenset({"read_account", "read_only", "read_write"})
READ_EVENTS: Final = DETAILS | _TIMES
READ_FREE_BUSY: Final = READ_EVENTS | {"read_free_busy"}
READ_CALENDARS: Final = READ_FREE_BUSY | {"list_calendars"}
CREATE_EVENT: Final = frozenset({"create_event", "write_only", "read_write", "free_busy_write"})
DELETE_EVENT: Final = frozenset({"delete_event", "write_only", "read_write", "free_busy_write"})
CREATE_CALENDAR: Final = frozenset({"create_calendar"})
CHANGE_PARTICIPATION: Final = frozenset({"change_participation_status"})


class Access(NamedTuple):
    """What the token of a call allows: which account it is of, and which application may use it."""

    scope: str
    account_id: str
    application: str | None
    """None: a personal token, which belongs to no application."""
    is_authorized: bool = False
    """It was issued after the account's owner allowed it, so it can expire and be revoked."""

    @property
    def is_personal(self) -> bool:
        """Whether the token belongs to no application."""
        return self.application is None

    def require(self, accepted: frozenset[str]) -> None:
        """Check that the token has one of the accepted scopes.

        Raises:
            NotAllowed: it has none.
        """
        if accepted.isdisjoint(self.scope.split()):
            raise NotAllowed(f"the access token has none of the scopes {', '.join(sorted(accepted))}")

    @property
    def sees_details(self) -> bool:
        """Whether events are more than times to it (docs: /developers/faqs/free-busy-scope-change/)."""
        return not DETAILS.isdisjoint(self.scope.split())
