"""What became of each try to deliver a notification: the simulator's own record, shown by its control API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one post ended: a status, or an error when no answer came in time."""

    started_at: datetime
    milliseconds: float
    status: int | None = None
    error: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether Cronofy takes the notification as delivered (docs: /developers/push-notifications/)."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as the control API lists it."""

    at: datetime
    channel_id: str
    callback_url: str
    type: str
    attempt: int
    milliseconds: float
    status: int | None
    error: str | None
    next_attempt_at: datetime | None
    """None after a success, and when the notification is given up."""
