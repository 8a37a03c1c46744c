"""The moment by which a command has to end, such as that of `--timeout`, for everything that waits on its behalf."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.errors import TimeLimitReached

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError

_HINT: Final = "give it more time: --timeout"


class Deadline(NamedTuple):
    """Counted from the command's first moment by `Deadline.after()`."""

    limit_s: float
    ends_at_s: float
    """By the monotonic clock."""

    @classmethod
    def after(cls, limit_s: float) -> Deadline:
        """Return the moment that lies this long from now."""
        return cls(limit_s, time.monotonic() + limit_s)

    @property
    def remaining_s(self) -> float:
        """The time that is left; 0 when there is none."""
        return max(self.ends_at_s - time.monotonic(), 0.0)

    def cut(self, limit_s: float) -> float:
        """Return a limit that is no longer than the time that is left."""
        return min(limit_s, self.remaining_s)

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self.remaining_s == 0

    def error(self, awaited: str) -> TimeLimitReached:
        """Return the error for what was still awaited then, such as `Cronofy's answer`."""
        return TimeLimitReached(f"{awaited} did not come within the time limit of {self.limit_s:g} s", hint=_HINT)

    def not_ready(self, error: CronofyError) -> TimeLimitReached:
        """Return the error for a start that the limit has cut short; `error` is what was waited for."""
        if isinstance(error, TimeLimitReached):
            return error
        return TimeLimitReached(f"not ready within the time limit of {self.limit_s:g} s: {error.message}", hint=_HINT)
