"""Behind the answer, and behind everything else: what may be written a little later.

These are the moments at which deliveries were on the disk and answered, and the search index. A thread of its own
writes them, through a connection that does not wait for the disk, and gives way while deliveries arrive in numbers.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.search_blocks import IndexUnavailable
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history.moments import Moments
    from cronofy_cli.adapters.worker import OnFailed

_GATHER_S: Final = 0.1
"""How long more is waited for, to be written together."""
_GATHER_IN_A_BURST_S: Final = 0.5
_BUSY: Final = 50
"""As many deliveries within that time are a burst."""
_REST_PER_WORK: Final = 4
_REST_PER_WORK_IN_A_BURST: Final = 30
_RETRY_S: Final = 60.0
"""After the index could not be written. A search looks at everything meanwhile."""
_MOST_WAITING: Final = 10_000
"""Moments in memory while the history is locked; the oldest are given up."""
_AT_ONCE: Final = 256


class Bookkeeper(Worker):
    """Writes what can wait. `answered` is what the listener hands its moments to."""

    def __init__(self, open_history: Callable[[], History], on_failed: OnFailed) -> None:
        """`open_history` is to open one that need not survive a power cut."""
        super().__init__("bookkeeper", on_failed)
        self._open_history = open_history
        self._moments: deque[Moments] = deque(maxlen=_MOST_WAITING)
        self._woken = Event()
        self._arrived = 0

    def answered(self, moments: Moments) -> None:
        """Have moments written soon. Never waits."""
        self._moments.append(moments)
        self._arrived += moments.last_id - moments.first_id + 1
        if not self._woken.is_set():
            self._woken.set()

    def look_again(self) -> None:
        """Index what others have recorded."""
        self._woken.set()

    def _open(self, stack: ExitStack) -> None:
        self._history = stack.enter_context(self._open_history())
        self._indexer = stack.enter_context(closing(self._history.indexer()))

    def _wake(self) -> None:
        self._woken.set()

    def _work(self) -> None:
        rest_s: float | None = 0.0
        index_at_s, gather_s = time.monotonic(), _GATHER_S
        while not self._ending.is_set():
            self._woken.wait(None if rest_s is None else max(index_at_s - time.monotonic(), 0))
            self._woken.clear()
            before = self._arrived
            self._ending.wait(gather_s)
            self._write_moments()
            is_burst = self._arrived - before >= _BUSY
            gather_s = _GATHER_IN_A_BURST_S if is_burst else _GATHER_S
            if time.monotonic() >= index_at_s and not self._ending.is_set():
                rest_s = self._index(is_burst=is_burst)
                index_at_s = time.monotonic() + (rest_s or 0)
        self._write_moments()

    def _write_moments(self) -> None:
        while self._moments:
            taken = [self._moments.popleft() for _ in range(min(len(self._moments), _AT_ONCE))]
            try:
                self._history.moments.keep(taken)
            except HistoryUnavailable:
                # Whoever records reports it. They are tried again with the next ones.
                self._moments.extendleft(reversed(taken))
                return

    def _index(self, *, is_burst: bool) -> float | None:
        """Index a slice, and return how long to rest; None is until something comes."""
        begun_s = time.monotonic()
        try:
            rows = self._indexer.fill()
        except (IndexUnavailable, HistoryUnavailable):
            return _RETRY_S
        if not rows:
            return None
        return (time.monotonic() - begun_s) * (_REST_PER_WORK_IN_A_BURST if is_burst else _REST_PER_WORK)
