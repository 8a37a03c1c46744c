"""Reading the calendars as they are before a run's channel exists: what changes later is compared with that.

Without it, the first change of each event could only be told as "first seen".
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LIMIT_S: Final = 10.0
"""How long a run's channel waits for it."""


class FirstLook:
    """Reads on a thread of its own, while the public address is made ready."""

    def __init__(
        self,
        read: Callable[[], Iterable[Sequence[bytes]]],
        remember: Callable[[Sequence[bytes]], None],
        remark: Callable[[str], None],
    ) -> None:
        """`read` yields the events of each page, and `remember` keeps them."""
        self._read = read
        self._remember = remember
        self._remark = remark
        self._lock = threading.Lock()
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="first-look", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def end(self, limit_s: float = LIMIT_S) -> None:
        """Wait for it, for a while. Nothing is remembered afterwards: it might be a change that is yet to be told."""
        self._thread.join(limit_s)
        with self._lock:
            is_cut_off = not self._is_over
            self._is_over = True
        if is_cut_off:
            self._remark(" not all events could be looked at in time: some changes will be told as first seen")

    def _work(self) -> None:
        try:
            for page in self._read():
                with self._lock:
                    if self._is_over:
                        return
                    self._remember(page)
        except CronofyError as error:
            self._remark(f" events could not be looked at ({error.message}): first changes will be told as first seen")
        with self._lock:
            self._is_over = True
