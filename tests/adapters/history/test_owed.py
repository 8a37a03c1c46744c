"""What is still to be forwarded, and what was sent again by hand."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import AppResult, Criteria, ForwardState, open_history
from cronofy_cli.adapters.history.schema import MIGRATIONS
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.deliveries import Arrival
from tests.adapters.history.samples import APP, at, forward
from tests.samples import make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.deliveries import Delivery

ELSEWHERE = "http://localhost:9999/"
LAST_OF_0_1_0 = 4
"""The version of the format that 0.1.0 wrote."""


def to_app(_: Delivery) -> list[str]:
    """Say that everything goes to the app."""
    return [APP]


def numbers(history: History, *states: ForwardState) -> list[int | None]:
    """Return the numbers of the deliveries of which this has become."""
    return [each.id for each in history.latest(100, Criteria(forward=states))]


@pytest.mark.parametrize("count", [1, 40], ids=["one", "a burst"])
def test_kept_when_it_is_received(count: int, history: History, place: HistoryPlace) -> None:
    """What a run is to forward is on the disk with the delivery, whoever looks, also when the run has ended at once."""
    made = make_delivery()
    history.receive([Arrival(made.request, made.verdict, 200, "uk")] * count, to_app)

    with open_history(place, read_only=True) as reading:
        assert numbers(reading, ForwardState.WAITING) == list(range(1, count + 1))
        assert numbers(reading, ForwardState.NOT_FORWARDED) == list(range(1, count + 1))
        assert reading.forwards.results([1]) == {1: (AppResult(APP, is_waiting=True),)}
        assert reading.forwards.count_owed(1, count, [APP]) == count


@pytest.mark.parametrize(
    ("attempt", "state", "text"),
    [
        (forward(1), ForwardState.FORWARDED, "200"),
        (forward(1, 500), ForwardState.FAILED, "500"),
        (forward(1, None)._replace(is_last=False), ForwardState.WAITING, "waiting"),
        (forward(1, 503)._replace(is_last=False), ForwardState.WAITING, "waiting"),
    ],
)
def test_until_the_target_has_answered(history: History, attempt: Forward, state: ForwardState, text: str) -> None:
    """It waits until nothing more is tried; an attempt before that changes nothing."""
    history.record([at(0)], targets_of=to_app)

    history.forwards.record([attempt])

    states = set(ForwardState) - {ForwardState.NOT_FORWARDED}
    assert [each for each in states if numbers(history, each)] == [state]
    assert [result.text for result in history.forwards.results([1])[1]] == [text]


def test_a_replay_elsewhere(history: History) -> None:
    """A replay to another target changes nothing about what the run's own target has made of it."""
    history.record([at(0), at(1)], targets_of=to_app)
    history.forwards.record([forward(1)])
    history.forwards.record([forward(number, None, target=ELSEWHERE)._replace(is_replay=True) for number in (1, 2)])

    assert numbers(history, ForwardState.FAILED) == []
    assert numbers(history, ForwardState.FORWARDED) == [1]
    assert history.forwards.results([1, 2]) == {1: (AppResult(APP, 200),), 2: (AppResult(APP, is_waiting=True),)}
    assert [each.is_replay for each in history.forwards.of(1)] == [False, True]


def test_a_replay_to_the_target(history: History) -> None:
    """A replay to where a run was to forward settles it, and is kept as a replay."""
    history.record([at(0)], targets_of=to_app)

    history.forwards.record([forward(1)._replace(is_replay=True)])

    assert (numbers(history, ForwardState.WAITING), numbers(history, ForwardState.FORWARDED)) == ([], [1])
    assert history.forwards.results([1]) == {1: (AppResult(APP, 200, is_replay=True),)}
    assert history.forwards.was_replayed(1, APP)
    assert not history.forwards.was_replayed(1, ELSEWHERE)


def test_what_is_owed_to_a_target(history: History) -> None:
    """The deliveries that wait for one target, oldest first, whoever received them."""
    history.record([at(0), at(1)], targets_of=lambda _: [APP, ELSEWHERE])
    history.record([at(2)], targets_of=to_app)
    history.forwards.record([forward(2)])

    assert [history.forwards.owed_to(target) for target in (APP, ELSEWHERE, "http://none/")] == [[1, 3], [1, 2], []]


def test_pruned(history: History) -> None:
    """What is removed is owed to nobody."""
    history.record([at(0)], targets_of=to_app)
    history.prune_all_but(0)

    assert history.forwards.owed(1) == []


def test_forwards_of_0_1_0(tmp_path: Path) -> None:
    """A history of 0.1.0 is read: its forwards are the run's own, and a target that did not take one has failed."""
    path = tmp_path / "history.db"
    connection = sqlite3.connect(path)
    for statements in MIGRATIONS[:LAST_OF_0_1_0]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {LAST_OF_0_1_0}")
    connection.execute(
        "INSERT INTO deliveries VALUES (1, 1, 0, 'POST', x'2f', x'', x'7b7d', 'valid', NULL, 'change', "
        "NULL, NULL, NULL, '[]', 0, 1, 200, 'uk')"
    )
    connection.execute(
        "INSERT INTO forwards VALUES (1, 1, ?, 1, 0, 5, NULL, NULL, 'refused', 'refused', x'', x'', 0, 0)", (APP,)
    )
    connection.commit()
    connection.close()

    with open_history(path, read_only=True) as history:
        assert [(each.is_replay, each.attempt.failure) for each in history.forwards.of(1)] == [
            (False, Failure.CONNECTION_REFUSED)
        ]
        assert numbers(history, ForwardState.FAILED) == [1]
        assert history.forwards.owed(1) == []
