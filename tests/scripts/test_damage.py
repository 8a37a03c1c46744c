"""A history that is damaged while it is used: what is whole is shown, what is not is told, and nothing stops."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from tests.in_process import run_main
from tests.samples import make_delivery
from tests.scripts.listening import edit, listening

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

SAID = "3 deliveries cannot be read: the history is damaged"


def put_damaged_row(file: Path) -> None:
    """Put a row that cannot be read where a burst lies first."""
    connection = sqlite3.connect(file, timeout=60)
    with connection:
        (last,) = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'deliveries'").fetchone()
        connection.execute("INSERT INTO inbox VALUES (?, 3, 1, x'c100')", (last + 3,))
    connection.close()


def test_listen_goes_on(cli: Cli, simulator: SimulatorServer) -> None:
    """It says what cannot be read, with what to do, and shows and keeps everything that comes after it."""
    with listening(cli) as run:
        put_damaged_row(cli.data / "deliveries.db")
        edit(cli, "add", "Lunch")
        run.running.wait_for(SAID)
        edit(cli, "add", "Dinner")
        run.wait_for("events", 2)
        assert run.running.stop() == 130

    hint = next(line for line in run.running.errors if line.startswith("hint: all others are there"))
    assert "cronofy deliveries prune" in hint
    assert sum(SAID in line for line in run.running.errors) == 1
    assert [each["type"] for each in run.kept()].count("change") == len(run.lines("delivery"))


@pytest.mark.parametrize(
    "command",
    [
        ("deliveries", "list"),
        ("deliveries", "show", "last"),
        ("deliveries", "export"),
        ("deliveries", "tag", "last", "good"),
        ("why", "--data-center", "simulator"),
        ("wait", "--no-listen", "--since", "2000-01-01", "--type", "change"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_commands(cli: Cli, simulator: SimulatorServer, command: tuple[str, ...]) -> None:
    """A command that reads the history shows what is whole, and says on stderr how much is not."""
    file = cli.data / "deliveries.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    with open_history(file) as history:
        history.record([make_delivery(0)])
    put_damaged_row(file)

    result = run_main(cli, *command)

    assert result.exit_code in {0, 1}
    assert SAID in result.stderr
    assert "hint: all others are there" in result.stderr
    assert "Traceback" not in result.stderr
