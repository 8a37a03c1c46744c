"""What waits for an application that comes back: how much of it is sent without being asked for, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.outbound.target import Target

DEFAULT_MOST: Final = 100
LATE_PAUSE_S: Final = 0.05
"""Between two deliveries that are late: an application that has just come back is not to be flooded."""


@dataclass(frozen=True, slots=True)
class LateRule:
    """How many deliveries may wait so that they are sent once the target is back. If there are more, none is."""

    most: int | None = None
    """None stands for any number."""
    asks: bool = False
    """Whether to ask about more, where there is a terminal."""


SEND_ALL: Final = LateRule()


@dataclass(frozen=True, slots=True)
class LateBacklog:
    """Deliveries that wait for a target that is back, and are more than may be sent unasked."""

    target: Target
    count: int
    since: datetime
    """When the first of them was received."""
    most: int


def parse_rule(text: str | None) -> LateRule:
    """Return what `--backlog` means; None for what happens without it.

    Raises:
        WrongUsage: it is neither `send` nor `skip` nor a number.
    """
    if text is None:
        return LateRule(DEFAULT_MOST, asks=True)
    if text == "send":
        return SEND_ALL
    if text == "skip":
        return LateRule(0)
    if text.isascii() and text.isdigit():
        return LateRule(int(text))
    raise WrongUsage(f"--backlog does not take '{text}'", hint="use send, skip, or a number such as 100")
