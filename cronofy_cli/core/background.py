"""Doing several things at the same time, each within a limit.

What does not end is left behind on its daemon thread: a name look-up that hangs cannot be stopped from outside, and
must not keep the result waiting.
"""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from cronofy_cli.errors import CronofyError, TimeLimitReached

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """Something that is being worked out from now on."""

    def __init__(self, work: Callable[[], T], what: str, limit_s: float) -> None:
        """`what` is named when it does not end within the limit."""
        self._what = what
        self._limit_s = limit_s
        self._deadline = monotonic() + limit_s
        self._found: Future[T | CronofyError] = Future()
        Thread(target=self._run, args=(work,), daemon=True).start()

    def result(self) -> T | CronofyError:
        """Wait for it, at most until its limit, and return it, or why it is not known."""
        try:
            return self._found.result(max(self._deadline - monotonic(), 0))
        except TimeoutError:
            return TimeLimitReached(f"{self._what} did not respond within {self._limit_s:g} s")

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._found.set_result(work())
        except CronofyError as error:
            self._found.set_result(error)
        except BaseException as error:  # noqa: BLE001 - the thread's border: a bug is raised again by result()
            self._found.set_exception(error)
