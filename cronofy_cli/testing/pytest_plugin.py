"""The pytest plugin: the fixtures `cronofy_simulator` and `cronofy_simulator_process`.

Every pytest run on a machine that has this package loads this module, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.testing.simulator import Simulator
    from cronofy_cli.testing.world import World


@pytest.fixture(scope="session")
def cronofy_simulator_process() -> Iterator[Simulator]:
    """The Cronofy simulator of this test run: `.world(...)` makes worlds from a world file or with other choices.

    It is a process of its own that ends with the run, one for each worker of pytest-xdist. CRONOFY_SIMULATOR_COMMAND
    names the command to start it with, CRONOFY_SIMULATOR_URL one that runs already.
    """
    from cronofy_cli.testing.simulator import Simulator

    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def cronofy_simulator(cronofy_simulator_process: Simulator) -> Iterator[World]:
    """A simulated Cronofy of this test's own: accounts, calendars, channels, signed notifications, credentials."""
    with cronofy_simulator_process.world() as world:
        yield world
