"""One line below the log, which all threads write above.

Everything but this line is ordinary output: it scrolls into the terminal's own history, can be selected with the mouse,
and stays when the run has ended.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.counts import counted
from cronofy_cli.output.streams import Output
from cronofy_cli.output.terminal.cells import cut, width

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_HELD: Final = 1000
"""Pieces of the log that are kept while the screen shows something else. The history has every delivery."""


class BottomLine:
    """Where the log and the line below it are drawn, one at a time."""

    def __init__(self, draw: Callable[[str], None], columns: Callable[[], int]) -> None:
        """`draw` writes to the terminal at once."""
        self._draw = draw
        self._columns = columns
        self._lock = threading.RLock()
        self._text = ""
        self._alert = False
        self._drawn = 0
        """Cells of the line that is on the screen."""
        self._held: deque[Callable[[], None]] | None = None
        self._dropped = 0

    def above(self, write: Callable[[], None]) -> None:
        """Let something be written above the line, or later, when the log is shown again."""
        with self._lock:
            if self._held is not None:
                self._dropped += len(self._held) == self._held.maxlen
                self._held.append(write)
                return
            self._erase()
            try:
                write()
            finally:
                self._show()

    def show(self, text: str, *, alert: bool = False) -> None:
        """Draw another line; an empty one takes it away."""
        with self._lock:
            if (text, alert) == (self._text, self._alert) and self._drawn <= self._columns():
                return
            self._text, self._alert = text, alert
            if self._held is None:
                self._erase()
                self._show()

    def hold(self) -> None:
        """Keep what is written from now on: the screen shows something else."""
        with self._lock:
            self._erase()
            self._held = deque(maxlen=_MOST_HELD)
            self._dropped = 0

    def release(self) -> None:
        """Show the log again, with what was written meanwhile."""
        with self._lock:
            held, self._held = self._held or (), None
            if self._dropped:
                dropped = counted(self._dropped, "line is", "lines are")
                self._draw(f" {dropped} left out here; all deliveries: cronofy deliveries list\n")
            for write in held:
                write()
            self._show()

    def _erase(self) -> None:
        if self._drawn:
            # A terminal that was made narrower has folded the line.
            rows_above = (self._drawn - 1) // max(self._columns(), 1)
            up = f"\x1b[{rows_above}A" if rows_above else ""
            self._draw(f"{up}\r\x1b[J")
            self._drawn = 0

    def _show(self) -> None:
        if not self._text:
            return
        # Without the last column: some terminals begin a new row behind it.
        shown = cut(self._text, self._columns() - 1)
        self._draw(f"\x1b[{'7;31' if self._alert else '7'}m{shown}\x1b[0m")
        self._drawn = width(shown)


@dataclass(frozen=True, slots=True)
class ScreenOutput(Output):
    """The output of a run that has a line below its log."""

    bottom: BottomLine

    def data_bytes(self, content: bytes) -> None:
        """Write data above the line.

        Raises:
            PipeClosed: its reader has gone.
            OutputLost: it cannot be written.
        """
        self.bottom.above(lambda: Output.data_bytes(self, content))

    def styled_note(self, text: str) -> None:
        """Write a remark above the line."""
        self.bottom.above(lambda: Output.styled_note(self, text))
