"""Every method of two official SDKs, against the simulator: those of its routes work, the others are told that they are
not simulated. Each method has a world of its own. Run with `-s` to see the tables."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pycronofy
import pytest
from pycronofy.exceptions import PyCronofyRequestError

from cronofy_cli.simulator.operations import SIMULATED
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.testing.simulator import Simulator
from tests.node import node_environment
from tests.simulator import pycronofy_methods
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.testing.world import World

ROUTES = {one.name for one in SIMULATED} - {"answer_authorize"}
"""What an application can call: the buttons of the authorize page are a person's."""
WITHOUT_A_METHOD_IN_NODE = {"answer_invitation"}


@dataclass(frozen=True, slots=True)
class Row:
    """What one method did."""

    method: str
    reached: tuple[tuple[str, int], ...]
    """Routes and what they answered."""
    problem: str | None

    @property
    def text(self) -> str:
        """A line of the table."""
        routes = " ".join(dict.fromkeys(f"{operation}:{status}" for operation, status in self.reached))
        verdict = "refused" if self.is_refused else "works"
        return f"{self.method:48}{self.problem or verdict:9}{routes or '(no call)'}"

    @property
    def is_refused(self) -> bool:
        """Whether it was told that its call is not simulated."""
        return 501 in {status for _, status in self.reached}


@pytest.fixture
def process() -> Iterator[Simulator]:
    """A simulator for worlds."""
    with SimulatorServer(SimulatorSettings(port=0)) as server:
        simulator = Simulator(server.url)
        yield simulator
        simulator.close()


def show(title: str, rows: list[Row]) -> None:
    """Print a table."""
    sys.stdout.write("\n".join([f"\n{title}", *(row.text for row in rows), ""]))


def reached(rows: list[Row]) -> set[str]:
    """The routes that answered with success."""
    return {operation for row in rows for operation, status in row.reached if 200 <= status < 400}


def test_pycronofy(process: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """All its methods that call a simulated route work, and together they reach every route; none is unknown here."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    public = {name for name, _ in inspect.getmembers(pycronofy.Client, inspect.isfunction) if not name.startswith("_")}
    simulated, beyond = pycronofy_methods.SIMULATED, pycronofy_methods.BEYOND

    rows = [tried(process, monkeypatch, method, call) for method, call in simulated.items()]
    refused = [
        tried(process, monkeypatch, method, partial(is_refused, method, arguments))
        for method, arguments in beyond.items()
    ]

    show(f"pycronofy {pycronofy.__version__}", rows + refused)
    assert [row for row in rows + refused if row.problem] == []
    assert reached(rows) >= ROUTES
    helpers = {name for name in public if name.startswith(pycronofy_methods.HELPERS)}
    assert public - helpers == {*simulated, *beyond}


def tried(
    process: Simulator, monkeypatch: pytest.MonkeyPatch, method: str, call: Callable[[pycronofy_methods.Calls], Any]
) -> Row:
    """Call a method of pycronofy in a fresh world."""
    with process.world() as world:
        monkeypatch.setattr(pycronofy.settings, "API_BASE_URL", world.url)
        monkeypatch.setattr(pycronofy.settings, "APP_BASE_URL", world.url)
        worked = call(pycronofy_methods.Calls(world))
        return Row(method, calls_of(world), None if worked else "nothing came of it")


def is_refused(method: str, arguments: tuple[Any, ...], calls: pycronofy_methods.Calls) -> bool:
    """Whether a method is told that its call is not simulated."""
    with pytest.raises(PyCronofyRequestError) as raised:
        getattr(calls.client, method)(*arguments)
    answered: int = raised.value.response.status_code
    return answered == 501


def calls_of(world: World) -> tuple[tuple[str, int], ...]:
    """What a world was asked, and what it answered."""
    return tuple((str(one.operation), int(one.status or 0)) for one in world.requests)


def test_the_node_sdk(process: Simulator) -> None:
    """All its methods that call a simulated route work, and together they reach every route that it knows."""
    done = subprocess.run(
        ["node", str(REPOSITORY / "tests" / "simulator" / "node_methods.js")],
        env=os.environ | node_environment() | {"CRONOFY_SIMULATOR_URL": f"{process.url}/simulator"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    *rows, unknown = [
        Row(line["method"], tuple((one["operation"], one["status"]) for one in line["reached"]), line["problem"])
        for line in map(json.loads, done.stdout.splitlines())
    ]
    show("cronofy (Node)", rows)
    assert [row for row in rows if row.problem] == []
    assert unknown.problem == "", f"methods that are not called here: {unknown.problem}"
    assert reached(rows) >= ROUTES - WITHOUT_A_METHOD_IN_NODE
