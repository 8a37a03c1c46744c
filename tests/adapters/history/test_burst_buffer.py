"""Deliveries that were recorded in bursts."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.burst_buffer import ARRIVAL_FORMAT, Recorded
from cronofy_cli.core.notifications.deliveries import Arrival
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable
from tests.histories import connection_of
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.deliveries import Delivery

A_BURST = 40

Step = tuple[str, int]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, A_BURST)),
        st.tuples(st.just("record"), st.integers(1, 3)),
        st.tuples(st.just("settle"), st.integers(0, 3 * A_BURST)),
        st.tuples(st.just("open"), st.just(0)),
    ),
    max_size=12,
)


def arrival(body: bytes) -> Arrival:
    """Return an arrival whose target, header and label are not plain text."""
    made = make_delivery(body=body)
    odd = ((b"X-\xff", b"\xfe"), (b"x-\xff", b""), *made.request.headers)
    request = made.request._replace(target="/r/\udcff?x=é", headers=odd)
    return Arrival(request, Verdict(SignatureState.VALID, "blå"), 200, "uk")


def arrivals(count: int, start: int = 0) -> list[Arrival]:
    """Return as many, each with a body of its own."""
    return [
        arrival(b'{"notification": {"type": "change"}, "n": %d}' % number) for number in range(start, start + count)
    ]


def numbers(found: Sequence[Delivery]) -> list[int | None]:
    """Return the numbers alone."""
    return [each.id for each in found]


def test_burst_is_found_by_the_next_one_who_looks(history: History, place: HistoryPlace) -> None:
    """Whoever opens the history after a burst finds all of it, as it came, also when only reading."""
    burst = arrivals(A_BURST)
    recorded = history.receive(burst)

    with open_history(place, read_only=True) as reading:
        found = reading.latest(1000)

    assert found == list(recorded) == [each.read(number) for number, each in enumerate(burst, 1)]
    assert found[0].request == burst[0].request
    assert found[0].notification.type == "change"


def test_few_are_found_at_once(history: History, place: HistoryPlace) -> None:
    """A delivery that comes alone can be found as soon as it is answered."""
    with open_history(place, read_only=True) as reading:
        for count in range(1, 5):
            history.receive(arrivals(1, count))
            assert numbers(reading.latest(1000)) == list(range(1, count + 1))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_any_order(new_place: Callable[[], HistoryPlace], steps: list[Step]) -> None:
    """However bursts, single deliveries, moving and opening follow each other: numbers go up by one, readers see all up
    to some number, and in the end everything is there once.
    """
    place = new_place()
    recorded: list[Delivery] = []
    with open_history(place) as first, open_history(place) as second:
        for turn, (step, value) in enumerate(steps):
            writer = (first, second)[turn % 2]
            if step == "receive":
                recorded += writer.receive(arrivals(value, len(recorded)))
            elif step == "record":
                recorded += writer.record([each.read() for each in arrivals(value, len(recorded))])
            elif step == "settle":
                writer.settle(value)
            else:
                open_history(place).close()
            seen = first.latest(10_000)
            assert seen == recorded[: len(seen)]
            assert step != "settle" or len(seen) >= min(value, len(recorded))
        first.settle()
        assert first.latest(10_000) == recorded
    assert numbers(recorded) == list(range(1, len(recorded) + 1))


def test_number_of_a_removed_one_is_not_given_again(history: History) -> None:
    """A burst goes on after the highest number that was ever given."""
    history.receive(arrivals(A_BURST))
    history.settle()
    history.prune_all_but(0)

    assert numbers(history.receive(arrivals(A_BURST))) == list(range(A_BURST + 1, 2 * A_BURST + 1))


def test_moving_in_parts(file_history: History) -> None:
    """As many as are asked for are moved, and no more than a row too many: a listener goes on in between."""
    for start in range(0, 10 * A_BURST, A_BURST):
        file_history.receive(arrivals(A_BURST, start))

    file_history.settle(A_BURST + 1)

    assert file_history.is_settled(A_BURST + 1)
    assert numbers(file_history.between(1).__next__()) == list(range(1, 2 * A_BURST + 1))
    assert not file_history.is_settled()


def test_full_disk(file_history: History) -> None:
    """A burst that finds no room is not recorded at all, and what was recorded before is not lost by moving it."""
    file_history.receive([arrival(b"x" * 5000) for _ in range(A_BURST)])
    connection_of(file_history).execute(f"PRAGMA max_page_count = {file_history._database.value('PRAGMA page_count')}")

    with pytest.raises(HistoryUnavailable, match="disk is full"):
        file_history.receive(arrivals(500))
    with pytest.raises(HistoryUnavailable, match="disk is full"):
        file_history.settle()
    connection_of(file_history).execute("PRAGMA max_page_count = 100000")
    file_history.settle()

    assert numbers(file_history.latest(1000)) == list(range(1, A_BURST + 1))


def test_reading_while_it_cannot_be_moved(file_history: History, path: Path) -> None:
    """While another program holds the file, a reader finds all of the burst all the same."""
    file_history.record([make_delivery()])
    file_history.receive(arrivals(A_BURST))
    connection_of(file_history).execute("BEGIN IMMEDIATE")

    with open_history(path, read_only=True) as reading:
        assert numbers(reading.latest(1000)) == list(range(1, A_BURST + 2))
    connection_of(file_history).execute("ROLLBACK")


def test_newer_encoding(file_history: History, path: Path) -> None:
    """A burst that a later release has recorded is left where it is, and the hint says how to go on."""
    file_history.receive(arrivals(A_BURST))
    connection_of(file_history).execute("UPDATE inbox SET format = ?", (ARRIVAL_FORMAT + 1,))

    with pytest.raises(HistoryUnavailable, match="newer cronofy") as caught:
        open_history(path)
    assert "pip install --upgrade" in (caught.value.hint or "")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count FROM inbox").fetchall() == [(A_BURST,)]
    connection.close()


def test_recorded_is_a_sequence() -> None:
    """What was recorded can be taken by position from both ends, in parts, and one after the other."""
    recorded = Recorded(arrivals(5), 7)

    assert numbers(recorded[1:3]) == [8, 9]
    assert (recorded[-1].id, recorded[0].id, len(recorded)) == (11, 7, 5)
    assert list(reversed(recorded)) == list(recorded)[::-1]
    with pytest.raises(IndexError):
        recorded[5]
