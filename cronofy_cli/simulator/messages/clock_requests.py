"""What the control API is asked to do to a world's clock.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_AHEAD_S: Final = 10 * 366 * 86400.0


@dataclass(frozen=True, slots=True)
class ClockRequest:
    """What to do to a clock; None leaves it."""

    advance_s: float | None
    set_to: datetime | None
    is_stopped: bool | None

    @property
    def in_words(self) -> str:
        """What is done, shortly."""
        words = []
        if self.is_stopped is not None:
            words.append("stopped" if self.is_stopped else "started")
        if self.set_to is not None:
            words.append(f"set to {self.set_to:%Y-%m-%dT%H:%M:%SZ}")
        if self.advance_s is not None:
            words.append(f"advanced by {timedelta(seconds=self.advance_s)}")
        return ", ".join(words)


def parse_clock_request(body: Mapping[str, object], ahead_s: float) -> ClockRequest:
    """Read what to do: `advance_s`, `set_to`, `stopped`, in any combination.

    Raises:
        InvalidRequest: none of them is given, one is not recognized, or the clock would be ten years ahead.
    """
    errors = FieldErrors()
    advance_s = fields.read_number(body.get("advance_s"), "advance_s", errors)
    set_to = fields.read_date_or_time(body.get("set_to"), "set_to", errors)
    if set_to is not None and not isinstance(set_to, datetime):
        errors.not_recognized("set_to", "a time")
    if advance_s is not None and not 0 <= advance_s <= MAX_AHEAD_S - ahead_s:
        errors.not_recognized("advance_s", "seconds forward, ten years in all at most")
    is_stopped = body.get("stopped")
    if advance_s is None and set_to is None and is_stopped is None:
        errors.add("advance_s", fields.REQUIRED)
    wanted = ClockRequest(
        advance_s,
        set_to if isinstance(set_to, datetime) else None,
        None if is_stopped is None else fields.read_boolean(is_stopped, "stopped", errors),
    )
    errors.raise_if_any()
    return wanted
