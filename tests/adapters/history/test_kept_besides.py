"""What is kept besides deliveries: forwards, tags, gaps, answers given later, and what is removed with them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Gap, open_history
from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.history.samples import START, at, forward
from tests.histories import connection_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace


def test_forwards(history: History) -> None:
    """Each attempt is read as it was kept, to the byte and the microsecond, in its order."""
    history.record([at(0), at(1)])
    attempts = [forward(1, None), forward(1, 500, number=2), forward(1, 204, number=3)]
    history.forwards.record([*attempts, forward(2)])

    assert history.forwards.of(1) == attempts
    assert [each.attempt.succeeded for each in attempts] == [False, False, True]
    assert attempts[0].attempt.duration_ms == 23.005


@pytest.mark.parametrize(
    ("written", "failure"),
    [
        ("refused", Failure.CONNECTION_REFUSED),
        ("no_such_host", Failure.NAME_NOT_RESOLVED),
        ("unreachable", Failure.HOST_UNREACHABLE),
        ("tls", Failure.TLS_FAILED),
        ("time_limit", Failure.ANSWER_TIMED_OUT),
        ("closed", Failure.CONNECTION_CLOSED),
        ("not_http", Failure.NOT_HTTP),
        ("a word of tomorrow", Failure.OTHER),
    ],
)
def test_failures_of_other_versions(written: str, failure: Failure, file_history: History, tmp_path: Path) -> None:
    """The words for failures that 0.1.0 wrote are read as today's codes; one that is not known is another failure."""
    file_history.record([at(0)])
    file_history.forwards.record([forward(1, None)])
    (file,) = tmp_path.rglob("*.db")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE forwards SET failure = ?", (written,))

    assert file_history.forwards.of(1)[0].attempt.failure is failure


def test_a_forward_of_a_delivery_that_is_gone(history: History) -> None:
    """A result that comes after its delivery was removed is dropped, and the others with it are kept."""
    history.record([at(0)])
    history.forwards.record([forward(9), forward(1)])

    assert (history.forwards.of(9), history.forwards.of(1)) == ([], [forward(1)])


def test_tags(history: History) -> None:
    """A name stands for one delivery, moves when it is given again, and can be forgotten."""
    history.record([at(0), at(1)])
    history.tags.put("b", 1)
    history.tags.put("a", 1)
    history.tags.put("b", 2)

    assert history.tags.all() == {"a": 1, "b": 2}
    assert (history.tags.of(1), history.tags.of(2)) == (["a"], ["b"])
    assert (history.tags.remove("a"), history.tags.remove("a")) == (True, False)
    with pytest.raises(HistoryUnavailable):
        history.tags.put("c", 99)


def test_gaps(history: History) -> None:
    """Those that reach into the time that is asked about, in the order of their ends."""
    early = Gap(START, START + timedelta(minutes=5), "the tunnel was down")
    late = Gap(START + timedelta(minutes=4), START + timedelta(minutes=9), "asleep")
    history.mark_gap(late)
    history.mark_gap(early)

    assert history.gaps(START) == [early, late]
    assert history.gaps(START + timedelta(minutes=6)) == [late]
    assert history.gaps(START + timedelta(minutes=10)) == []


def test_reconstructed(history: History) -> None:
    """A delivery that was made up is told from one that was received."""
    history.record([at(0)])
    history.record([at(1)], are_reconstructed=True)

    assert [history.is_reconstructed(number) for number in (1, 2, 3)] == [False, True, False]


def test_an_answer_given_later(history: History) -> None:
    """The status that was decided after recording takes the first one's place."""
    history.record([at(0)])
    history.set_answer(1, 503)

    found = history.get(1)
    assert found is not None
    assert found.answer_status == 503


def test_prune_by_age(history: History) -> None:
    """What is older goes, with its forwards and events; what has a tag stays."""
    history.record([at(minute) for minute in range(6)])
    history.forwards.record([forward(1), forward(5)])
    history.attach_events([1, 2], b"{}")
    history.tags.put("keep", 3)

    assert history.prune_older(START + timedelta(minutes=4)) == 3
    assert [each.id for each in history.latest(10)] == [3, 5, 6]
    assert (history.forwards.of(1), history.events_of(1)) == ([], None)
    assert history._database.value("SELECT count(*) FROM event_reads") == 0
    assert history.forwards.of(5) == [forward(5)]


@pytest.mark.parametrize(("kept", "numbers"), [(0, [1]), (2, [1, 2999, 3000]), (5000, list(range(1, 3001)))])
def test_prune_by_number(kept: int, numbers: list[int], history: History) -> None:
    """The newest stay, and what has a tag."""
    history.record([at(0)] * 3000)
    history.tags.put("keep", 1)

    assert history.prune_all_but(kept) == 3000 - len(numbers)
    assert [each.id for each in history.latest(5000)] == numbers


def test_prune_many_events(file_history: History) -> None:
    """The work of removing deliveries with a read of events each grows with their number, not with its square."""
    work: list[int] = []
    for count in (1000, 2000):
        for delivery in file_history.record([at(0)] * count):
            assert delivery.id is not None
            file_history.attach_events([delivery.id], b"{}")
        steps: list[None] = []
        connection_of(file_history).set_progress_handler(partial(steps.append, None), 100)
        file_history.prune_all_but(0)
        work.append(len(steps))

    assert connection_of(file_history).execute("SELECT count(*) FROM event_reads").fetchone() == (0,)
    assert work[1] < 3 * work[0]


def test_noticing_what_others_write(
    place: HistoryPlace, history: History, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """The version changes with what another connection writes, and not by itself."""
    with open_history(place, read_only=True) as reading:
        before = reading.data_version()
        assert reading.data_version() == before
        history.record([at(0)])

        wait_until(lambda: reading.data_version() != before)
