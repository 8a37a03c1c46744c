"""What the page is told of the runs of `listen`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.inspector.run_state import RunState
from tests.inspector.conftest import around_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(file: Path) -> RunState:
    """The state, as an inspector of a history that is not there yet knows it."""
    return RunState(around_of(file, file.parent))


@pytest.fixture
def journal(file: Path) -> Journal:
    """The journal of that machine."""
    return Journal({"CRONOFY_DATA_DIR": str(file.parent)})


def test_nothing_runs(state: RunState, journal: Journal, file: Path) -> None:
    """Then only the history is looked at; a channel that no run holds is no run."""
    journal.note_created("de", "acc_1", "chn_1", "https://example.com/left")
    found = state.now()

    assert (found.state, found.since, found.data_center, found.account) == ("history", None, "uk", "acme")
    assert (found.callback_urls, found.targets, found.reason, found.hint) == ((), (), None, None)
    assert found.history_bytes == 0
    open_history(file).close()
    assert state.now().history_bytes == file.stat().st_size > 0


def test_several_runs(state: RunState, journal: Journal) -> None:
    """It goes on since the first of them; each place and target is named once, and of a run its newest URL."""
    late = journal.begin("uk", "acc_1", targets=("http://a", "http://b"), started_at="2026-11-22T13:00:00Z")
    early = journal.begin("de", "acc_2", targets=("http://b",), started_at="2026-11-22T12:00:00Z")
    journal.begin("uk", "acc_3")
    for entry, url in ((late, "https://one/old"), (late, "https://one/new"), (early, "https://two")):
        entry.note_callback_url(url)

    found = state.now()

    assert (found.state, found.since) == ("listening", "2026-11-22T12:00:00Z")
    assert sorted(found.data_center.split(", ")) == ["de", "uk"]
    assert sorted(found.callback_urls) == ["https://one/new", "https://two"]
    assert sorted(found.targets) == ["http://a", "http://b"]


@pytest.mark.parametrize(
    ("is_ready", "reason", "expected"),
    [(True, None, "listening"), (True, "the disk is full", "unrecorded"), (False, "the tunnel is down", "lost")],
)
def test_what_a_run_says_of_itself(
    is_ready: bool, reason: str | None, expected: str, state: RunState, journal: Journal
) -> None:
    """Whether anything can arrive and is recorded, why not, and what to do."""
    journal.begin("uk", "acc_1")
    before = state.changed_at()
    state.take(json.dumps({"is_ready": is_ready, "reason": reason, "hint": "cronofy doctor"}).encode())
    found = state.now()

    assert (found.state, found.reason, found.hint) == (expected, reason, "cronofy doctor")
    assert state.changed_at() != before


@pytest.mark.parametrize("line", [b"", b"{", b"{}", b'{"is_ready":1}'])
def test_a_line_that_is_not_understood(line: bytes, state: RunState, journal: Journal) -> None:
    """It changes nothing."""
    journal.begin("uk", "acc_1")
    before = state.changed_at()
    state.take(line)

    assert (state.now().state, state.changed_at()) == ("listening", before)


def test_a_run_that_begins(state: RunState, journal: Journal) -> None:
    """That is noticed without looking at any run."""
    nothing = state.changed_at()
    journal.begin("uk", "acc_1")

    assert state.changed_at() != nothing


def test_a_database_has_no_size(tmp_path: Path) -> None:
    """The size is that of a file of this machine."""
    place = PostgresAddress.parse("postgresql://db.example.com/team")

    assert RunState(around_of(place, tmp_path)).now().history_bytes == 0
