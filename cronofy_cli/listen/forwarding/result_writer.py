"""What became of forwards, on its way into the history: written by a thread of its own, several at a time.

A listener that records must not wait behind each result, and a result need not survive a power cut as a delivery does.
While the history cannot be written the results stay in memory, and are written once it can be again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import count, islice
from threading import Condition
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from contextlib import ExitStack

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls

_AT_ONCE: Final = 256
_MOST_KEPT: Final = 1000
"""Results in memory; whoever has more of them waits, and sends nothing meanwhile."""
_PATIENCE_S: Final = 1.0
_RETRY_PAUSE_S: Final = 0.1

_TRIES: Final = 5
"""Before it is reported, and after the end was asked for. Each waits for a locked file as long as the history does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Cronofy was answered because of a forward; None is no answer in time."""

    status: int | None


class ResultWriter(Worker):
    """Writes results in their order. What it cannot write by the end is in `unwritten`."""

    _history: History

    def __init__(self, history: HistoryPlace, calls: ForwarderCalls) -> None:
        super().__init__("writing results", calls.failed)
        self._place = history
        self._on_trouble = calls.trouble
        self._results: deque[tuple[Forward, Answer | None]] = deque()
        self._changed = Condition()

    def keep(self, forward: Forward, answer: Answer | None = None) -> None:
        """Have a result written soon, and what Cronofy was answered because of it."""
        with self._changed:
            self._results.append((forward, answer))
            self._changed.notify_all()
            while len(self._results) > _MOST_KEPT and self.is_alive:
                self._changed.wait(_PATIENCE_S)

    @property
    def unwritten(self) -> list[Forward]:
        """What is not in the history yet."""
        with self._changed:
            return [forward for forward, _ in self._results]

    def _open(self, stack: ExitStack) -> None:
        self._history = stack.enter_context(open_history(self._place, survives_power_cut=False))

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        while batch := self._next():
            if not self._writes(batch):
                return
            with self._changed:
                for _ in batch:
                    self._results.popleft()
                self._changed.notify_all()

    def _next(self) -> list[tuple[Forward, Answer | None]]:
        """Return what there is, once there is something; nothing at the end."""
        with self._changed:
            while not (self._results or self._ending.is_set()):
                self._changed.wait()
            return list(islice(self._results, _AT_ONCE))

    def _writes(self, batch: list[tuple[Forward, Answer | None]]) -> bool:
        """Write results, however long the history cannot be written; false when the end comes first."""
        tries_at_end = _TRIES
        for number in count(1):
            is_at_end = self._ending.is_set()
            try:
                self._write(batch, is_first_try=number == 1)
            except HistoryUnavailable as error:
                tries_at_end -= is_at_end
                is_over = self._abandoned.is_set() or not tries_at_end
                if number == _TRIES or (is_over and number < _TRIES):
                    self._on_trouble(error)
                if is_over or self._abandoned.wait(_RETRY_PAUSE_S):
                    return False
            else:
                break
        return True

    def _write(self, batch: list[tuple[Forward, Answer | None]], *, is_first_try: bool) -> None:
        results, forwards = [forward for forward, _ in batch], self._history.forwards
        with self._history.all_or_nothing():
            # The answer to a commit may have been lost with the connection.
            forwards.record(results if is_first_try else forwards.without_recorded(results))
            for forward, answer in batch:
                if answer is not None:
                    self._history.set_answer(forward.delivery_id, answer.status)
