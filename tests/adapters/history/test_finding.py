"""Asking the history: every condition, together with others, and fast however much there is."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Criteria, ForwardState, open_history
from cronofy_cli.core.signature import SignatureState
from tests.adapters.history.samples import START, at, forward
from tests.histories import connection_of

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.history import History

OTHER_CHANNEL = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"},"note":"caf\\u00e9"}'


@pytest.fixture
def filled(history: History) -> History:
    """Eight deliveries, some of them forwarded, one with a tag."""
    history.record(
        [
            at(0),
            at(1, OTHER_CHANNEL),
            at(2, state=SignatureState.INVALID, status=401),
            at(3, b'{"url":"https:\\/\\/example.com\\/\\u00e9"}', state=SignatureState.UNSIGNED, status=401),
            at(4, '{"note":"café 100% _x"}'.encode()),
            at(5),
            at(6),
            at(-60),
        ]
    )
    history.forwards.record([forward(1), forward(2, 500), forward(2, 204, number=2)])
    history.forwards.record([forward(5, None), forward(6, 422), forward(6, 200, target="http://[::1]:1/"), forward(7)])
    history.tags.put("odd", 5)
    return history


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        (Criteria(channel="chn_2"), [2]),
        (Criteria(since=START + timedelta(minutes=5)), [6, 7]),
        (Criteria(until=START), [8]),
        (Criteria(since=START, until=START + timedelta(minutes=2)), [1, 2]),
        (Criteria(since=START + timedelta(days=1)), []),
        (Criteria(until=START - timedelta(days=1)), []),
        (Criteria(answered=(401, 401)), [3, 4]),
        (Criteria(answered=(200, 200)), [1, 2, 5, 6, 7, 8]),
        (Criteria(answered=(0, 0)), []),
        (Criteria(status=(401, 401)), []),
        (Criteria(status=(422, 422)), [6]),
        (Criteria(status=(400, 499)), [6]),
        (Criteria(status=(500, 500)), []),
        (Criteria(status=(204, 204)), [2]),
        (Criteria(status=(200, 200)), [1, 6, 7]),
        (Criteria(failure="connection_refused"), [5]),
        (Criteria(signature=SignatureState.VALID), [1, 2, 5, 6, 7, 8]),
        (Criteria(signature=SignatureState.UNSIGNED), [4]),
        (Criteria(forward=(ForwardState.FORWARDED,)), [1, 2, 7]),
        (Criteria(forward=(ForwardState.FAILED,)), [5, 6]),
        (Criteria(forward=(ForwardState.NOT_FORWARDED,)), [3, 4, 8]),
        (Criteria(tag="odd"), [5]),
        (Criteria(needs_look=True), [3, 4, 5, 6]),
        (Criteria(needs_look=True, type="verification"), []),
        (Criteria(tag="' OR 1=1 --"), []),
        (Criteria(search="café"), [2, 5]),
        (Criteria(search="100% _x"), [5]),
        (Criteria(search="https://example.com/é"), [4]),
        (Criteria(search="application/json"), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Criteria(search="CHANGES_SINCE"), []),
        (Criteria("change", channel="chn_1", forward=(ForwardState.FAILED,), since=START, search="chn"), [6]),
    ],
    ids=str,
)
def test_conditions(criteria: Criteria, numbers: list[int], filled: History) -> None:
    """Only what fits is found, in the order of the numbers."""
    assert [each.id for each in filled.latest(100, criteria)] == numbers
    assert [each.id for part in filled.between(1, criteria=criteria, chunk=2) for each in part] == numbers
    assert [each.id for each in filled.latest(1, criteria)] == numbers[-1:]


def test_the_highest_number(history: History) -> None:
    """It is that of the newest delivery, also when that was removed."""
    assert history.newest_id() == 0
    history.record([at(0), at(1)])
    history.prune_all_but(0)

    assert history.newest_id() == 2


PACE = 100
"""So many instructions of SQLite are counted as one."""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of 200,000 deliveries, the rare ones at its beginning."""
    path = tmp_path_factory.mktemp("big") / "history.db"
    with open_history(path, survives_power_cut=False) as history:
        history.record([at(0, OTHER_CHANNEL), at(1, state=SignatureState.INVALID, status=401), at(2)])
        history.forwards.record([forward(1, 500)])
    connection = sqlite3.connect(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(deliveries)") if row[1] != "id"]
    chosen = ", ".join("received_at + number" if name == "received_at" else name for name in columns)
    connection.execute(
        "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT 200000) "
        f"INSERT INTO deliveries ({', '.join(columns)}) SELECT {chosen} FROM deliveries, numbers WHERE id = 3"
    )
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria("change"),
        Criteria("verification"),
        Criteria("no-such-type"),
        Criteria(channel="chn_2"),
        Criteria(signature=SignatureState.VALID),
        Criteria(signature=SignatureState.INVALID),
        Criteria(status=(200, 200)),
        Criteria(status=(401, 401)),
        Criteria(answered=(200, 200)),
        Criteria(answered=(401, 401)),
        Criteria(failure="connection_refused"),
        Criteria(forward=(ForwardState.WAITING,)),
        Criteria(forward=(ForwardState.FAILED,)),
        Criteria(forward=(ForwardState.NOT_FORWARDED,)),
        Criteria(since=START + timedelta(minutes=2, milliseconds=199)),
        Criteria(until=START + timedelta(minutes=1)),
        Criteria(tag="none"),
    ],
    ids=str,
)
def test_fast(criteria: Criteria, big: Path) -> None:
    """Of 200,000 deliveries the last 50 that fit are found in fewer steps than a tenth of that: none reads them all."""
    steps: list[None] = []
    with open_history(big, read_only=True) as history:
        connection_of(history).set_progress_handler(partial(steps.append, None), PACE)
        history.latest(50, criteria)

    assert len(steps) * PACE < 20_000
