"""Everything that happened in a world, in order: acts of owners and of the simulator, attempts to deliver, API calls.

Kept in memory only. An act is what the control API, or time, did to a world; what applications do are API calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.simulator.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt


class ActKind(StrEnum):
    """What was done."""

    EVENT_ADDED = "event_added"
    EVENT_MOVED = "event_moved"
    EVENT_CHANGED = "event_changed"
    EVENT_DELETED = "event_deleted"
    EVENT_RESTORED = "event_restored"
    CALENDAR_REMOVED = "calendar_removed"
    PROFILE_DISCONNECTED = "profile_disconnected"
    PROFILE_RECONNECTED = "profile_reconnected"
    PROFILE_SYNC_BEGUN = "profile_sync_begun"
    PROFILE_SYNC_DONE = "profile_sync_done"
    CHANNEL_CLOSED = "channel_closed"
    CLOCK_SET = "clock_set"
    NOTIFICATION_PUSHED = "notification_pushed"
    FAULT_ADDED = "fault_added"
    FAULTS_CLEARED = "faults_cleared"
    PROVIDER_DELAYED = "provider_delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDetails:
    """What an act was about, as far as there is something to say."""

    subject: str = ""
    """The title of the event, the name of the profile or calendar, the address of the channel, and so on."""
    event_uid: str | None = None
    calendar_id: str | None = None
    channel_id: str | None = None
    start: str | None = None
    """Of the event, as the API shows it."""
    end: str | None = None
    note: str | None = None
    """What has to be known besides, such as why no notification follows."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act."""

    number: int
    at: datetime
    kind: ActKind
    details: ActDetails


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the timeline: one of `act`, `delivery` and `request` is set."""

    number: int
    act: Act | None = None
    delivery: Attempt | None = None
    request: LoggedRequest | None = None


class Timeline:
    """The journals of a world, and their entries together in one."""

    def __init__(
        self,
        on_request: Callable[[LoggedRequest], None],
        on_attempt: Callable[[Attempt], None],
        on_entry: Callable[[], None],
    ) -> None:
        """Take who hears of what, at once; `on_entry` is called for everything."""
        self.all: Journal[Happening] = Journal(lambda _entry: on_entry())
        self.acts: Journal[Act] = Journal(self._add_act)
        self.attempts: Journal[Attempt] = Journal(self._add_attempt)
        self.requests: Journal[LoggedRequest] = Journal(self._add_request)
        self._on_request = on_request
        self._on_attempt = on_attempt

    def since(self, number: int) -> list[Happening]:
        """Return the entries with a higher number, the oldest first."""
        return self.all.find(lambda entry: entry.number > number)

    def _add_act(self, act: Act) -> None:
        self.all.add(Happening(self.all.next_number, act=act))

    def _add_attempt(self, attempt: Attempt) -> None:
        self.all.add(Happening(self.all.next_number, delivery=attempt))
        self._on_attempt(attempt)

    def _add_request(self, request: LoggedRequest) -> None:
        self.all.add(Happening(self.all.next_number, request=request))
        self._on_request(request)
