"""What a run gets of the terminal: its keys, the line below its log, and the browser of what was received."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.tty import drawing_on
from cronofy_cli.output.terminal.bottom_line import BottomLine, ScreenOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.tty import Tty
    from cronofy_cli.output.streams import Output
    from cronofy_cli.output.terminal.browser import BrowserScreen, Source


class LiveScreen:
    """The terminal of a run. Use it as a context manager: at the end the terminal is as it was before."""

    def __init__(
        self,
        output: Output,
        tty: Tty,
        open_source: Callable[[], Source],
        *,
        inspect: Callable[[int], None] | None = None,
    ) -> None:
        """`open_source` opens the history; `inspect` opens the inspector, at a delivery or, for 0, at none."""
        self.tty = tty
        self.draw = drawing_on(output.stdout)
        self.bottom = BottomLine(self.draw, lambda: tty.size[0])
        own = {field.name: getattr(output, field.name) for field in fields(output)}
        self.output = ScreenOutput(**own, bottom=self.bottom)
        """Writes above the line."""
        self.has_unicode = "utf" in (output.stdout.encoding or "").lower()
        self.inspect = inspect
        self._open_source = open_source

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.bottom.show("")
        self.tty.close()

    @cached_property
    def _source(self) -> Source:
        return self._open_source()

    def browser(self) -> BrowserScreen:
        """Return the browser over the history, for the thread that takes the keys."""
        from cronofy_cli.output.terminal.browser import BrowserScreen

        color = self.output.color_stdout
        return BrowserScreen(self.tty, self.draw, self._source, color=color, inspect=self.inspect)
