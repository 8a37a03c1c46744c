"""The server's time, by the Date header of an answer: whatever this machine's clock says, no change is missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ServerTime:
    """A moment before the reads of a run."""

    moment: datetime
    is_known: bool
    """Whether the server said so; otherwise it is this machine's, good enough for the day and nothing else."""
