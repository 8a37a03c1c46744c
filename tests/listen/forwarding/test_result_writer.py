"""Results on their way into the history."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import History, open_history
from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.forwards import Forwards
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.forwarding.result_writer import Answer, ResultWriter
from tests.adapters.history.samples import forward
from tests.listen.forwarding.following import Following
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward

LIMIT_S = 60.0


@pytest.fixture
def following(tmp_path: Path) -> Following:
    """A history with one delivery."""
    made = Following(tmp_path / "history.db")
    made.record([make_delivery(0)])
    return made


def write_two(following: Following, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """Have two results of one delivery written to the end."""
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    writer.keep(forward(1, number=1))
    writer.keep(forward(1, number=2))
    wait_until(lambda: not writer.unwritten)
    assert writer.stop(LIMIT_S)


def test_every_result_in_its_order(following: Following) -> None:
    """What was kept is written by the end, all of it, in the order of its keeping."""
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    for number in range(1, 701):
        writer.keep(forward(1, number=number))

    assert writer.stop(LIMIT_S)
    assert [each.number for each in following.kept(1)] == list(range(1, 701))
    assert (following.troubles, following.failures) == ([], [])


@pytest.mark.parametrize(("failures", "is_reported"), [(0, False), (4, False), (5, True), (12, True)])
def test_a_history_that_cannot_be_written(
    failures: int,
    is_reported: bool,
    following: Following,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """A result is kept and tried until it can be written; the trouble is reported once, after five tries."""
    left, record = [failures], Forwards.record

    def failing(self: Forwards, forwards: Iterable[Forward]) -> None:
        if left[0]:
            left[0] -= 1
            raise HistoryUnavailable("locked")
        record(self, forwards)

    monkeypatch.setattr(Forwards, "record", failing)
    write_two(following, wait_until)

    assert [each.number for each in following.kept(1)] == [1, 2]
    assert [error.message for error in following.troubles] == (["locked"] if is_reported else [])


def test_a_history_that_cannot_be_written_until_the_end(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not written by the end is known by then, and the reason was reported once."""

    def failing(_: Forwards, _forwards: Iterable[Forward]) -> None:
        raise HistoryUnavailable("locked")

    monkeypatch.setattr(Forwards, "record", failing)
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    for number in (1, 2, 3):
        writer.keep(forward(1, number=number))

    assert writer.stop(LIMIT_S)
    assert [each.number for each in writer.unwritten] == [1, 2, 3]
    assert [error.message for error in following.troubles] == ["locked"]


def test_an_answer_is_written_with_its_result(
    following: Following, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A result and the answer because of it are written together or not at all, so no try writes one of them twice."""
    left, set_answer = [3], History.set_answer

    def failing(self: History, delivery_id: int, status: int | None) -> None:
        if left[0]:
            left[0] -= 1
            raise HistoryUnavailable("locked")
        set_answer(self, delivery_id, status)

    monkeypatch.setattr(History, "set_answer", failing)
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    writer.keep(forward(1, 503), Answer(503))
    wait_until(lambda: not writer.unwritten)

    assert writer.stop(LIMIT_S)
    with open_history(following.history_file, read_only=True) as history:
        delivery = history.get(1)
        assert delivery is not None
        assert (delivery.answer_status, len(history.forwards.of(1))) == (503, 1)


def test_a_commit_whose_answer_was_lost(
    following: Following, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """What was written though that was not heard is not written a second time."""
    left, all_or_nothing = [2], History.all_or_nothing

    @contextmanager
    def unheard(self: History) -> Iterator[None]:
        with all_or_nothing(self):
            yield
        if left[0]:
            left[0] -= 1
            raise HistoryAway("the connection has ended")

    monkeypatch.setattr(History, "all_or_nothing", unheard)
    write_two(following, wait_until)

    assert [each.number for each in following.kept(1)] == [1, 2]


def test_a_writer_that_is_slow(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has more than a thousand results waits until they are written, and none is lost; so does the end."""
    may_write, record = threading.Event(), Forwards.record
    sizes: list[int] = []

    def slow(self: Forwards, forwards: Iterable[Forward]) -> None:
        assert may_write.wait(LIMIT_S)
        kept = list(forwards)
        sizes.append(len(kept))
        record(self, kept)

    monkeypatch.setattr(Forwards, "record", slow)
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    has_kept_all = threading.Event()

    def keep() -> None:
        for number in range(1, 1501):
            writer.keep(forward(1, number=number))
        has_kept_all.set()

    keeping = threading.Thread(target=keep)
    keeping.start()
    assert not has_kept_all.wait(0.2)
    may_write.set()
    keeping.join(LIMIT_S)

    assert writer.stop(LIMIT_S)
    assert [each.number for each in following.kept(1)] == list(range(1, 1501))
    assert max(sizes) <= 256


def test_nothing_is_kept_after_the_end(following: Following) -> None:
    """A result that comes after the end waits for nobody, and counts as not written."""
    writer = ResultWriter(following.history_file, following.calls)
    writer.start()
    assert writer.stop(LIMIT_S)

    writer.keep(forward(1))

    assert len(writer.unwritten) == 1
    with open_history(following.history_file, read_only=True) as history:
        assert history.forwards.of(1) == []
