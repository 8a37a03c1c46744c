"""The server's time, by the Date header of an answer: whatever this machine's clock says, no change is missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ServerTime:
    """A moment before the reads of a run."""

    moment: datetime
    is_known: bool
    """Whether the server said so; otherwise it is this machine's, good enough for the day and nothing else."""


def server_time(date_header: str, local: datetime) -> ServerTime:
    """Return the time that a Date header names; where it names none, `local`."""
    try:
        moment = parsedate_to_datetime(date_header)
    except (ValueError, OverflowError):
        return ServerTime(local, is_known=False)
    return ServerTime(moment if moment.tzinfo else moment.replace(tzinfo=UTC), is_known=True)
