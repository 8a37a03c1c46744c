"""The requests that an application may make, shared by all who make them."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS
from cronofy_cli.core.api.request_budget import RequestBudget
from cronofy_cli.errors import RequestFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.core.api.rate_limits import RateLimit

LONGEST_WAIT_S: Final = 0.25
"""How long a wait for a turn goes on before it looks whether it is still wanted."""
REFUSED_PAUSE_S: Final = 10.0
"""How long no request is sent after a 429 without Retry-After."""


class Budget(Protocol):
    """Gives requests their turns. Used by any thread."""

    def turn(self, stop: threading.Event) -> AbstractContextManager[None]:
        """Wait until a request may be sent, which is done inside the block. With `stop` set it waits no longer.

        Raises:
            CronofyError: what others have used cannot be known.
        """

    def slow_down(self, delay_s: float) -> None:
        """Send no request for a while: one was refused with 429."""

    def stop(self) -> None:
        """Give no more turns: who waits for one gets an error."""

    def close(self) -> None:
        """Let go of what it uses, at the end."""


def no_turn() -> RequestFailed:
    """Return the error for a request that had no turn before the end."""
    return RequestFailed("the request was not sent: the command was ended")


class NoBudget:
    """Sends at once."""

    def turn(self, stop: threading.Event) -> AbstractContextManager[None]:  # noqa: ARG002 - waits for nothing
        """Wait for nothing."""
        return nullcontext()

    def slow_down(self, delay_s: float) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class ProcessBudget:
    """A budget for the threads of this process."""

    def __init__(self, limits: Sequence[RateLimit] = CRONOFY_LIMITS) -> None:
        self._budget = RequestBudget(limits)
        self._changed = threading.Condition()
        self._is_stopped = False

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Wait until a request may be sent.

        Raises:
            RequestFailed: it was stopped.
        """
        with self._changed:
            self._require_going_on()
            while (wait_s := self._budget.begin(time.monotonic())) and not stop.is_set():
                self._changed.wait(min(wait_s, LONGEST_WAIT_S))
                self._require_going_on()
        try:
            yield
        finally:
            if not wait_s:
                self._end()

    def slow_down(self, delay_s: float) -> None:
        """Let no thread send for a while."""
        with self._changed:
            self._budget.pause(time.monotonic() + delay_s)

    def stop(self) -> None:
        """Give no more turns."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def close(self) -> None:
        """Give no more turns."""
        self.stop()

    def _require_going_on(self) -> None:
        if self._is_stopped:
            raise no_turn()

    def _end(self) -> None:
        with self._changed:
            self._budget.end(time.monotonic())
            self._changed.notify()
