"""A simulator inside a command's own process."""

from __future__ import annotations

import os
import socket
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from cronofy_cli.adapters.simulator.running import running_simulators
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.embedded_simulator import ensure_simulator, start_own_simulator, start_simulator
from cronofy_cli.cli.flags import Flags
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.in_process import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.server import SimulatorServer
    from cronofy_cli.simulator.world.attempts import Attempt
    from tests.support import Cli

USUAL_PORT = SimulatorSettings().port


def run_of(cli: Cli, data_center: str = "simulator") -> AppContext:
    """Return a run at a data center."""
    return AppContext(cli.environment, Stream(), Stream(), Stream(), Flags(data_center=data_center))


def asked(url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Ask for the account, past any proxy; the limit ends what hangs."""
    return httpx.get(f"{url}/v1/userinfo", headers=headers, timeout=60, trust_env=False)


@pytest.fixture
def usual_port() -> Iterator[None]:
    """The port that a simulator usually has is taken by something else."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # it is already
            taken.bind(("127.0.0.1", USUAL_PORT))
            taken.listen()
        yield


@pytest.mark.usefixtures("usual_port")
def test_where_none_runs(cli: Cli) -> None:
    """One is started, if need be at another port; it is the run's data center, others find it, and it ends with it."""
    run = run_of(cli)
    with closing(run.resources):
        assert ensure_simulator(run)
        [found] = running_simulators(cli.environment)
        assert run.data_center.api_url == found.url
        assert (found.pid, found.access_token) == (os.getpid(), run.simulator.access_token)
        token = {"Authorization": f"Bearer {found.access_token}"}
        assert asked(found.url, token).json()["sub"] == found.sub
        assert not ensure_simulator(run)

    assert list(running_simulators(cli.environment)) == []
    with pytest.raises(httpx.ConnectError):
        asked(found.url)


def test_where_one_runs(cli: Cli, simulator: SimulatorServer) -> None:
    """It is taken, and none is started; nor is one for another data center."""
    run = run_of(cli)

    assert not ensure_simulator(run)
    assert run.data_center.api_url == simulator.url
    assert not ensure_simulator(run_of(cli, "uk"))


def test_one_of_its_own(cli: Cli) -> None:
    """Nobody else finds it, and it takes the place of the data center that was chosen."""
    run = run_of(cli, "uk")
    with closing(run.resources):
        start_own_simulator(run)

        assert run.is_simulator
        assert run.data_center.api_url.startswith("http://127.0.0.1:")
        assert list(running_simulators(cli.environment)) == []


class View:
    """Keeps what a simulator does."""

    def __init__(self) -> None:
        self.requests: list[LoggedRequest] = []

    def note_request(self, request: LoggedRequest) -> None:
        """An API call was answered."""
        self.requests.append(request)

    def note_attempt(self, attempt: Attempt) -> None:
        """An attempt to deliver is over."""


def test_who_is_shown_what_it_does(cli: Cli) -> None:
    """Each call that it answers is told to its view."""
    run, view = run_of(cli), View()
    with closing(run.resources):
        simulator = start_simulator(run, SimulatorSettings(port=0), view)
        asked(simulator.url)

    assert [(each.path, each.status) for each in view.requests] == [("/v1/userinfo", 401)]
