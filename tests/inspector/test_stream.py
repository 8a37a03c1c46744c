"""What a page is sent as it happens."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.inspector.feed import Feed
from cronofy_cli.inspector.run_state import RunState
from cronofy_cli.inspector.stream import events
from tests.inspector.conftest import around_of
from tests.inspector.test_feed import ALL, CHANGES, LIMIT_S, OTHER, record, until
from tests.inspector.test_server import fail
from tests.samples import CHANGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.inspector.filters import Filter


@pytest.fixture
def feed(file: Path) -> Iterator[Feed]:
    """The feed of a history of two changes and a verification."""
    open_history(file).close()
    record(file, CHANGE, CHANGE, OTHER)
    around = around_of(file, file.parent)
    made = Feed(around, RunState(around), fail)
    made.start()
    until(made, lambda: made.data_version > 0 and made.newest_id == 3)
    yield made
    made.stop(LIMIT_S)


def sent(feed: Feed, file: Path, wanted: Filter, after: int | None, count: int) -> list[tuple[str, Any, str]]:
    """Return the first events that a page is sent: their names, what they hold, and their ids."""
    around = around_of(file, file.parent)
    found = []
    for event in islice(events(around, RunState(around), feed, wanted, after), count):
        lines = dict(line.split(": ", 1) for line in event.decode().rstrip("\n").split("\n"))
        assert event.endswith(b"\n\n")
        found.append((lines["event"], json.loads(lines["data"]), lines.get("id", "")))
    return found


def test_the_first_look(feed: Feed, file: Path) -> None:
    """The state of the run comes first; a page that has everything hears only that something may have changed."""
    (name, state, _), second = sent(feed, file, ALL, 3, 2)

    assert (name, state["state"]) == ("state", "history")
    assert second == ("touched", None, "")
    assert sent(feed, file, ALL, None, 2)[1] == ("touched", None, "")


def test_what_a_page_has_missed(feed: Feed, file: Path) -> None:
    """What has come after its newest is sent as its filter has it, with the number to go on from."""
    _, (name, rows, number) = sent(feed, file, ALL, 1, 2)
    _, (_, changes, _) = sent(feed, file, CHANGES, 1, 2)

    assert (name, [row["id"] for row in rows["rows"]], number) == ("rows", [3, 2], "3")
    assert ([row["id"] for row in changes["rows"]], changes["fitting"], changes["hidden"]) == ([2], 1, 1)


def test_a_page_of_another_history(feed: Feed, file: Path) -> None:
    """One that knows what this history never had is told to begin anew."""
    assert [name for name, _, _ in sent(feed, file, ALL, 99, 3)] == ["state", "replaced", "touched"]
