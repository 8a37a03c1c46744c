"""From the event loop to the worker: what was recorded and is still to be shown, forwarded and so on.

The loop is never kept waiting, and memory stays bounded while a sink hangs: past the limit only the numbers of
deliveries are kept, and the worker reads those back from the history.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Condition, Event
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history.database import HistoryAway

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery

ReadBack = Callable[[int, int], Iterable[Sequence["Delivery"]]]
"""Returns the deliveries from one number to another, in order, in chunks."""


@dataclass(slots=True)
class _Numbers:
    """Deliveries that are in the history only. Another program may record in between, so no gap is ever spanned."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class Backlog:
    """A queue of recorded deliveries, in the order of their recording. One thread puts, one takes."""

    def __init__(self, read_back: ReadBack, *, limit: int = 10_000, chunk: int = 500) -> None:
        """`limit`: how many deliveries are held in memory; `chunk`: about how many are taken at a time."""
        self._read_back = read_back
        self._limit = limit
        self._chunk = chunk
        self._segments: deque[Sequence[Delivery] | _Numbers] = deque()
        self._held = 0
        self._arrived = 0
        self._waiting = 0
        self._closed = Event()
        self._changed = Condition()

    def put(self, batch: Sequence[Delivery]) -> None:
        """Add recorded deliveries. Never waits for the one who takes."""
        if not batch:
            return
        with self._changed:
            self._arrived += len(batch)
            self._waiting += len(batch)
            if self._held + len(batch) <= self._limit:
                self._segments.append(batch)
                self._held += len(batch)
            else:
                self._append_numbers(batch)
            self._changed.notify()

    def take(self, timeout_s: float | None = None) -> list[Delivery]:
        """Wait for deliveries and return the oldest ones; none when the time is up, or it is closed and empty.

        Raises:
            HistoryAway: some that were kept by number only cannot be read back now. They stay the next ones.
            HistoryUnavailable: some that were kept by number only could not be read back. They are not tried again.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._segments or self._closed.is_set(), timeout_s)
            held = self._next_held()
            numbers = None if held else self._next_numbers()
            self._waiting -= len(held) if numbers is None else numbers.count
        if numbers is None:
            return held
        try:
            return [delivery for part in self._read_back(numbers.first, numbers.last) for delivery in part]
        except HistoryAway:
            with self._changed:
                self._segments.appendleft(numbers)
                self._waiting += numbers.count
            raise

    def close(self) -> None:
        """Say that nothing will be put any more."""
        with self._changed:
            self._closed.set()
            self._changed.notify()

    def arrivals_within(self, seconds: float) -> int:
        """Let this time pass, or less if it is closed meanwhile, and return how many deliveries were put in it."""
        before = self._arrived
        self._closed.wait(seconds)
        return self._arrived - before

    @property
    def waiting(self) -> int:
        """How many were put and not taken yet."""
        return self._waiting

    @property
    def is_exhausted(self) -> bool:
        """Whether it is closed and everything was taken."""
        return self._closed.is_set() and not self._segments

    def _append_numbers(self, batch: Sequence[Delivery]) -> None:
        first, last = batch[0].id, batch[-1].id
        assert first is not None
        assert last is not None
        numbers = _Numbers(first, last)
        if numbers.count != len(batch):
            # Somebody has chosen among them.
            for delivery in batch:
                self._append_numbers([delivery])
            return
        newest = self._segments[-1] if self._segments else None
        if isinstance(newest, _Numbers) and newest.last + 1 == first:
            newest.last = last
        else:
            self._segments.append(numbers)

    def _next_held(self) -> list[Delivery]:
        held: list[Delivery] = []
        while self._segments and len(held) < self._chunk:
            segment = self._segments[0]
            if isinstance(segment, _Numbers):
                break
            held.extend(segment)
            self._segments.popleft()
        self._held -= len(held)
        return held

    def _next_numbers(self) -> _Numbers | None:
        segment = self._segments[0] if self._segments else None
        if not isinstance(segment, _Numbers):
            return None
        taken = _Numbers(segment.first, min(segment.first + self._chunk - 1, segment.last))
        segment.first = taken.last + 1
        if segment.first > segment.last:
            self._segments.popleft()
        return taken
