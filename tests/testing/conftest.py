"""A simulator for the client of test suites, served once for all tests of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.testing.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.testing.world import World


@pytest.fixture(scope="session")
def process() -> Iterator[Simulator]:
    """What the fixture `cronofy_simulator_process` gives."""
    with SimulatorServer(SimulatorSettings(port=0)) as server:
        simulator = Simulator(server.url)
        yield simulator
        simulator.close()


@pytest.fixture
def world(process: Simulator) -> Iterator[World]:
    """What the fixture `cronofy_simulator` gives."""
    with process.world() as world:
        yield world
