"""Why a run ends: the count is reached, its time is over, or a signal came. The exit code follows from it."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from math import inf
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.errors import PIPE_CLOSED, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a run in order. Windows has no SIGHUP."""

_TICK_S: Final = 0.25
"""A signal that comes at the very moment at which the waiting begins is seen by Python only when it is over."""


class StopRequest:
    """Where the end of a run is asked for, by any thread or signal, and waited for by the main thread.

    As a context manager it takes the signals. While the end is waited for, a signal brings it about. Before that it
    raises KeyboardInterrupt, and so does a second signal at any time; `exit_code` then tells which signal it was.
    """

    def __init__(self) -> None:
        # Signals come between any two steps of the main thread, which may be waiting at that moment. An Event would
        # then be locked by the very thread that is to set it; a SimpleQueue's `put` may come at any time (docs:
        # https://docs.python.org/3/library/queue.html#simplequeue-objects).
        self._ends: SimpleQueue[None] = SimpleQueue()
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
        self._ends.put(None)

    def ask_pipe_closed(self) -> None:
        """Ask for the end because nobody reads the output any more."""
        self._exit_code = PIPE_CLOSED
        self._ends.put(None)

    def ask_unreachable(self) -> None:
        """Ask for the end because nothing can arrive any more."""
        self._exit_code = ExitCode.UNREACHABLE
        self._ends.put(None)

    def wait(self, limit_s: float | None) -> int:
        """Wait for the end and return the exit code: 0, 124 at the limit, or 128 and the signal's number."""
        self._is_orderly = True
        until_s = inf if limit_s is None else time.monotonic() + limit_s
        while not self._has_ended(min(_TICK_S, max(until_s - time.monotonic(), 0.0))):
            if time.monotonic() >= until_s:
                return ExitCode.TIME_LIMIT
        return self._exit_code

    def _has_ended(self, wait_s: float) -> bool:
        try:
            self._ends.get(timeout=wait_s)
        except Empty:
            return False
        # Whoever waits again finds the end as well.
        self._ends.put(None)
        return True

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        is_first = self._signal_number is None
        if is_first:
            self._signal_number = number
            self._exit_code = 128 + number
            self._ends.put(None)
        if not (is_first and self._is_orderly):
            raise KeyboardInterrupt
