"""A line on stderr that shows how far a long read has come. For people: only at a terminal, and only after a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from cronofy_cli.output.streams import Output

AFTER_S: Final = 0.5
"""What is quicker than this needs no progress."""
_ERASE: Final = "\r\x1b[K"


class Progress:
    """Shows pages, items and seconds inside a `with`, and leaves nothing behind."""

    def __init__(
        self, output: Output, noun: str, *, enabled: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._output = output
        self._noun = noun
        self._enabled = enabled
        self._clock = clock
        self._begun = clock()
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.erase()

    def note(self, page: int | None, pages: int | None, items: int) -> None:
        """A page has come: its number, how many there will be, and how many items came until now."""
        elapsed_s = self._clock() - self._begun
        if not self._enabled or elapsed_s < AFTER_S:
            return
        where = f"page {page} of {pages}, " if page is not None and pages is not None else ""
        text = f"{where}{items:,} {self._noun}, {elapsed_s:.1f} s"
        # Back to the line's start at the end: a remark that comes meanwhile is written over it.
        self._write(f"{_ERASE}{self._output.paint_note(text, Style.DIM)}\r")
        self._is_shown = True

    def erase(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._write(_ERASE)
        self._is_shown = False

    def _write(self, text: str) -> None:
        self._output.stderr.write(text)
        self._output.stderr.flush()
