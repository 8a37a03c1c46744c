"""What is known of events before a run's channel exists."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.event_cache import EventCache, open_event_cache
from cronofy_cli.errors import Unreachable
from cronofy_cli.listen.changes.baseline import Baseline
from tests.receiver.receiving import PATIENCE_S
from tests.samples import make_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.errors import CronofyError

PAGES = [[make_event(1), make_event(2)], [make_event(3)]]


class Look:
    """A cache, and what was said of the baseline."""

    def __init__(self, folder: Path) -> None:
        self.open = partial(open_event_cache, "uk", "acc_1", {"CRONOFY_DATA_DIR": str(folder)})
        self.remarks: list[str] = []
        self.failures: list[CronofyError] = []

    def start(self, read: Callable[[], Iterable[Sequence[bytes]]]) -> Baseline:
        """Begin to read."""
        baseline = Baseline(read, self.open, self.remarks.append, self.failures.append)
        baseline.start()
        return baseline

    @property
    def remembered(self) -> int:
        """How many events are in the cache."""
        with self.open() as cache:
            return cache.status().events


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """An empty cache."""
    return Look(tmp_path)


def test_all_pages(look: Look) -> None:
    """Everything that was read is remembered when it has ended, and there is nothing to say."""
    look.start(lambda: PAGES).end(PATIENCE_S)

    assert (look.remembered, look.remarks) == (3, [])


def test_what_others_have_reported(look: Look) -> None:
    """Of what changed since a moment, what nobody has reported is left: also a newer state of an event."""
    reported = [make_event(1, updated='"2026-11-22T10:00:00Z"'), make_event(2, updated='"2026-11-22T10:00:00Z"')]
    newer = make_event(2, updated='"2026-11-22T10:00:01Z"', description='"new"')
    pages = [
        [
            reported[0],
            newer,
            make_event(3, updated='"2026-11-22T10:00:02Z"'),
            make_event(4, updated='"2026-11-01T10:00:00Z"'),
        ]
    ]
    baseline = Baseline(
        lambda: pages,
        look.open,
        look.remarks.append,
        look.failures.append,
        changed_before="2026-11-22T09:00:00Z",
        reported=lambda: reported,
    )
    baseline.start()
    baseline.end(PATIENCE_S)

    with look.open() as cache:
        changed = cache.observe(pages[0], "2026-11-22T09:00:00Z")
    assert [change.event_uid for change in changed] == ["evt_2", "evt_3"]
    assert look.remarks == []


@pytest.mark.parametrize("is_end_of_run", [False, True])
def test_slower_than_one_waits(look: Look, is_end_of_run: bool) -> None:
    """What comes later than is waited for is not remembered: it might hold a change that is yet to be reported."""
    has_begun, may_go_on = threading.Event(), threading.Event()

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        has_begun.set()
        assert may_go_on.wait(PATIENCE_S)
        yield PAGES[1]

    baseline = look.start(read)
    assert has_begun.wait(PATIENCE_S)
    if is_end_of_run:
        assert not baseline.stop(0.01)
    else:
        baseline.end(0.01)
    may_go_on.set()

    assert baseline.wait(PATIENCE_S)
    assert look.remembered == 2
    assert ["first seen" in remark for remark in look.remarks] == ([] if is_end_of_run else [True])


def test_the_end_waits_for_what_is_being_kept(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is being remembered when the wait is over is remembered before the run's channel is made."""
    is_keeping, has_ended = threading.Event(), threading.Event()
    early: list[bool] = []
    remember = EventCache.remember

    def slow(cache: EventCache, events: Sequence[bytes], *, changed_before: str | None = None) -> None:
        is_keeping.set()
        early.append(has_ended.wait(0.3))
        remember(cache, events, changed_before=changed_before)

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        assert has_ended.wait(PATIENCE_S)
        yield PAGES[1]

    monkeypatch.setattr(EventCache, "remember", slow)
    baseline = look.start(read)
    assert is_keeping.wait(PATIENCE_S)
    baseline.end(0.01)
    has_ended.set()

    assert baseline.wait(PATIENCE_S)
    assert (early, look.remembered) == ([False], 2)


def test_a_read_that_fails(look: Look) -> None:
    """A failure is reported in a sentence and stops nothing; what was read before it stays."""

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        raise Unreachable("Cronofy cannot be reached")

    look.start(read).end(PATIENCE_S)

    assert look.remembered == 2
    assert look.remarks == [
        " events could not be read (Cronofy cannot be reached): first changes will be reported as first seen"
    ]


def test_a_bug(look: Look) -> None:
    """An exception that is not ours is reported."""

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        raise KeyError("x")

    look.start(read).end(PATIENCE_S)

    assert [failure.message.partition(":")[0] for failure in look.failures] == ["baseline failed"]
