"""Why a run ends: the count is reached, its time is over, or a signal came. The exit code follows from it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from cronofy_cli.errors import PIPE_CLOSED, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a run in order. Windows has no SIGHUP."""


class StopRequest:
    """Where the end of a run is asked for, by any thread or signal, and waited for by the main thread.

    As a context manager it takes the signals. While the end is waited for, a signal brings it about. Before that it
    raises KeyboardInterrupt, and so does a second signal at any time; `exit_code` then tells which signal it was.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._exit_code: int = ExitCode.DONE
        self._signal_number: int | None = None
        self._is_orderly = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() returned, it takes

    @property
    def exit_code(self) -> int:
        """What the process answers: 0, 141 for a closed pipe, or 128 and the signal's number."""
        return self._exit_code

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a first signal interrupt only at the end of the block, for what must be done whole or not at all."""
        self._is_orderly = True
        try:
            yield
        finally:
            self._is_orderly = False
        if self._signal_number is not None:
            raise KeyboardInterrupt

    def ask(self) -> None:
        """Ask for the end because everything that was wanted is there."""
        self._event.set()

    def ask_pipe_closed(self) -> None:
        """Ask for the end because nobody reads the output any more."""
        self._exit_code = PIPE_CLOSED
        self._event.set()

    def ask_unreachable(self) -> None:
        """Ask for the end because nothing can arrive any more."""
        self._exit_code = ExitCode.UNREACHABLE
        self._event.set()

    def wait(self, limit_s: float | None) -> int:
        """Wait for the end and return the exit code: 0, 124 at the limit, or 128 and the signal's number."""
        self._is_orderly = True
        return self._exit_code if self._event.wait(limit_s) else ExitCode.TIME_LIMIT

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        is_first = self._signal_number is None
        if is_first:
            self._signal_number = number
            self._exit_code = 128 + number
            self._event.set()
        if not (is_first and self._is_orderly):
            raise KeyboardInterrupt
