"""The numbers at the end of a run."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import Forward, open_history
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.forwarding.tally import Counts, Tally, Totals
from tests.samples import make_delivery
from tests.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError

URL = "http://localhost:3000/hook"
MOMENT = datetime(2026, 11, 22, 12, 4, 31, tzinfo=UTC)
TAKEN = Attempt(MOMENT, timedelta(milliseconds=3), status=200)
FAILED = Attempt(MOMENT, timedelta(milliseconds=3), failure=Failure.CONNECTION_REFUSED, reason="connection refused")


def to_url(_: Delivery) -> list[str]:
    """Everything is to be forwarded to URL."""
    return [URL]


def unexpected(error: CronofyError) -> None:
    """No trouble is expected."""
    raise error


@pytest.fixture
def history(tmp_path: Path) -> Callable[[], History]:
    """A history that is owed to URL as a whole: three deliveries of a run before, and two batches of this one."""

    def opened() -> History:
        return open_history(tmp_path / "history.db", survives_power_cut=False)

    with opened() as store:
        store.record([make_delivery(0)] * 3, targets_of=to_url)
    return opened


def test_what_is_left_of_this_run(history: Callable[[], History]) -> None:
    """What was received in any batch and is still to be sent counts as waiting; that of a run before does not."""
    tally = Tally([URL])
    with history() as store:
        for size in (2, 1):
            tally.receive(store.record([make_delivery(0)] * size, targets_of=to_url))
        store.forwards.record([Forward(4, URL, 1, TAKEN)])
    tally.count(Forward(4, URL, 1, TAKEN))

    totals = tally.sum_up(history, unexpected)

    assert totals == Totals(received=3, forwarded=1, failed=0, waiting=2)


def test_a_result_that_could_not_be_written(history: Callable[[], History]) -> None:
    """What a target has taken does not wait, also where the history still says so."""
    tally = Tally([URL])
    with history() as store:
        tally.receive(store.record([make_delivery(0)] * 3, targets_of=to_url))
    unwritten = [
        Forward(4, URL, 1, FAILED, is_last=False),
        Forward(4, URL, 2, TAKEN),
        Forward(2, URL, 1, TAKEN),
        Forward(6, f"{URL}/else", 1, TAKEN),
    ]
    tally.count(unwritten[1])

    assert tally.sum_up(history, unexpected, unwritten) == Totals(received=3, forwarded=1, failed=0, waiting=2)


def test_only_the_last_attempt_counts(history: Callable[[], History]) -> None:
    """A delivery that is tried again has not failed yet."""
    tally = Tally([URL])
    tally.count(Forward(1, URL, 1, FAILED, is_last=False))
    tally.count(Forward(1, URL, 2, TAKEN))
    tally.count(Forward(2, URL, 1, FAILED))

    assert tally.sum_up(history, unexpected) == Totals(received=0, forwarded=1, failed=1, waiting=0)


def test_no_target(history: Callable[[], History]) -> None:
    """A run that forwards nothing has no such numbers."""
    assert Tally([]).sum_up(history, unexpected) is None


def test_a_history_that_cannot_be_read() -> None:
    """At the end it is reported instead of the numbers."""
    troubles: list[CronofyError] = []
    gone = HistoryUnavailable("gone")

    def opened() -> History:
        raise gone

    assert Tally([URL]).sum_up(opened, troubles.append) is None
    assert troubles == [gone]


@pytest.mark.parametrize(
    ("failed", "waiting", "is_all_taken"), [(0, 0, True), (1, 0, False), (0, 1, False), (1, 1, False)]
)
def test_all_taken(failed: int, waiting: int, is_all_taken: bool) -> None:
    """The application has everything only if nothing failed and nothing waits."""
    assert Totals(5, 5, failed, waiting).is_all_taken is is_all_taken


class SlowBatch(list[Any]):
    """A batch at whose first delivery a thread takes its turn."""

    turns: Turns

    def __getitem__(self, index: Any) -> Any:
        if index == 0:
            self.turns.take()
        return super().__getitem__(index)


class SlowForward:
    """A forward at whose result a thread takes its turn."""

    is_last = True

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    @property
    def attempt(self) -> Attempt:
        """The attempt."""
        self._turns.take()
        return TAKEN


@pytest.mark.parametrize("is_received", [True, False])
def test_one_thread_at_a_time(is_received: bool, history: Callable[[], History]) -> None:
    """Threads that count wait for each other, so that nothing is left out."""
    tally, turns = Tally([URL]), Turns()
    batch = SlowBatch([make_delivery(5)])
    batch.turns = turns
    forward: Any = SlowForward(turns)
    counting = [
        threading.Thread(
            target=tally.receive if is_received else tally.count, args=(batch if is_received else forward,)
        )
        for _ in range(2)
    ]
    for thread in counting:
        thread.start()
    for thread in counting:
        thread.join(60)

    totals = tally.sum_up(history, unexpected)
    assert totals is not None
    assert (turns.most, totals.received + totals.forwarded) == (1, 2)


def test_the_numbers_of_one_moment() -> None:
    """Whoever asks while deliveries are being counted gets the numbers of before or after, and none in between."""
    tally = Tally([URL])
    begins, goes_on = threading.Event(), threading.Event()

    class HeldBatch(list[Any]):
        def __getitem__(self, index: Any) -> Any:
            begins.set()
            assert goes_on.wait(60)
            return super().__getitem__(index)

    batch = HeldBatch([make_delivery(5, state=SignatureState.INVALID)] * 2)
    with ThreadPoolExecutor(2) as pool:
        counting = pool.submit(tally.receive, batch)
        assert begins.wait(60)
        asked = pool.submit(lambda: tally.so_far)
        wait([asked], 0.1)
        was_early = asked.done()
        goes_on.set()
        counting.result(60)

    assert not was_early
    assert asked.result() == Counts(received=2, not_signed=2, failed=0)
