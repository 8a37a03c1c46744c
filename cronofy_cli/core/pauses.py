"""How long to wait between attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def growing_pauses_s(first_s: float, longest_s: float) -> Iterator[float]:
    """Yield pauses without an end: each is twice as long as the one before it, up to a limit."""
    pause_s = first_s
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, longest_s)
