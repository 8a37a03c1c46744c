"""What was recorded reaches the worker once, in order, in bounded memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable
from tests.receiver.receiving import NOW, PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


def delivery(number: int | None) -> Delivery:
    """Return a delivery with a number."""
    request = ReceivedRequest(NOW, "POST", "/", (), b"")
    return Delivery(request, Verdict(SignatureState.UNKNOWN), Notification(), 200, "uk", number)


def batch(first: int, last: int) -> list[Delivery]:
    """Return the deliveries from one number to another."""
    return [delivery(number) for number in range(first, last + 1)]


def read_back(first: int, last: int) -> Iterator[Sequence[Delivery]]:
    """Read back as a history does, two at a time."""
    for start in range(first, last + 1, 2):
        yield batch(start, min(start + 1, last))


def numbers(deliveries: Iterable[Delivery]) -> list[int | None]:
    """Return the numbers alone."""
    return [each.id for each in deliveries]


@given(
    steps=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2), st.booleans()), max_size=30),
    limit=st.integers(0, 12),
    chunk=st.integers(1, 5),
)
def test_order(steps: list[tuple[int, int, bool]], limit: int, chunk: int) -> None:
    """Whatever is put and taken when, with numbers of others in between: all of it comes out, once and in order."""
    backlog = Backlog(read_back, limit=limit, chunk=chunk)
    given_, taken, number = [], [], 1
    for size, gap, is_taken in steps:
        put = batch(number + gap, number + gap + size - 1)
        number += gap + size
        given_ += numbers(put)
        backlog.put(put)
        if is_taken:
            taken += numbers(backlog.take(0))
    backlog.close()
    while not backlog.is_exhausted:
        taken += numbers(backlog.take())

    assert taken == given_


def test_bounded(tmp_path: Path) -> None:
    """Past the limit only numbers are kept, and the deliveries come back from the history."""
    with open_history(tmp_path / "history.db") as history:
        backlog = Backlog(history.between, limit=10, chunk=7)
        put = [recorded for _ in range(5) for recorded in [history.record([delivery(None)] * 8)]]
        for each in put:
            backlog.put(each)

        assert len(backlog._segments) == 2
        assert numbers(each for _ in range(6) for each in backlog.take(0)) == list(range(1, 41))


def test_waiting() -> None:
    """One who waits gets what is put, nothing when the time is up, and nothing when it is closed."""
    backlog = Backlog(read_back)
    assert backlog.take(0.01) == []

    with ThreadPoolExecutor(1) as pool:
        # Many times, so that it comes in most of them while it is waited for.
        for number in range(1, 100):
            taking = pool.submit(backlog.take, PATIENCE_S)
            backlog.put(batch(number, number))
            assert numbers(taking.result(PATIENCE_S)) == [number]

        ending = pool.submit(backlog.take)
        backlog.close()
        assert ending.result(PATIENCE_S) == []
    assert backlog.is_exhausted


def test_unreadable() -> None:
    """What cannot be read back is said once, and the rest follows."""

    def fail_once(first: int, last: int) -> Iterator[Sequence[Delivery]]:
        if first == 1:
            raise HistoryUnavailable("gone")
        yield batch(first, last)

    backlog = Backlog(fail_once, limit=0, chunk=2)
    backlog.put(batch(1, 4))

    with pytest.raises(HistoryUnavailable, match="gone"):
        backlog.take(0)
    assert numbers(backlog.take(0)) == [3, 4]


def test_how_many_wait() -> None:
    """All that was put and not handed out counts, also what a server that is away cannot give back for now."""

    def away_twice(first: int, last: int) -> Iterator[Sequence[Delivery]]:
        if away.pop():
            raise HistoryAway("the server is away")
        yield batch(first, last)

    away = [False, False, True, True]
    backlog = Backlog(away_twice, limit=3, chunk=2)
    assert backlog.waiting == 0
    backlog.put(batch(1, 3))
    backlog.put(batch(4, 6))
    assert backlog.waiting == 6
    assert numbers(backlog.take(0)) == [1, 2, 3]
    for _ in range(2):
        with pytest.raises(HistoryAway):
            backlog.take(0)
        assert backlog.waiting == 3

    assert (numbers(backlog.take(0)), backlog.waiting) == ([4, 5], 1)
    assert (numbers(backlog.take(0)), backlog.waiting) == ([6], 0)
