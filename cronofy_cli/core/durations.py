"""Durations as people write them on a command line."""

from __future__ import annotations

import re

from cronofy_cli.errors import WrongUsage

_UNITS_S = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d|)")
_LONGEST_S = 10 * 366 * 86400.0


def parse_duration(text: str, *, option: str) -> float:
    """Return the seconds that `90`, `90s`, `1.5m`, `2h` or `1d` stand for; `option` is named when it is none.

    Raises:
        WrongUsage: it is not a duration, is zero, or more than ten years.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    seconds = float(match[1]) * _UNITS_S[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise WrongUsage(f"{option} does not take '{text}'", hint=f"write it as {option} 90s, 5m, 2h or 7d")
    return seconds


def in_words(seconds: float) -> str:
    """Return a length of time for people, in a unit of which there are at least two where there are so many."""
    for length_s, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{seconds:.0f} s"
