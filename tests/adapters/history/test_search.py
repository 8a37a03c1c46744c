"""The search index: what it finds is what looking through everything finds, whatever was indexed, added or removed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.history import Criteria, Forward, open_history, search_index
from cronofy_cli.adapters.history.indexing import BLOCK
from cronofy_cli.adapters.history.search_blocks import IndexUnavailable
from cronofy_cli.adapters.history.search_index import index_file, open_index
from tests.adapters.history.samples import APP, START, answered, at
from tests.open_files import open_files
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace

LETTERS = 'aAbÉé\u0065\u0301"/\\\n\0 ß日🎉'
texts = st.text(LETTERS, min_size=1, max_size=6)
raw = st.one_of(texts.map(lambda text: text.encode("utf-8")), st.binary(min_size=1, max_size=4))


def _filled(history: History, bodies: Sequence[bytes], *, count: int = 3 * BLOCK) -> None:
    """Record so many deliveries, with the bodies among them."""
    history.record([at(number, b"{}" if number % 7 else bodies[number // 7 % len(bodies)]) for number in range(count)])


def _index(history: History) -> None:
    with closing(history.indexer()) as indexer:
        while indexer.fill():
            pass


def _scanned(history: History, text: str) -> list[int | None]:
    """Return what looking at every delivery finds."""
    [condition] = Criteria(search=text).conditions(history._database.dialect)
    sql, values = condition
    return [
        number for (number,) in history._database.rows(f"SELECT id FROM deliveries WHERE {sql} ORDER BY id", values)
    ]


def _found(history: History, text: str) -> list[int | None]:
    return [each.id for each in history.latest(10_000, Criteria(search=text))]


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(bodies=st.lists(raw, min_size=1, max_size=5), later=raw, answer=raw, text=texts, data=st.data())
def test_the_index_finds_what_the_scan_finds(
    new_place: Callable[[], HistoryPlace],
    bodies: list[bytes],
    later: bytes,
    answer: bytes,
    text: str,
    data: st.DataObject,
) -> None:
    """Short texts, other case, composed and decomposed letters, escapes, bytes that are no text: always the same."""
    with open_history(new_place()) as history:
        _filled(history, bodies)
        _index(history)
        history.record([make_delivery(body=later)])
        history.attach_events([data.draw(st.integers(1, 3 * BLOCK))], b'{"summary":"%s"}' % later)
        history.forwards.record([Forward(5, APP, 1, answered(500, answer_body=answer))])
        history.tags.put("abba", 9)

        parts = [text, *(part.decode("utf-8", "surrogateescape") for part in (later[:3], answer, bodies[0]))]
        for wanted in parts:
            assert _found(history, wanted) == _scanned(history, wanted)
            oldest_first = history.between(1, criteria=Criteria(search=wanted), chunk=7)
            assert [each.id for part in oldest_first for each in part] == _scanned(history, wanted)
            newest_first = history.newest_first(Criteria(search=wanted), chunk=3)
            assert [each.id for each in newest_first] == _scanned(history, wanted)[::-1]


def test_what_came_later_to_old_deliveries_is_indexed_too(history: History) -> None:
    """Titles of events and responses of the application are found through the index, and nowhere else is looked."""
    _filled(history, [b"{}"])
    numbers = range(1, 2 * BLOCK + 1)
    for number in numbers:
        history.attach_events([number], b'{"summary":"Sales call %d"}' % number)
    history.forwards.record(Forward(each, APP, 1, answered(500, answer_body=b"Trace %d" % each)) for each in numbers)
    _index(history)

    assert _found(history, "Sales call 70") == [70]
    assert _found(history, "Trace 101") == [101]
    assert sum(last - first + 1 for first, last in history.search.spans("Sales call 70")[:-1]) <= BLOCK
    assert history.search.unindexed() < BLOCK


def test_a_miss_looks_at_nothing_that_is_indexed(history: History) -> None:
    """Where no block has all of a text's trigrams, only what is not indexed yet is looked at."""
    _filled(history, [b'{"note":"found"}'])
    _index(history)

    assert history.search.spans("nowhere at all") == ((3 * BLOCK + 1, 2**63 - 1),)


def test_new_deliveries_are_found_before_they_are_indexed(history: History, place: HistoryPlace) -> None:
    """A reader that has no index, or an old one, returns no less."""
    assert _found(history, "quite new") == []
    history.record([at(0, b"quite new")])
    assert _found(history, "quite new") == [1]
    _filled(history, [b"{}"])
    _index(history)
    history.record([at(0, b"quite new")])

    with open_history(place, read_only=True) as reader:
        assert _found(reader, "quite new") == [1, 3 * BLOCK + 2]


