"""`cronofy events cache`: what is kept of events, and how to forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.commands.events.cache import app
from tests.commands.one_command import run_command
from tests.event_states import event_state

if TYPE_CHECKING:
    from tests.support import Cli


@pytest.fixture
def kept(cli: Cli) -> None:
    """Two accounts whose events were read."""
    for data_center, sub in (("de", "acc_2"), ("uk", "acc_1")):
        with open_event_cache(data_center, sub, cli.environment) as cache:
            cache.observe([event_state("evt_1"), event_state("evt_2", deleted=True)], None)


def test_status_in_a_pipe(cli: Cli, kept: None) -> None:
    """A row for each account: where, who, how many events, how many of them gone, bytes, when, and the file."""
    rows = [line.split("\t") for line in run_command(app, cli, "status").lines]

    assert [row[:4] for row in rows] == [["de", "acc_2", "1", "1"], ["uk", "acc_1", "1", "1"]]
    assert all(int(row[4]) > 0 and row[6].endswith(".db") for row in rows)


def test_status_as_json(cli: Cli, kept: None) -> None:
    """The keys are fixed."""
    first, _ = run_command(app, cli, "status", "--json").json

    assert list(first) == ["data_center", "sub", "events", "deleted_events", "size_bytes", "last_read", "path"]
    assert (first["data_center"], first["events"], first["deleted_events"]) == ("de", 1, 1)


def test_status_for_people(cli: Cli, kept: None) -> None:
    """On a terminal the list has headings."""
    shown = run_command(app, cli, "status", terminal=True).stdout

    assert "DATA CENTER" in shown
    assert "acc_1" in shown


def test_nothing_is_known(cli: Cli) -> None:
    """Before anything was read the list is empty and a person is told how it fills; no file is made."""
    assert run_command(app, cli, "status", "--json").json == []
    assert "cronofy listen" in run_command(app, cli, "status", terminal=True).stderr
    assert not cli.data.exists()


def test_clear(cli: Cli, kept: None) -> None:
    """Everything is removed, and how much that was is said."""
    assert run_command(app, cli, "clear", "--yes").stdout == "4 removed\n"
    assert run_command(app, cli, "clear", "--yes", "--json").json == {"removed": 0}


def test_clear_asks(cli: Cli, kept: None) -> None:
    """Without a terminal it asks nobody and names the flag; a no leaves everything, and says so."""
    refused = run_command(app, cli, "clear")
    said_no = run_command(app, cli, "clear", stdin=b"n\n", terminal=True)

    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert (said_no.exit_code, said_no.stdout) == (2, "")
    assert "nothing was removed" in said_no.stderr
    assert len(run_command(app, cli, "status").lines) == 2


def test_a_damaged_cache(cli: Cli, kept: None) -> None:
    """An error with the command that mends it, and after that command it is mended."""
    next((cli.data / "event-cache").glob("uk.*.db")).write_bytes(b"no database" * 100)

    failed = run_command(app, cli, "status", "--json")

    assert (failed.exit_code, failed.error["code"]) == (1, "event_cache_unavailable")
    assert failed.error["hint"] == "cronofy events cache clear"
    assert run_command(app, cli, "clear", "--yes").stdout == "2 removed\n"
    assert run_command(app, cli, "status").exit_code == 0
