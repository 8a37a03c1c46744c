"""Commands against a simulator that all tests share, against a scripted server, and with a history."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.simulator.running import RunningSimulator, announce
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli, Result


class Run(Protocol):
    """Runs a command to its end."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result: ...


class Record(Protocol):
    """Keeps deliveries and returns them with their numbers."""

    def __call__(self, *deliveries: Delivery) -> list[Delivery]: ...


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[SimulatorServer]:
    """A simulator with small pages."""
    with SimulatorServer(SimulatorSettings(port=0, page_size=20)) as server:
        yield server


@pytest.fixture
def run(cli: Cli) -> Run:
    """Commands with nothing set up."""

    def run_one(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result:
        return run_main(cli, *arguments, stdin=stdin, terminal=terminal)

    return run_one


@pytest.fixture
def run_at_simulator(cli: Cli, shared_simulator: SimulatorServer) -> Run:
    """Commands whose data center is the shared simulator, for what leaves no trace in it."""
    settings = SimulatorSettings()
    announce(
        RunningSimulator(
            shared_simulator.url, settings.client_id, settings.client_secrets, settings.access_token, os.getpid()
        ),
        cli.environment,
    )
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"

    def run_one(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result:
        return run_main(cli, *arguments, stdin=stdin, terminal=terminal)

    return run_one


@pytest.fixture
def cronofy(cli: Cli) -> Iterator[ScriptedServer]:
    """A server whose script must be played exactly, and which is every command's data center."""
    with scripted_server() as server:
        cli.environment |= {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        yield server


@pytest.fixture
def record(cli: Cli) -> Record:
    """Puts deliveries into the history that commands read."""

    def record_all(*deliveries: Delivery) -> list[Delivery]:
        with open_history(cli.data / "deliveries.db") as history:
            return history.record(deliveries)

    return record_all
