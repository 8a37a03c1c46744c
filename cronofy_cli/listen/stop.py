"""Why a run ends: the count is reached, its time is over, or a signal came. The exit code follows from it."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from math import inf
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.interrupts import interrupt
from cronofy_cli.errors import PIPE_CLOSED, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from cronofy_cli.errors import CronofyError

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a run in order. Windows has no SIGHUP."""

_TICK_S: Final = 0.25
"""A signal that comes at the very moment at which the waiting begins is seen by Python only when it is over."""


class StopRequest:
    """Where the end of a run is asked for, by any thread or signal, and waited for by the main thread.

    As a context manager it takes the signals. A first signal brings the end about, which is noticed where it is waited
    for; inside `interruptible` it raises KeyboardInterrupt, and so does a second signal at any time. `exit_code` then
    tells which signal it was.
    """

    def __init__(self) -> None:
        # Signals come between any two steps of the main thread, which may be waiting at that moment. An Event would
        # then be locked by the very thread that is to set it; a SimpleQueue's `put` may come at any time (docs:
        # https://docs.python.org/3/library/queue.html#simplequeue-objects).
        self._ends: SimpleQueue[None] = SimpleQueue()
        self._exit_code: int = ExitCode.DONE
        self._failure: CronofyError | None = None
        self._signal_number: int | None = None
        self._may_interrupt = False
        self._put_off: bool | None = None
        """Whether a signal that comes again in a moment was the first one; None if none does."""
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
    def interruptible(self) -> Iterator[None]:
        """Let a signal interrupt inside the block, for what may take long and is to be broken off."""
        self._may_interrupt = True
        try:
            self._interrupt_if_asked()
            yield
        finally:
            self._may_interrupt = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a first signal interrupt only at the end of the block, for what must be done whole or not at all."""
        might_interrupt, self._may_interrupt = self._may_interrupt, False
        try:
            yield
        finally:
            self._may_interrupt = might_interrupt
        if might_interrupt:
            self._interrupt_if_asked()

    def ask(self) -> None:
        """Ask for the end because everything that was wanted is there."""
        self._ends.put(None)

    def ask_pipe_closed(self) -> None:
        """Ask for the end because the output is not read any more."""
        self._exit_code = PIPE_CLOSED
        self._ends.put(None)

    def ask_unreachable(self) -> None:
        """Ask for the end because nothing can arrive any more."""
        self._exit_code = ExitCode.UNREACHABLE
        self._ends.put(None)

    def fail(self, error: CronofyError) -> None:
        """Ask for the end because a part of the run has failed. The first failure counts."""
        self._failure = self._failure or error
        self._ends.put(None)

    def forget_failure(self) -> None:
        """Go on after a failure, unless the end was asked for otherwise."""
        self._failure = None
        while not self._ends.empty():
            self._ends.get()
        if self._exit_code != ExitCode.DONE:
            self._ends.put(None)

    def raise_failure(self) -> None:
        """Do nothing, unless a part of the run has failed.

        Raises:
            CronofyError: the one that `fail` was called with.
        """
        if self._failure is not None:
            raise self._failure

    def wait(self, limit_s: float | None) -> int:
        """Wait for the end and return the exit code: 0, 124 at the limit, or 128 and the signal's number.

        Raises:
            CronofyError: a part of the run has failed.
        """
        until_s = inf if limit_s is None else time.monotonic() + limit_s
        while not self._has_ended(min(_TICK_S, max(until_s - time.monotonic(), 0.0))):
            if time.monotonic() >= until_s:
                return ExitCode.TIME_LIMIT
        self.raise_failure()
        return self._exit_code

    def _has_ended(self, wait_s: float) -> bool:
        try:
            self._ends.get(timeout=wait_s)
        except Empty:
            return False
        # Whoever waits again finds the end as well.
        self._ends.put(None)
        return True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        is_first = self._signal_number is None
        if is_first:
            self._signal_number = number
            self._exit_code = 128 + number
            self._ends.put(None)
        elif self._put_off is not None:
            # The same signal again, which was put off because of an import.
            is_first, self._put_off = self._put_off, None
        if self._may_interrupt or not is_first:
            interrupt(number, frame)
            self._put_off = is_first

    def _interrupt_if_asked(self) -> None:
        if self._signal_number is not None:
            raise KeyboardInterrupt
