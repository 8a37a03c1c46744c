"""A question that is answered while something else goes on."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK_S: Final = 0.25


def ask_aside(is_over: Callable[[], bool]) -> str:
    """Return the line that is typed; empty when `is_over` says so first, or where stdin cannot be waited for.

    May be called on any thread: unlike `input()` it does not hold stdin when the program ends.
    """
    if sys.platform == "win32":  # select() takes sockets only
        return ""
    number = sys.stdin.fileno()
    while not is_over():
        ready, _, _ = select.select([number], [], [], _TICK_S)
        if ready:
            return os.read(number, 1024).decode("utf-8", "replace")
    return ""
