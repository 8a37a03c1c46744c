"""Doing many things: one after another, or several at once at a fixed rate.

Results come as generators, so that whoever takes them decides how long it goes on.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

MOST_AT_ONCE: Final = 256
"""Requests on their way: well below the usual limit of open files."""


def in_turn(work: Callable[[T], R], items: Iterable[T], *, interval_s: float = 0.0) -> Iterator[R]:
    """Do each thing when the one before is done; the interval is between the end of one and the start of the next."""
    for index, item in enumerate(items):
        if index and interval_s:
            time.sleep(interval_s)
        yield work(item)


def side_by_side(
    work: Callable[[T], R], items: Iterable[T], *, at_once: int = MOST_AT_ONCE, interval_s: float = 0.0
) -> Generator[tuple[int, R]]:
    """Start a thing each interval, whether or not the earlier ones are done, at most `at_once` at the same time.

    Yields each result as it comes, with the place of its thing in the series, from 0. What `work` raises is raised.
    """
    crew = _Crew(work, at_once)
    due_s = time.monotonic()
    try:
        for index, item in enumerate(items):
            yield from crew.results_until(due_s)
            crew.give(index, item)
            due_s += interval_s
            if crew.is_busy:
                yield from crew.results_until_free()
                due_s = max(due_s, time.monotonic())
        yield from crew.rest()
    finally:
        crew.dismiss()


def in_order(results: Iterable[tuple[int, R]]) -> Iterator[R]:
    """Yield results by the places of their things: one that is early waits."""
    early: dict[int, R] = {}
    place = 0
    for index, result in results:
        early[index] = result
        while place in early:
            yield early.pop(place)
            place += 1


class _Crew(Generic[T, R]):
    """Threads that take things to do. Daemons: Ctrl-C must not wait for an application that hangs."""

    def __init__(self, work: Callable[[T], R], most: int) -> None:
        self._work = work
        self._most = most
        self._given: queue.SimpleQueue[tuple[int, T] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[int, R | None, BaseException | None]] = queue.SimpleQueue()
        self._threads = 0
        self._under_way = 0

    @property
    def is_busy(self) -> bool:
        """Whether each thread that there may be has something to do."""
        return self._under_way >= self._most

    def give(self, index: int, item: T) -> None:
        """Have a thing done."""
        self._under_way += 1
        if self._under_way > self._threads:
            self._threads += 1
            threading.Thread(target=self._run, name="cronofy-send", daemon=True).start()
        self._given.put((index, item))

    def results_until(self, moment_s: float) -> Iterator[tuple[int, R]]:
        """Yield what is done until then."""
        while (left_s := moment_s - time.monotonic()) > 0:
            try:
                yield self._taken(left_s)
            except queue.Empty:
                return

    def results_until_free(self) -> Iterator[tuple[int, R]]:
        """Yield what is done until something more can be given."""
        while self.is_busy:
            yield self._taken()

    def rest(self) -> Iterator[tuple[int, R]]:
        """Yield what is left, as it is done."""
        while self._under_way:
            yield self._taken()

    def dismiss(self) -> None:
        """Have the threads end; what was given and not begun is not done."""
        while not self._given.empty():
            try:
                self._given.get_nowait()
            except queue.Empty:
                break
        for _ in range(self._threads):
            self._given.put(None)

    def _taken(self, limit_s: float | None = None) -> tuple[int, R]:
        index, result, error = self._done.get(timeout=limit_s)
        self._under_way -= 1
        if error is not None:
            raise error
        return index, result  # type: ignore[return-value]  # there is one of the two

    def _run(self) -> None:
        while given := self._given.get():
            index, item = given
            try:
                self._done.put((index, self._work(item), None))
            except BaseException as error:  # noqa: BLE001 - a thread's border: it is raised where results are taken
                self._done.put((index, None, error))
