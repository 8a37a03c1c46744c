"""What became of forwards, on its way into the history: written by a thread of its own, several at a time.

A listener that records must not wait behind each result, and a result need not survive a power cut as a delivery does.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import open_history
from cronofy_cli.errors import CronofyError, HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward, History

_AT_ONCE: Final = 256
_WAITING: Final = 1000
"""Results in memory; who has more of them waits."""

_TRIES: Final = 5
"""Each waits for a locked file as long as the history does."""


class ResultKeeper:
    """Keeps results in their order, and says when it cannot."""

    def __init__(self, history_file: Path, on_trouble: Callable[[CronofyError], None]) -> None:
        """`on_trouble` is called on the keeper's thread."""
        self._history_file = history_file
        self._on_trouble = on_trouble
        self._results: queue.Queue[Forward | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._work, name="cronofy-results", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def keep(self, forward: Forward) -> None:
        """Have a result written soon."""
        self._results.put(forward)

    def stop(self, limit_s: float) -> None:
        """Write what is left, for at most `limit_s`."""
        if self._thread.is_alive():
            self._results.put(None)
            self._thread.join(limit_s)

    def _work(self) -> None:
        try:
            with open_history(self._history_file, survives_power_cut=False) as history:
                while batch := self._take():
                    self._write(history, batch)
        except CronofyError as error:
            self._on_trouble(error)
            while self._take():
                pass

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

    def _write(self, history: History, batch: list[Forward]) -> None:
        for left in reversed(range(_TRIES)):
            try:
                history.forwards.record(batch)
            except HistoryUnavailable as error:
                if not left:
                    self._on_trouble(error)
            else:
                return
