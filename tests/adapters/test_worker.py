"""A thread with one owner."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable, WorkerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from cronofy_cli.errors import CronofyError

LIMIT_S = 10.0


class _Adder(Worker):
    """Takes numbers until it is stopped, and fails at the word of it."""

    def __init__(self, on_failed: Callable[[CronofyError], None], fail_to_open: Exception | None = None) -> None:
        super().__init__("adding numbers", on_failed)
        self.numbers: SimpleQueue[int | BaseException | None] = SimpleQueue()
        self.seen: list[str] = []
        self.sum = 0
        self._fail_to_open = fail_to_open

    def _open(self, stack: ExitStack) -> None:
        stack.enter_context(self._resource())
        if self._fail_to_open is not None:
            raise self._fail_to_open

    def _work(self) -> None:
        while not self._abandoned.is_set() and (number := self.numbers.get()) is not None:
            if isinstance(number, BaseException):
                raise number
            self.sum += number

    def _wake(self) -> None:
        self.numbers.put(None)

    @contextmanager
    def _resource(self) -> Iterator[None]:
        self.seen.append(f"opened by {threading.current_thread().name}")
        try:
            yield
        finally:
            self.seen.append(f"closed by {threading.current_thread().name}")


def test_from_start_to_stop() -> None:
    """What waits at the end is done, and what belongs to the thread is opened and closed there."""
    failures: list[CronofyError] = []
    adder = _Adder(failures.append)
    adder.start()
    for number in (1, 2, 3):
        adder.numbers.put(number)

    assert adder.stop(LIMIT_S)
    assert adder.sum == 6
    assert adder.seen == ["opened by cronofy-adding-numbers", "closed by cronofy-adding-numbers"]
    assert not adder.is_alive
    assert failures == []


def test_stop_in_any_state() -> None:
    """Stopping what was never started is harmless, and so is stopping twice."""
    adder = _Adder(_unexpected)

    assert adder.stop(LIMIT_S)
    adder.start()

    assert adder.stop(LIMIT_S)
    assert adder.stop(0)
    assert adder.seen == []


def test_stop_while_it_begins() -> None:
    """A stop that comes while the thread begins waits for its end: nothing of it goes on afterwards."""
    begins, has_stopped = threading.Event(), threading.Event()

    class _Slow(threading.Event):
        def is_set(self) -> bool:
            was_set = super().is_set()
            if not begins.is_set():
                begins.set()
                has_stopped.wait(0.2)
            return was_set

    adder = _Adder(_unexpected)
    adder._ending = _Slow()
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(adder.start)
        assert begins.wait(LIMIT_S)
        has_ended = adder.stop(LIMIT_S)
        has_stopped.set()
        starting.result(LIMIT_S)

    assert (has_ended, adder.is_alive) == (True, False)
    assert adder.seen == ["opened by cronofy-adding-numbers", "closed by cronofy-adding-numbers"]


def test_cannot_open() -> None:
    """What cannot be opened is raised by `start`, where it can be shown; nothing is left open or running."""
    adder = _Adder(_unexpected, fail_to_open=HistoryUnavailable("the history is locked"))

    with pytest.raises(HistoryUnavailable, match="locked"):
        adder.start()

    assert adder.stop(LIMIT_S)
    assert adder.seen[1:] == ["closed by cronofy-adding-numbers"]


@pytest.mark.parametrize("error", [UnicodeDecodeError("utf-8", b"x", 0, 1, "no"), KeyError("x"), SystemExit(3)])
def test_fault(error: BaseException) -> None:
    """An exception of any kind is reported once, with what failed and where, and all is closed before."""
    failures: SimpleQueue[CronofyError] = SimpleQueue()
    adder = _Adder(failures.put)
    adder.start()
    adder.numbers.put(error)

    failure = failures.get(timeout=LIMIT_S)

    assert isinstance(failure, WorkerFailed)
    assert failure.message.startswith(f"adding numbers failed: {type(error).__name__}: ")
    assert "test_worker.py:" in failure.message
    assert failure.__cause__ is error
    assert adder.stop(LIMIT_S)
    assert adder.seen[1:] == ["closed by cronofy-adding-numbers"]
    assert failures.empty()


def test_own_error() -> None:
    """An error that the user can act on keeps its words and its hint."""
    failures: SimpleQueue[CronofyError] = SimpleQueue()
    adder = _Adder(failures.put)
    adder.start()
    full = HistoryUnavailable("the disk is full", hint="free some space")
    adder.numbers.put(full)

    assert failures.get(timeout=LIMIT_S) is full
    assert adder.stop(LIMIT_S)


def test_hanging() -> None:
    """What hangs is waited for within the limit only, and then knows that nobody waits."""
    going_on = threading.Event()
    adder = _Adder(_unexpected)

    class _Slow(int):
        def __radd__(self, other: int) -> int:
            going_on.wait()
            return other

    adder.start()
    adder.numbers.put(_Slow())
    adder.numbers.put(1)

    assert not adder.stop(0.01)
    assert adder.is_alive
    going_on.set()
    assert adder.stop(LIMIT_S)
    assert adder.sum == 0


def _unexpected(error: CronofyError) -> None:
    raise error
