"""The worker behind the answers."""

from __future__ import annotations

import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import EVERYTHING, History, open_history
from cronofy_cli.errors import HistoryUnavailable, Unreachable, WorkerFailed
from cronofy_cli.receiver.pipeline import Pipeline
from tests.adapters.history.test_spill_queue import batch, delivery, numbers
from tests.histories import turned_into
from tests.receiver.receiving import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError


class Behind:
    """A history, and a pipeline that reads from it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.troubles: list[CronofyError] = []
        self.failures: SimpleQueue[CronofyError] = SimpleQueue()

    def open(self) -> History:
        """Open the history once more."""
        return open_history(self._file)

    def record(self, count: int) -> list[Delivery]:
        """Record deliveries."""
        with self.open() as history:
            return history.record([delivery(None)] * count)

    def pipeline(
        self,
        *sinks: Callable[[Sequence[Delivery]], None],
        opened: Callable[[], History] | None = None,
        held: int = 10_000,
        chunk: int = 500,
    ) -> Pipeline:
        """Return a pipeline with these sinks."""
        return Pipeline(
            opened or self.open,
            sinks,
            on_trouble=self.troubles.append,
            on_failed=self.failures.put,
            held=held,
            chunk=chunk,
        )


@pytest.fixture
def behind(tmp_path: Path) -> Behind:
    """An empty history."""
    return Behind(tmp_path / "history.db")


def test_every_sink(behind: Behind) -> None:
    """Each sink gets everything in order, and what one could not do is reported and spoils nothing for the others."""
    first: list[int | None] = []
    last: list[int | None] = []

    def fail(_: Sequence[Delivery]) -> None:
        raise Unreachable("no answer")

    pipeline = behind.pipeline(
        lambda taken: first.extend(numbers(taken)), fail, lambda taken: last.extend(numbers(taken)), held=40
    )
    pipeline.start()
    recorded = behind.record(200)
    for start in range(0, 200, 10):
        pipeline.put(recorded[start : start + 10])

    assert pipeline.stop(PATIENCE_S)
    assert first == last == list(range(1, 201))
    assert {trouble.message for trouble in behind.troubles} == {"no answer"}


def test_history_gone(behind: Behind) -> None:
    """Deliveries that cannot be read back are reported, and the worker goes on."""
    seen: list[int | None] = []

    class Failing(History):
        def between(
            self, first_id: int, last_id: int = 0, *, criteria: Criteria = EVERYTHING, chunk: int = 500
        ) -> Iterator[list[Delivery]]:
            if first_id == 1:
                raise HistoryUnavailable("gone")
            return super().between(first_id, last_id, criteria=criteria, chunk=chunk)

    def failing() -> History:
        return turned_into(Failing, behind.open())

    pipeline = behind.pipeline(lambda taken: seen.extend(numbers(taken)), opened=failing, held=0, chunk=5)
    pipeline.put(behind.record(10))
    pipeline.start()

    assert pipeline.stop(PATIENCE_S)
    assert [trouble.message for trouble in behind.troubles] == ["gone"]
    assert seen == [6, 7, 8, 9, 10]


def test_a_sink_with_a_bug(behind: Behind) -> None:
    """An exception that is not ours ends the worker and is reported: nobody takes a dead one for a quiet one."""

    def fail(_: Sequence[Delivery]) -> None:
        raise KeyError("nothing")

    pipeline = behind.pipeline(fail)
    pipeline.start()
    pipeline.put(behind.record(1))

    failure = behind.failures.get(timeout=PATIENCE_S)

    assert isinstance(failure, WorkerFailed)
    assert failure.message.startswith("pipeline failed: KeyError: 'nothing'")
    pipeline.put(behind.record(1))
    assert not pipeline.stop(PATIENCE_S)
    assert not pipeline.is_alive


def test_hanging_sink(behind: Behind) -> None:
    """A sink that hangs does not keep the program from ending, and what is left is not claimed to be done."""
    hanging, release = threading.Event(), threading.Event()

    def hang(_: Sequence[Delivery]) -> None:
        hanging.set()
        release.wait(PATIENCE_S)

    pipeline = behind.pipeline(hang)
    pipeline.start()
    pipeline.put(behind.record(1))
    assert hanging.wait(PATIENCE_S)
    pipeline.put(behind.record(1))

    assert not pipeline.stop(0.05)
    release.set()


def test_gives_way(behind: Behind) -> None:
    """In a burst the worker leaves the processor to the answers most of the time; afterwards it catches up."""
    seen: list[int | None] = []
    worked_s: list[float] = []

    def work(taken: Sequence[Delivery]) -> None:
        begun_s = time.thread_time()
        seen.extend(numbers(taken))
        while time.thread_time() - begun_s < 0.005:
            pass
        worked_s.append(time.thread_time() - begun_s)

    pipeline = behind.pipeline(work, chunk=5000)
    pipeline.start()
    begun_s, last = time.monotonic(), 0
    while time.monotonic() - begun_s < 0.5:
        pipeline.put(batch(last + 1, last + 60))
        last += 60
        threading.Event().wait(0.002)
    share = sum(worked_s) / (time.monotonic() - begun_s)

    assert pipeline.stop(PATIENCE_S)
    assert share < 0.25
    assert seen == list(range(1, last + 1))
