"""Several simulators on one machine: the one that is meant is the one that is asked."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.adapters.simulator.running import RunningSimulator, announce, running_simulators, withdraw
from cronofy_cli.core.accounts.contexts import Context
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.commands.conftest import Run
    from tests.support import Cli


def announced(server: SimulatorServer, cli: Cli) -> RunningSimulator:
    """Let commands find a simulator."""
    settings = SimulatorSettings()
    found = RunningSimulator(
        server.url, settings.client_id, settings.client_secrets, settings.access_token, os.getpid(), "acc_1"
    )
    announce(found, cli.environment)
    return found


@pytest.fixture
def two(cli: Cli) -> Iterator[tuple[RunningSimulator, RunningSimulator]]:
    """Two simulators that commands find."""
    with ExitStack() as stack:
        servers = [stack.enter_context(SimulatorServer(SimulatorSettings(port=0))) for _ in range(2)]
        yield announced(servers[0], cli), announced(servers[1], cli)


def titles(run: Run, simulator: RunningSimulator, cli: Cli) -> str:
    cli.environment["CRONOFY_ACCESS_TOKEN"] = simulator.access_token
    return run(
        *("events", "read", "--data-center", simulator.url, "--tzid", "Etc/UTC", "--format", "csv"),
        *("--fields", "summary"),
    ).stdout


def test_which_of_two_is_not_guessed(two: tuple[RunningSimulator, RunningSimulator], run: Run) -> None:
    """With two simulators a command that names none is refused, and says how to name one; nothing is edited."""
    for arguments in (("simulator", "edit", "add", "ZZZ"), ("calendars", "list", "--data-center", "simulator")):
        refused = run(*arguments)

        assert refused.exit_code == 2
        assert all(each.url in refused.stderr for each in two)
        assert "hint: choose one: --data-center http://127.0.0.1:" in refused.stderr


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize("by", ["option", "context"])
def test_the_named_one_is_edited(
    chosen: int, by: str, two: tuple[RunningSimulator, RunningSimulator], run: Run, cli: Cli
) -> None:
    """--data-center and --context choose the simulator that is edited, and no other one is."""
    cli.environment["CRONOFY_CONFIG_DIR"] = str(cli.folder / "config")
    save_context(user_file(cli.environment), Context("chosen", data_center=two[chosen].url))
    options = ("--data-center", two[chosen].url) if by == "option" else ("--context", "chosen")

    edited = run("simulator", "edit", "add", "Picnic in June", *options)

    assert edited.exit_code == 0, edited.stderr
    assert ["Picnic in June" in titles(run, each, cli) for each in two] == [chosen == 0, chosen == 1]


def test_cronofy_itself_is_no_simulator(run: Run) -> None:
    """A real data center that is named is refused: nothing there can be edited so."""
    refused = run("simulator", "edit", "add", "ZZZ", "--data-center", "uk")

    assert (refused.exit_code, refused.stderr.splitlines()[0]) == (
        2,
        "error: data center uk is Cronofy itself, not a simulator",
    )


def test_the_list(two: tuple[RunningSimulator, RunningSimulator], run: Run, cli: Cli) -> None:
    """The list has every simulator that answers; one that has ended is not there, and the others stay."""
    gone = RunningSimulator("http://127.0.0.1:1", "id", (), "token", 1)
    announce(gone, cli.environment)

    assert run("simulator", "list").lines == [f"{each.url}\t{each.pid}" for each in two]
    withdraw(two[1], cli.environment)
    assert running_simulators(cli.environment) == (two[0],)


def test_the_beginning_of_a_title(run: Run, cli: Cli) -> None:
    """An event is found by its whole title or the beginning of one; where several begin so, they are named."""
    with SimulatorServer(SimulatorSettings(port=0)) as server:
        announced(server, cli)
        for title in ("Zebra walk", "Zebra talk", "A Zebra"):
            assert run("simulator", "edit", "add", title).exit_code == 0

        unclear = run("simulator", "edit", "delete", "zebra")
        inside = run("simulator", "edit", "delete", "ebra")
        changed = run("simulator", "edit", "change", "zebra w", "--description", "Far")

    assert (unclear.exit_code, unclear.stderr.splitlines()[0]) == (
        2,
        "error: 'zebra' could be 'Zebra talk', 'Zebra walk'",
    )
    assert (inside.exit_code, inside.stderr.splitlines()[0]) == (1, "error: the simulator has no event 'ebra'")
    assert changed.exit_code == 0
