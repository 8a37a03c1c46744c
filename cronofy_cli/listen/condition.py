"""How a run is: whether notifications can arrive and are recorded, and if not, why. For whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError


@dataclass(frozen=True, slots=True)
class Condition:
    """What is so now."""

    is_ready: bool
    """Whether notifications can arrive."""
    reason: str | None = None
    """Why they cannot, or, if they can, why they are not recorded. None when all is well, or nobody has said."""
    hint: str | None = None

    @classmethod
    def not_recording(cls, error: CronofyError) -> Condition:
        """Return the condition of a run that answers what arrives with 503."""
        return cls(is_ready=True, reason=error.message, hint=error.hint)

    @property
    def is_recording(self) -> bool:
        """Whether what arrives is recorded."""
        return self.is_ready and self.reason is None
