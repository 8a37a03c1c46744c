"""The terminal at the other end of stdin: its size, its keys one by one, and its modes put back at the end.

Ctrl-C, Ctrl-\\ and what a supervisor sends stay signals. Ctrl-Z is a key here, since the screen has to be left before
the process stops.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.keys import ESCAPE_LIMIT_S, KeyDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

_READ_AT_ONCE: Final = 4096
_SMALLEST: Final = (60, 8)
"""Columns and rows below which plain lines are better."""
_STOPPING_S: Final = 0.3
_BRACKETED: Final = "\x1b[?2004h"
"""A paste comes between marks, so that it is not taken for keys."""
_NOT_BRACKETED: Final = "\x1b[?2004l"


def can_take_keys(stdin: TextIO, streams: tuple[TextIO, ...], environment: Mapping[str, str]) -> bool:
    """Whether there is a person at a terminal that can redraw a line and send keys."""
    if sys.platform == "win32" or environment.get("TERM", "dumb") == "dumb" or environment.get("CI"):
        return False
    if not all(stream.isatty() for stream in (stdin, *streams)):
        return False
    columns, rows = os.get_terminal_size(streams[0].fileno())
    return columns >= _SMALLEST[0] and rows >= _SMALLEST[1] and _is_foreground(stdin.fileno())


class Tty:
    """Keys without Enter and without echo, between `enter` and `leave`. Used by one thread, but for `wake`."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._input = stdin.fileno()
        self._screen = stdout
        self._draw = drawing_on(stdout)
        self._decoder = KeyDecoder()
        # Files, and not their numbers: those may be other files' once these are closed.
        woken, waker = os.pipe()
        self._woken, self._waker = os.fdopen(woken, "rb", buffering=0), os.fdopen(waker, "wb", buffering=0)
        if sys.platform != "win32":  # where can_take_keys() says no
            os.set_blocking(waker, False)
        self._before: list[object] | None = None

    def close(self) -> None:
        """Put the terminal back and let go of it. Harmless in any state."""
        self.leave()
        self._woken.close()
        self._waker.close()

    @property
    def is_entered(self) -> bool:
        """Whether keys come one by one."""
        return self._before is not None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, as they are now."""
        try:
            columns, rows = os.get_terminal_size(self._screen.fileno())
        except (OSError, ValueError):
            return 80, 24
        return columns, rows

    def enter(self) -> bool:
        """Take keys one by one, and return whether that works: not in the background, where it would stop us."""
        if sys.platform == "win32":
            return False
        import termios

        if self._before is not None:
            return True
        if not _is_foreground(self._input):
            return False
        try:
            before = termios.tcgetattr(self._input)
            changed = [*before[:6], list(before[6])]
            changed[3] &= ~(termios.ICANON | termios.ECHO)
            changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
            changed[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(self._input, termios.TCSADRAIN, changed)
        except termios.error:  # the terminal has gone
            return False
        self._before = before
        self._draw(_BRACKETED)
        return True

    def leave(self) -> None:
        """Put the terminal's modes back. Harmless in any state."""
        if sys.platform == "win32":
            return
        import termios

        before, self._before = self._before, None
        if before is None or not _is_foreground(self._input):
            return
        self._draw(_NOT_BRACKETED)
        with suppress(termios.error):
            termios.tcsetattr(self._input, termios.TCSADRAIN, before)  # type: ignore[arg-type]  # what tcgetattr gave

    def keys(self, wait_s: float) -> list[str]:
        """Return the keys that have come within the time; none where it is over, or after `wake`."""
        watched = [self._woken.fileno(), *([self._input] if self.is_entered else [])]
        limit_s = min(wait_s, ESCAPE_LIMIT_S) if self._decoder.is_waiting else wait_s
        ready, _, _ = select.select(watched, [], [], limit_s)
        if watched[0] in ready:
            self._woken.read(_READ_AT_ONCE)
        if self._input not in ready:
            return self._decoder.flush() if not ready else []
        try:
            return self._decoder.feed(os.read(self._input, _READ_AT_ONCE))
        except OSError:  # the terminal has gone
            return []

    def wake(self) -> None:
        """End the waiting of `keys`. May be called on any thread, and does nothing once this is closed."""
        with suppress(OSError, ValueError):
            self._waker.write(b"\0")

    def stop_process(self) -> None:
        """Stop as Ctrl-Z would, the whole job; returns when it goes on. Leave the screen before."""
        self.leave()
        if sys.platform != "win32":
            os.kill(0, signal.SIGTSTP)
        # Another thread may take the signal, and this one goes on until that has happened.
        select.select([], [], [], _STOPPING_S)


def drawing_on(stream: TextIO) -> Callable[[str], None]:
    """Return what writes text for the screen at once. What the terminal's encoding has not is shown as `?`."""

    def draw(text: str) -> None:
        # A terminal that has gone ends the program by a signal.
        with suppress(OSError, ValueError):
            stream.flush()
            stream.buffer.write(text.encode(stream.encoding or "utf-8", "replace"))
            stream.buffer.flush()

    return draw


def _is_foreground(number: int) -> bool:
    """Whether the terminal is this job's: whoever changes its modes from the background is stopped."""
    if sys.platform == "win32":
        return False
    try:
        return os.tcgetpgrp(number) == os.getpgrp()
    except OSError:
        return False
