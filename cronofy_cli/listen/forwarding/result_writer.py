"""What became of forwards, on its way into the history: written by a thread of its own, several at a time.

A listener that records must not wait behind each result, and a result need not survive a power cut as a delivery does.
"""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls

_AT_ONCE: Final = 256
_WAITING: Final = 1000
"""Results in memory; whoever has more of them waits."""
_PATIENCE_S: Final = 1.0

_TRIES: Final = 5
"""Each waits for a locked file as long as the history does."""


class ResultWriter(Worker):
    """Writes results in their order, and reports when it cannot."""

    _history: History

    def __init__(self, history_file: Path, calls: ForwarderCalls) -> None:
        super().__init__("writing results", calls.failed)
        self._history_file = history_file
        self._on_trouble = calls.trouble
        self._results: queue.Queue[Forward | None] = queue.Queue(_WAITING)

    def keep(self, forward: Forward) -> None:
        """Have a result written soon."""
        self._put(forward)

    def _open(self, stack: ExitStack) -> None:
        self._history = stack.enter_context(open_history(self._history_file, survives_power_cut=False))

    def _wake(self) -> None:
        self._put(None)

    def _put(self, result: Forward | None) -> None:
        while self.is_alive:
            try:
                self._results.put(result, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return

    def _work(self) -> None:
        while batch := self._take():
            self._write(batch)

    def _take(self) -> list[Forward]:
        """Return what there is, once there is something; nothing at the end."""
        batch: list[Forward] = []
        result = self._results.get()
        while result is not None:
            batch.append(result)
            if len(batch) == _AT_ONCE or self._results.empty():
                return batch
            result = self._results.get()
        if batch:
            self._results.put(None)
        return batch

    def _write(self, batch: list[Forward]) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._history.forwards.record(batch)
            except HistoryUnavailable as error:
                if not left:
                    self._on_trouble(error)
            else:
                return
