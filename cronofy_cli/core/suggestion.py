"""The name that was meant, for one that is not known. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the end of an error's sentence that suggests the nearest known name, or nothing if none is near."""
    # Late: only errors need it.
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1, cutoff)
    return f"; did you mean '{near[0]}'?" if near else ""
