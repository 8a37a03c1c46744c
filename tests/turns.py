"""Whether threads take turns at something, as a lock makes them."""

from __future__ import annotations

import threading


class Turns:
    """How many threads are at it at once."""

    def __init__(self) -> None:
        self.is_counted = False
        self.most = 0
        self.has_begun = threading.Event()
        self._another = threading.Event()
        self._lock = threading.Lock()
        self._now = 0

    def take(self) -> None:
        """Be at it, until another thread is at it too or does not come for a while."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now > 1:
                self._another.set()
        self.has_begun.set()
        self._another.wait(0.2)
        with self._lock:
            self._now -= 1
