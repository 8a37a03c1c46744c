"""What became of each try to deliver a notification: the simulator's own record, shown by its control API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.core.failure import Failure


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one post ended: a status, or an error when no answer came in time."""

    started_at: datetime
    duration_ms: float
    status: int | None = None
    failure: Failure | None = None
    reason: str | None = None
    """The failure in the library's words."""

    @property
    def is_success(self) -> bool:
        """Whether Cronofy takes the notification as delivered (docs: /developers/push-notifications/)."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as the control API lists it."""

    number: int
    """Of the attempt in this world."""
    notification: int
    """The number of the notification: every further try has the same one."""
    at: datetime
    channel_id: str
    """Empty for the callbacks of events and smart invites."""
    callback_url: str
    type: str
    attempt: int
    duration_ms: float
    status: int | None
    failure: Failure | None
    reason: str | None
    next_attempt_at: datetime | None
    """None after a success, and when the notification is given up."""
    body: str
    """What was sent, byte for byte: it is UTF-8."""
    signature: str
