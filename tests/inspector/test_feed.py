"""What is new, as pages hear of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.inspector.feed import MOST_ROWS, Feed
from cronofy_cli.inspector.filters import parse_filter
from cronofy_cli.inspector.run_state import RunState
from tests.inspector.conftest import around_of
from tests.inspector.test_server import fail
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT_S = 60.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALL = parse_filter("", NOW)
CHANGES = parse_filter("type:change", NOW)
OTHER = b'{"notification":{"type":"verification"}}'


@pytest.fixture
def feed(file: Path) -> Iterator[Feed]:
    """The feed of a history that is there."""
    open_history(file).close()
    around = around_of(file, file.parent)
    made = Feed(around, RunState(around), fail)
    made.start()
    yield made
    made.stop(LIMIT_S)


def record(file: Path, *bodies: bytes) -> None:
    """Put deliveries into the history, as another process does."""
    with open_history(file, survives_power_cut=False) as history:
        history.record([make_delivery(0, body) for body in bodies])


def until(feed: Feed, is_so: Callable[[], bool]) -> None:
    """Be a page that waits for news until something is so."""
    deadline_s = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline_s, "it did not happen within the limit"
        feed.wait_for_news(feed.data_version, feed.state_version, 1.0)


def test_what_arrives_is_noticed(feed: Feed, file: Path) -> None:
    """Who waits hears of it, with the newest number; a history that stays has no problem and was not replaced."""
    record(file, CHANGE, CHANGE)
    until(feed, lambda: feed.newest_id == 2)

    assert (feed.problem, feed.replaced) == (None, 0)


def test_a_history_that_is_replaced(feed: Feed, file: Path) -> None:
    """That is counted, and the new one is read."""
    record(file, CHANGE, CHANGE)
    until(feed, lambda: feed.newest_id == 2)
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink(missing_ok=True)
    record(file, CHANGE)
    until(feed, lambda: feed.newest_id == 1 and feed.replaced > 0)


def test_a_history_that_is_written_over(feed: Feed, file: Path) -> None:
    """A connection that is open does not notice: it is said within a while all the same, once, until it is mended."""
    good = file.read_bytes()
    file.write_bytes(b"no history" * 1000)
    until(feed, lambda: feed.problem is not None)
    told = feed.data_version
    feed.wait_for_news(told, feed.state_version, 0.05)

    assert feed.data_version == told
    file.write_bytes(good)
    until(feed, lambda: feed.problem is None)


def test_nothing_new(feed: Feed) -> None:
    """Who has waited long enough goes on; after the end nobody waits any more."""
    until(feed, lambda: feed.data_version > 0)
    assert not feed.wait_for_news(feed.data_version, feed.state_version, 0.01)
    assert feed.wait_for_news(feed.data_version - 1, feed.state_version, LIMIT_S)
    assert feed.wait_for_news(feed.data_version, feed.state_version - 1, LIMIT_S)
    ended = [feed.has_ended]
    feed.stop(LIMIT_S)
    ended.append(feed.has_ended)
    assert ended == [False, True]
    assert feed.wait_for_news(feed.data_version, feed.state_version, LIMIT_S)


def test_what_has_arrived_since(feed: Feed, file: Path) -> None:
    """Up to a number, the newest first: at most forty rows, how many fit, and how many do not."""
    record(file, *[CHANGE] * 3, OTHER, *[CHANGE] * 50)
    with open_history(file, read_only=True) as history:
        few, some = feed.rows_since(history, ALL, 50, 54), feed.rows_since(history, CHANGES, 2, 5)
        many, none = feed.rows_since(history, ALL, 0, 54), feed.rows_since(history, CHANGES, 3, 4)

    assert MOST_ROWS == 40
    assert [row.id for row in few.rows] == [54, 53, 52, 51]
    assert (few.newest_id, few.fitting, few.hidden) == (54, 4, 0)
    assert [row.id for row in some.rows] == [5, 3]
    assert (some.newest_id, some.fitting, some.hidden) == (5, 2, 1)
    assert [row.id for row in many.rows] == list(range(54, 14, -1))
    assert (many.fitting, many.hidden) == (54, 0)
    assert (none.rows, none.fitting, none.hidden) == ((), 0, 1)


def test_what_several_pages_ask_for(feed: Feed, file: Path) -> None:
    """It is worked out once, until something newer has arrived."""
    record(file, CHANGE, CHANGE)
    with open_history(file, read_only=True) as history:
        first = feed.rows_since(history, ALL, 0, 1)
        assert feed.rows_since(history, ALL, 0, 1) is first
        assert feed.rows_since(history, CHANGES, 0, 1) is not first
        assert feed.rows_since(history, ALL, 0, 1) is first
        feed.rows_since(history, ALL, 0, 2)
        assert feed.rows_since(history, ALL, 0, 1) is not first
