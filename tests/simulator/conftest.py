"""Simulators that serve, and a receiver of their notifications."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.simulator.receiver import receiving
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

PATIENCE_S = 60.0
"""How long a callback may take where no test is about that: a machine may be busy."""


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Running]:
    """A simulator for tests that only read, or whose traces harm no other test."""
    with running(SimulatorSettings(port=0, answer_limit_s=PATIENCE_S)) as simulator:
        yield simulator


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Starts simulators with the given settings; they end with the test."""
    with ExitStack() as stack:

        def start_one(**choices: object) -> Running:
            usual: dict[str, object] = {"port": 0, "coalesce_window_s": 0.05, "answer_limit_s": PATIENCE_S}
            settings = SimulatorSettings(**usual | choices)  # type: ignore[arg-type]
            return stack.enter_context(running(settings))

        yield start_one


@pytest.fixture
def simulator(start: Callable[..., Running]) -> Running:
    """A simulator of the test's own, that waits only a moment for further changes."""
    return start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An application that takes notifications."""
    with receiving() as receiver:
        yield receiver
