"""A history that is damaged in places: what is whole is found, and what is not is counted and told."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.history import follow, open_history
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.history.samples import at
from tests.adapters.history.test_burst_buffer import A_BURST, arrivals, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History

BURSTS = 3


@pytest.fixture
def bursts(file_history: History) -> History:
    """A history with three bursts that nobody has looked at yet."""
    for burst in range(BURSTS):
        file_history.receive(arrivals(A_BURST, A_BURST * burst))
    return file_history


def damage(path: Path, sql: str, *parameters: object) -> None:
    """Change the file behind the product's back."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql, parameters)
    connection.close()


def packed_of(path: Path, last_id: int) -> bytes:
    """Return what a row of the inbox holds."""
    connection = sqlite3.connect(path)
    (packed,) = connection.execute("SELECT arrivals FROM inbox WHERE last_id = ?", (last_id,)).fetchone()
    connection.close()
    return bytes(packed)


@pytest.mark.parametrize(
    "damaged",
    [b"\xc1\x00", b"", b"\x90", b"\xdc\x00", b"\x93\x01\x02\x03"],
    ids=["no type", "empty", "none", "cut", "3"],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_row_of_a_burst(bursts: History, path: Path, damaged: bytes, read_only: bool) -> None:
    """What came before and after it is found; it is counted, kept as it is, and told with what to do."""
    damage(path, "UPDATE inbox SET arrivals = ? WHERE last_id = ?", damaged, 2 * A_BURST)

    with open_history(path, read_only=read_only) as looking:
        found = numbers(looking.latest(1000))
        error = looking.damage()

    assert found == [*range(1, A_BURST + 1), *range(2 * A_BURST + 1, 3 * A_BURST + 1)]
    assert error is not None
    assert error.message == f"{A_BURST} deliveries cannot be read: the history is damaged"
    assert "cronofy deliveries prune" in str(error.hint)
    assert packed_of(path, 2 * A_BURST) == damaged


def test_one_delivery_of_a_burst(bursts: History, path: Path) -> None:
    """The others of its row are found."""
    packed = packed_of(path, A_BURST)
    damage(path, "UPDATE inbox SET arrivals = ? WHERE last_id = ?", packed.replace(b"valid", b"vali\xff", 1), A_BURST)

    with open_history(path) as looking:
        assert numbers(looking.latest(1000)) == list(range(2, BURSTS * A_BURST + 1))
        error = looking.damage()

    assert error is not None
    assert error.message == "a delivery cannot be read: the history is damaged"


def test_recording_goes_on(bursts: History, path: Path) -> None:
    """What comes after the damage is recorded under numbers of its own, alone and in bursts, and is found."""
    damage(path, "UPDATE inbox SET arrivals = x'c1' WHERE last_id = ?", 3 * A_BURST)
    bursts.settle()

    [one] = bursts.receive(arrivals(1, 1000))
    burst = bursts.receive(arrivals(A_BURST, 2000))
    bursts.settle()

    assert one.id == 3 * A_BURST + 1
    assert numbers(bursts.latest(1000)) == [*range(1, 2 * A_BURST + 1), one.id, *numbers(burst)]


@given(data=st.data())
def test_whatever_the_damage_is(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever becomes of a row's bytes, opening ends in no traceback, and what is not found is counted."""
    path = tmp_path_factory.mktemp("damage") / "history.db"
    with open_history(path) as history:
        history.receive(arrivals(10))
        packed = bytearray(packed_of(path, 10))
        for _ in range(data.draw(st.integers(1, 4))):
            packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
        damage(path, "UPDATE inbox SET arrivals = ?", bytes(packed[: data.draw(st.integers(0, len(packed)))]))
    with open_history(path, read_only=True) as looking:
        found = looking.latest(1000)
        error = looking.damage()

    assert len(found) + (error.count if error else 0) == 10


@pytest.mark.parametrize(
    "change",
    [
        "signature = 'odd'",
        "headers = x'41'",
        "received_at = 9223372036854775807",
        "received_at = 'soon'",
        "format = 'x'",
        "target = 'text'",
        "type = CAST(x'ff' AS TEXT)",
        "context = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_recorded_delivery(file_history: History, path: Path, change: str) -> None:
    """It is left out of lists, in whatever order, and counted; asked for by its number it is an error."""
    file_history.receive(arrivals(5))
    damage(path, f"UPDATE deliveries SET {change} WHERE id IN (2, 3)")

    assert numbers(file_history.latest(1000)) == [1, 4, 5]
    assert numbers([each for chunk in file_history.between(1, chunk=1) for each in chunk]) == [1, 4, 5]
    assert numbers(list(file_history.newest_first(chunk=1))) == [5, 4, 1]
    error = file_history.damage()
    assert error is not None
    assert error.count == 2
    with pytest.raises(HistoryUnavailable, match="a delivery cannot be read"):
        file_history.get(2)


@given(data=st.data())
def test_a_damaged_file(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever bytes of the file are others, looking into it ends with an answer or an error of ours."""
    path = tmp_path_factory.mktemp("damage") / "history.db"
    with open_history(path) as history:
        history.receive(arrivals(3))
        history.receive(arrivals(10))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.sampled_from([1, 10, 100]))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)

    with suppress(HistoryUnavailable), open_history(path, read_only=data.draw(st.booleans())) as looking:
        assert len(looking.latest(100)) <= 13
        looking.damage()


def test_it_can_be_removed(bursts: History, path: Path) -> None:
    """What was set aside goes with the deliveries of its age, and then nothing more is said of it."""
    damage(path, "UPDATE inbox SET arrivals = x'c1' WHERE last_id = ?", 2 * A_BURST)
    bursts.settle()

    bursts.prune_all_but(2 * A_BURST)
    assert bursts.damage() is not None
    bursts.prune_all_but(A_BURST)
    assert bursts.damage() is None


@pytest.fixture
def lock(path: Path, history: History) -> Iterator[sqlite3.Connection]:
    """Another program that holds the history; nothing can be written."""
    del history  # it has made the file
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def test_nothing_can_be_moved(bursts: History, path: Path, lock: sqlite3.Connection) -> None:
    """While nothing can be written, whoever reads finds all that was answered all the same, once and in order."""
    bursts.settle(A_BURST)
    lock.execute("BEGIN IMMEDIATE")
    with open_history(path, read_only=True) as reading:
        everything = list(range(1, BURSTS * A_BURST + 1))

        assert numbers(reading.latest(1000)) == everything
        assert numbers(reading.latest(5)) == everything[-5:]
        assert numbers([each for chunk in reading.between(1, chunk=7) for each in chunk]) == everything
        assert reading.newest_id() == everything[-1]
        body = reading.latest(1)[0].request.body
        assert body == arrivals(1, everything[-1] - 1)[0].request.body

        lock.execute("ROLLBACK")
        bursts.settle()
        assert numbers(reading.latest(1000)) == everything


def test_damage_that_cannot_be_set_aside(bursts: History, path: Path, lock: sqlite3.Connection) -> None:
    """It is counted from memory too."""
    damage(path, "UPDATE inbox SET arrivals = x'c1' WHERE last_id = ?", 2 * A_BURST)
    lock.execute("BEGIN IMMEDIATE")
    with open_history(path, read_only=True) as reading:
        assert len(reading.latest(1000)) == 2 * A_BURST
        error = reading.damage()

    assert error is not None
    assert error.count == A_BURST


def test_following(file_history: History, path: Path) -> None:
    """Who follows gets what comes after a damaged delivery, and nothing for that one."""
    file_history.record([at(1)])
    damage(path, "UPDATE deliveries SET received_at = 'soon'")
    seen: list[int | None] = []
    for looks, batch in enumerate(follow(file_history, 0, lambda _: None)):
        seen += [each.id for each in batch]
        if looks == 1:
            file_history.record([at(2)])
            with open_history(path) as other:
                other.record([at(3)])
        elif seen or looks > 10:
            break

    assert seen == [2, 3]
