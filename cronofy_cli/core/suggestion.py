"""The name that was meant, for one that is not known. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the end of an error's sentence that suggests the nearest known name, or nothing if none is near.

    Capitals make no name another one.
    """
    # Late: only errors need it.
    from difflib import get_close_matches

    spelled = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), spelled, 1, cutoff)
    return f"; did you mean '{spelled[near[0]]}'?" if near else ""
