"""Documented behaviour, row by row: each test is named after the section of the API that it is about.

Every test has a world of its own, and speaks to it by HTTP alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.testing.simulator import Simulator
from tests.simulator.reference.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


@pytest.fixture(scope="session")
def worlds() -> Iterator[Simulator]:
    """A simulator for worlds."""
    with SimulatorServer(SimulatorSettings(port=0)) as server:
        simulator = Simulator(server.url)
        yield simulator
        simulator.close()


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client that adds nothing to what a test sends."""
    with import_httpx().Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def api(worlds: Simulator, http: httpx.Client) -> Iterator[Api]:
    """Cronofy's API, in a fresh world."""
    with worlds.world() as world:
        yield Api(world, http)
