"""What is written behind the answers: moments, and the search index."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Moments, open_history
from cronofy_cli.adapters.history.moments import DeliveryTimes
from cronofy_cli.receiver.bookkeeper import Bookkeeper
from tests.adapters.history.samples import START, at
from tests.receiver.receiving import NOW, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError

MOMENTS = Moments(1, 3, START, START + timedelta(milliseconds=2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history is."""
    return tmp_path / "history.db"


@contextmanager
def keeping(path: Path) -> Iterator[Bookkeeper]:
    """Run a bookkeeper, which must not fail."""
    failures: SimpleQueue[CronofyError] = SimpleQueue()
    bookkeeper = Bookkeeper(partial(open_history, path, survives_power_cut=False), failures.put)
    try:
        bookkeeper.start()
        yield bookkeeper
    finally:
        assert bookkeeper.stop(60.0)
    assert failures.empty()


def test_moments_are_kept_for_each_delivery_of_a_commit(path: Path) -> None:
    """They are those of all deliveries that were recorded together, and of no other; the end waits for them."""
    with open_history(path) as history:
        history.record([at(0) for _ in range(4)])
    with keeping(path) as bookkeeper:
        bookkeeper.answered(MOMENTS)

    with open_history(path, read_only=True) as history:
        known = [history.times_of(number) for number in range(1, 5)]
    assert known == [DeliveryTimes(MOMENTS.recorded_at, MOMENTS.answered_at)] * 3 + [DeliveryTimes()]


def test_moments_wait_for_a_locked_history(path: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """What could not be written is written with the next."""
    with keeping(path) as bookkeeper:
        lock = sqlite3.connect(path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        bookkeeper.answered(MOMENTS)
        wait_until(lambda: not bookkeeper._moments)
        wait_until(lambda: bool(bookkeeper._moments))
        lock.execute("ROLLBACK")
        lock.close()

    with open_history(path, read_only=True) as history:
        assert history.moments.of(2) == MOMENTS


def test_the_index_is_filled_behind_the_answers(path: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """What is there at the start is indexed, and what comes later too."""
    with open_history(path) as history:
        history.record([at(0) for _ in range(200)])
        with keeping(path) as bookkeeper:
            wait_until(lambda: history.search.unindexed() == 200 % 64)
            history.record([at(0) for _ in range(56)])
            bookkeeper.answered(MOMENTS)
            wait_until(lambda: history.search.unindexed() == 0)


def test_the_listener_says_when_it_recorded_and_answered(tmp_path: Path) -> None:
    """For each commit, once everything of it was answered."""
    heard: SimpleQueue[Moments] = SimpleQueue()
    with receiving(tmp_path, on_answered=heard.put) as receiver, receiver.wire() as wire:
        assert wire.ask(post()) == 200
        assert heard.get(timeout=60) == Moments(1, 1, NOW, NOW)


def test_a_decision_that_comes_too_late_is_no_answer(tmp_path: Path) -> None:
    """With an application that decides, each delivery has its own moments; no decision is no answer."""

    def decide(delivery: Delivery, answer: Callable[[int | None], None]) -> None:
        answer(503 if delivery.id == 1 else None)

    heard: SimpleQueue[Moments] = SimpleQueue()
    with receiving(tmp_path, on_answered=heard.put, decide=decide) as receiver, receiver.wire() as wire:
        assert [wire.ask(post()), wire.ask(post())] == [503, 504]
        assert [heard.get(timeout=60) for _ in range(2)] == [Moments(1, 1, NOW, NOW), Moments(2, 2, NOW, None)]
