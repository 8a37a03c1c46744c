"""The worker behind the answers."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.errors import HistoryUnavailable, Unreachable
from cronofy_cli.receiver.pipeline import Pipeline
from tests.adapters.history.test_spill_queue import batch, numbers, read_back
from tests.receiver.receiving import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError


def test_every_sink() -> None:
    """Each sink gets everything in order, and what one could not do is reported and spoils nothing for the others."""
    troubles: list[CronofyError] = []
    first: list[int | None] = []
    last: list[int | None] = []

    def fail(_: Sequence[Delivery]) -> None:
        raise Unreachable("no answer")

    backlog = Backlog(read_back, limit=40)
    sinks = [lambda taken: first.extend(numbers(taken)), fail, lambda taken: last.extend(numbers(taken))]
    pipeline = Pipeline(backlog, sinks, on_trouble=troubles.append)
    pipeline.start()
    for start in range(1, 200, 10):
        backlog.put(batch(start, start + 9))

    assert pipeline.stop(PATIENCE_S)
    assert first == last == list(range(1, 201))
    assert {trouble.message for trouble in troubles} == {"no answer"}


def test_history_gone() -> None:
    """Deliveries that cannot be read back are reported, and the worker goes on."""
    troubles: list[CronofyError] = []
    seen: list[int | None] = []

    def fail_first(first: int, last: int) -> Iterator[Sequence[Delivery]]:
        if first == 1:
            raise HistoryUnavailable("gone")
        yield batch(first, last)

    backlog = Backlog(fail_first, limit=0, chunk=5)
    pipeline = Pipeline(backlog, [lambda taken: seen.extend(numbers(taken))], on_trouble=troubles.append)
    backlog.put(batch(1, 10))
    pipeline.start()

    assert pipeline.stop(PATIENCE_S)
    assert [trouble.message for trouble in troubles] == ["gone"]
    assert seen == [6, 7, 8, 9, 10]


def test_hanging_sink() -> None:
    """A sink that hangs does not keep the program from ending, and what is left is not claimed to be done."""
    hanging, release = threading.Event(), threading.Event()

    def hang(_: Sequence[Delivery]) -> None:
        hanging.set()
        release.wait(PATIENCE_S)

    backlog = Backlog(read_back)
    pipeline = Pipeline(backlog, [hang], on_trouble=lambda _: None)
    pipeline.start()
    backlog.put(batch(1, 1))
    assert hanging.wait(PATIENCE_S)
    backlog.put(batch(2, 2))

    assert not pipeline.stop(0.05)
    release.set()


def test_gives_way() -> None:
    """In a burst the worker leaves the processor to the answers most of the time; afterwards it catches up."""
    backlog = Backlog(read_back, chunk=5000)
    seen: list[int | None] = []
    worked_s: list[float] = []

    def work(taken: Sequence[Delivery]) -> None:
        begun_s = time.thread_time()
        seen.extend(numbers(taken))
        while time.thread_time() - begun_s < 0.005:
            pass
        worked_s.append(time.thread_time() - begun_s)

    pipeline = Pipeline(backlog, [work], on_trouble=lambda _: None)
    pipeline.start()
    begun_s, last = time.monotonic(), 0
    while time.monotonic() - begun_s < 0.5:
        backlog.put(batch(last + 1, last + 60))
        last += 60
        threading.Event().wait(0.002)
    share = sum(worked_s) / (time.monotonic() - begun_s)

    assert pipeline.stop(PATIENCE_S)
    assert share < 0.25
    assert seen == list(range(1, last + 1))
