"""Parts of the list, how many there are, and the strip above them, of a history of chosen moments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Gap, open_history
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.inspector import listing
from cronofy_cli.inspector.filters import parse_filter
from cronofy_cli.inspector.listing import MOST_ROWS, count, page, strip
from tests.adapters.history.samples import START, at, forward

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History

NOW = START + timedelta(days=1)
ALL = parse_filter("", NOW)
CHANGES = parse_filter("type:change", NOW)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An empty history."""
    with open_history(tmp_path / "history.db", survives_power_cut=False) as opened:
        yield opened


def test_a_strip_of_hours(history: History) -> None:
    """It goes from the oldest to the newest in sixty parts of one length; what is wrong and what is missing shows."""
    recorded = history.record(
        [at(0), at(2), at(3, state=SignatureState.INVALID), at(90), at(179, state=SignatureState.UNSIGNED), at(180)]
    )
    history.forwards.record([forward(recorded[3].id or 0, 500)._replace(is_last=True)])
    history.mark_gap(Gap(START + timedelta(minutes=30), START + timedelta(minutes=36), "the tunnel ended"))

    found = strip(history, ALL)

    assert (found.first_at, found.last_at) == ("2026-11-22T12:00:00.000Z", "2026-11-22T15:00:00.000Z")
    assert len(found.buckets) == 60
    assert {n: (each.count, each.bad) for n, each in enumerate(found.buckets) if each.count} == {
        0: (2, 0),
        1: (1, 1),
        30: (1, 1),
        59: (2, 1),
    }
    assert [number for number, each in enumerate(found.buckets) if each.is_gap] == [10, 11]


def test_a_strip_of_one_moment(history: History) -> None:
    """A part is a second at least; without a delivery there is no strip."""
    assert strip(history, ALL).buckets == ()
    history.record([at(0), at(0)])

    found = strip(history, ALL)

    assert (found.first_at, found.last_at) == ("2026-11-22T12:00:00.000Z", "2026-11-22T12:01:00.000Z")
    assert [each.count for each in found.buckets] == [2, *[0] * 59]


def test_how_long_a_part_is(history: History) -> None:
    """At least one row and at most two hundred, whatever is asked for; the rest is found behind its last one."""
    history.record([at(minute) for minute in range(MOST_ROWS + 1)])

    assert MOST_ROWS == 200
    for limit, length in ((-1, 1), (0, 1), (1, 1), (200, 200), (1000, 200)):
        found = page(history, ALL, NOW, limit=limit)
        assert [len(found.rows), found.next_before, found.newest_id] == [length, 202 - length, 201]
        assert len(page(history, CHANGES, NOW, after=0, limit=limit).rows) == length
    assert page(history, ALL, NOW, before=2, limit=1).next_before is None


def test_how_many_there_are(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a limit they are counted; above it that there are more is all that is said."""
    history.record([at(minute) for minute in range(4)])

    for limit, expected in ((4, (4, False)), (3, (3, True))):
        monkeypatch.setattr(listing, "COUNTED", limit)
        counted = count(history, CHANGES)
        assert (counted.count, counted.is_more, counted.total, counted.newest_id) == (*expected, 4, 4)
        everything = count(history, ALL)
        assert (everything.count, everything.is_more, everything.total) == (4, False, 4)


def test_gaps_of_a_part(history: History) -> None:
    """Every gap is in a part, also one between the rows of two; the newest is there before anything comes after it."""
    history.record([at(minute) for minute in (0, 10, 20, 30)])
    for start, end in ((12, 15), (22, 25), (40, 50)):
        gap = Gap(START + timedelta(minutes=start), START + timedelta(minutes=end), f"from {start}")
        history.mark_gap(gap)

    newest = page(history, ALL, NOW, limit=2)
    older = page(history, ALL, NOW, limit=2, before=newest.next_before)

    assert [gap.reason for gap in newest.gaps] == ["from 22", "from 40"]
    assert [gap.reason for gap in older.gaps] == ["from 12"]
    back = page(history, ALL, NOW, limit=2, after=older.rows[0].id)
    assert [gap.reason for gap in back.gaps] == ["from 12", "from 22"]
    assert [gap.reason for gap in page(history, CHANGES, NOW, limit=2).gaps] == []
    assert [gap.reason for gap in page(history, parse_filter("is:look", NOW), NOW, limit=2).gaps] == []