@pytest.mark.parametrize(
    "prune",
    [lambda history: history.prune_all_but(10), lambda history: history.prune_older(START + timedelta(minutes=182))],
    ids=["by number", "by age"],
)
def test_pruning_removes_from_the_index(prune: Callable[[History], int], file_history: History, path: Path) -> None:
    """What was removed from the history is not in the index's file either once that is little or most of it."""
    _filled(file_history, [b"{}"])
    _index(file_history)

    assert prune(file_history) == 3 * BLOCK - 10

    with closing(sqlite3.connect(index_file(path))) as index:
        assert index.execute("SELECT count(*) FROM blocks").fetchone() == (0,)
        assert index.execute("SELECT count(*) FROM grams WHERE grams MATCH '\"app\"'").fetchone() == (0,)
    _index(file_history)
    assert len(_found(file_history, "application/json")) == 10


def test_a_history_in_the_place_of_another_is_indexed_anew(tmp_path: Path) -> None:
    """An index of deliveries that are not there any more is noticed, and is made again."""
    path = tmp_path / "history.db"
    with open_history(path) as history:
        _filled(history, [b"the first"])
        _index(history)
    for file in tmp_path.glob("history.db*"):
        file.unlink()
    with open_history(path) as history:
        history.record([make_delivery(body=b"the other") for _ in range(3 * BLOCK)])

        assert len(_found(history, "the other")) == 3 * BLOCK
        assert history.search.unindexed() == 3 * BLOCK
        _index(history)
        assert history.search.unindexed() == 0
        assert _found(history, "the first") == []
        assert len(_found(history, "the other")) == 3 * BLOCK


def test_reused_numbers_of_forwards_are_noticed(history: History) -> None:
    """SQLite gives the number of a removed forward again: what is written under it is found."""
    _filled(history, [b"{}"])
    history.forwards.record(Forward(each, APP, 1, answered(500, answer_body=b"old")) for each in range(1, BLOCK + 1))
    _index(history)
    history._database.write("DELETE FROM forwards")
    history.forwards.record([Forward(7, APP, 1, answered(500, answer_body=b"quite new"))])

    assert _found(history, "quite new") == [7]


def test_a_damaged_index_is_made_again(file_history: History, path: Path) -> None:
    """Until then everything is looked through."""
    _filled(file_history, [b"findable"])
    index_file(path).write_bytes(b"no database at all" * 1000)

    assert len(_found(file_history, "findable")) > 10
    _index(file_history)
    assert file_history.search.unindexed() == 0
    assert len(_found(file_history, "findable")) > 10


def test_without_trigrams_everything_is_looked_through(
    file_history: History, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python whose SQLite lacks FTS5 finds the same, and filling the index says why there is none."""
    monkeypatch.setattr(search_index, "_TABLES", ("CREATE VIRTUAL TABLE grams USING fts5_that_is_missing(bytes)",))
    _filled(file_history, [b"findable"])

    with pytest.raises(IndexUnavailable, match="no such module"):
        open_index(path)
    assert len(_found(file_history, "findable")) > 10


def test_an_index_of_another_release(file_history: History, path: Path) -> None:
    """It is neither read nor written, nor kept open; everything is looked through meanwhile."""
    _filled(file_history, [b"findable"])
    _index(file_history)
    with closing(sqlite3.connect(index_file(path))) as index:
        index.execute("PRAGMA user_version = 99")
    file_history.search.close()

    for read_only in (True, False):
        with pytest.raises(IndexUnavailable, match="another release has written it") as caught:
            open_index(path, read_only=read_only)
        assert open_files(index_file(path)) == set(), caught.value
    assert len(_found(file_history, "findable")) > 10
    assert file_history.search.unindexed() == 3 * BLOCK


def test_nothing_is_kept_open(path: Path) -> None:
    """A history that was searched and indexed lets go of both files."""
    with open_history(path) as history:
        _filled(history, [b"findable"])
        with closing(history.indexer()) as indexer:
            indexer.fill()
            assert len(_found(history, "findable")) > 10
        assert open_files(index_file(path)) != set()

    assert (open_files(path), open_files(index_file(path))) == (set(), set())


def test_long_texts_and_wide_spans(history: History) -> None:
    """Rows that are big, or belong to deliveries far from each other, are indexed in parts, and none is left out."""
    _filled(history, [b"{}"], count=6 * BLOCK)
    for number in range(BLOCK):
        first = 1 + number * 5
        history.attach_events([first, first + 1], b'{"summary":"Sales call %d"}' % number)
    history.record([at(0, b"x" * 40_000 + b"big %d" % number) for number in range(BLOCK)])
    _index(history)

    for number in (0, 31, 63):
        assert _found(history, f"Sales call {number}")[:1] == [1 + number * 5]
        assert _found(history, f"big {number}")[-1:] == [6 * BLOCK + 1 + number]


def test_the_index_is_for_its_owner_only(file_history: History, path: Path) -> None:
    """As the history is."""
    _index(file_history)

    assert index_file(path).stat().st_mode & 0o777 == 0o600
