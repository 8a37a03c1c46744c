"""Reading the calendars as they are before a run's channel exists: what changes later is compared with that.

Without it, the first change of each event could only be reported as "first seen".
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.adapters.worker import OnFailed

LIMIT_S: Final = 10.0
"""How long a run's channel waits for it."""


class Baseline(Worker):
    """Reads while the public address is made ready."""

    def __init__(
        self,
        read: Callable[[], Iterable[Sequence[bytes]]],
        open_cache: Callable[[], EventCache],
        remark: Callable[[str], None],
        on_failed: OnFailed,
        *,
        changed_before: str | None = None,
        reported: Callable[[], Sequence[bytes]] | None = None,
    ) -> None:
        """`read` yields the events of each page.

        With `changed_before`, what has changed since that moment is left to be reported, but for the events as
        `reported` has them.
        """
        super().__init__("baseline", on_failed)
        self._read = read
        self._open_cache = open_cache
        self._remark = remark
        self._changed_before = changed_before
        self._reported = reported
        self._keeping = threading.Lock()

    def end(self, limit_s: float = LIMIT_S) -> None:
        """Wait for it, for a while. Nothing is kept afterwards: it might be a change that is yet to be reported."""
        if self.wait(limit_s):
            return
        with self._keeping:
            self._ending.set()
        self._remark(" not all events could be read in time: some changes will be reported as first seen")

    def _work(self) -> None:
        try:
            with self._open_cache() as cache:
                self._keep_all(cache)
        except CronofyError as error:
            self._remark(f" events could not be read ({error.message}): first changes will be reported as first seen")

    def _keep_all(self, cache: EventCache) -> None:
        if self._reported is not None:
            cache.remember(self._reported())
        for page in self._read():
            with self._keeping:
                if self._ending.is_set():
                    return
                cache.remember(page, changed_before=self._changed_before)
