"""Finding the simulators that run on this machine."""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.simulator.running import (
    RunningSimulator,
    announce,
    running_simulators,
    this_process,
    withdraw,
)
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def listening() -> Iterator[int]:
    """Accept connections at a port, at which nobody does afterwards."""
    with socket.create_server(("127.0.0.1", free_port())) as server:
        yield server.getsockname()[1]


def simulator(port: int, pid: int = 1, sub: str = "acc_1") -> RunningSimulator:
    """Return a simulator's announcement."""
    return RunningSimulator(f"http://127.0.0.1:{port}", "client", ("new", "old"), "tok_1", pid, sub)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder of its own."""
    return {"CRONOFY_DATA_DIR": str(tmp_path)}


def files(tmp_path: Path) -> list[Path]:
    """Return what was announced, the oldest first."""
    return sorted(tmp_path.rglob("*.json"))


def test_announced_and_withdrawn(environment: dict[str, str], tmp_path: Path) -> None:
    """A simulator is found, with all that it said, until it takes that back; nobody else can read it."""
    with listening() as port:
        announce(simulator(port), environment)
        found = running_simulators(environment)
        (file,) = files(tmp_path)
        mode = file.stat().st_mode & 0o777
        withdraw(simulator(port), environment)
        afterwards = running_simulators(environment)

    assert (found, afterwards, files(tmp_path)) == ((simulator(port),), (), [])
    assert (file.name, mode) == (f"{port}.json", 0o600)
    withdraw(simulator(port), environment)


def test_the_oldest_first(environment: dict[str, str], tmp_path: Path) -> None:
    """Several simulators come by the time of their start."""
    with ExitStack() as stack:
        ports = [stack.enter_context(listening()) for _ in range(3)]
        for port in ports:
            announce(simulator(port), environment)
        for age, port in enumerate(reversed(ports)):
            path = next(path for path in files(tmp_path) if path.stem == str(port))
            os.utime(path, (1_000_000 + age, 1_000_000 + age))

        assert [found.url for found in running_simulators(environment)] == [
            simulator(port).url for port in reversed(ports)
        ]


def test_one_that_is_gone(environment: dict[str, str]) -> None:
    """One that was killed still has its file, and is not found."""
    with listening() as port:
        announce(simulator(port), environment)

    assert running_simulators(environment) == ()


def test_another_at_the_same_address(environment: dict[str, str]) -> None:
    """What another one has announced at the same address stays."""
    with listening() as port:
        announce(simulator(port, pid=2), environment)
        withdraw(simulator(port, pid=1), environment)

        assert running_simulators(environment) == (simulator(port, pid=2),)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "null", '{"url": 1}', "\xff", '{"url":"http://127.0.0.1:{port}","client_id":"c"}']
)
def test_a_file_that_cannot_be_understood(content: str, environment: dict[str, str], tmp_path: Path) -> None:
    """It is passed over."""
    with listening() as port:
        announce(simulator(port), environment)
        (file,) = files(tmp_path)
        file.write_text(content.replace("{port}", str(port)), encoding="latin-1")

        assert running_simulators(environment) == ()


def test_a_file_of_before(environment: dict[str, str], tmp_path: Path) -> None:
    """Simulators of older versions did not say which account is theirs."""
    with listening() as port:
        announce(simulator(port), environment)
        (file,) = files(tmp_path)
        document = json.loads(file.read_bytes())
        del document["sub"]
        file.write_text(json.dumps(document))

        assert running_simulators(environment) == (simulator(port, sub=""),)


def test_secrets_are_not_shown() -> None:
    """Whoever prints a simulator shows neither its client secrets nor its token."""
    shown = repr(simulator(7080))

    assert not any(secret in shown for secret in ("'new'", "'old'", "tok_1"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 needs to be set up")
def test_on_another_address_of_this_machine(environment: dict[str, str]) -> None:
    """It is looked for at the address that it has announced, and nowhere else."""
    with socket.create_server(("127.0.0.2", 0)) as server:
        url = f"http://127.0.0.2:{server.getsockname()[1]}"
        found = RunningSimulator(url, "client", ("new",), "tok_1", 1)
        announce(found, environment)

        assert running_simulators(environment) == (found,)


@pytest.mark.parametrize("ending", ["", "/", "/simulator", "/simulator/"])
def test_one_that_the_environment_names(ending: str, environment: dict[str, str]) -> None:
    """CRONOFY_SIMULATOR_URL chooses one, by its address or that of its control API, with what it has announced."""
    with listening() as port, listening() as other:
        environment["CRONOFY_SIMULATOR_URL"] = f" http://127.0.0.1:{port}{ending}"
        announce(simulator(other), environment)
        announce(simulator(port), environment)

        assert running_simulators(environment) == (simulator(port),)
    assert running_simulators(environment) == ()


@pytest.mark.parametrize("ending", ["", "/"])
def test_one_that_the_environment_alone_knows(ending: str, environment: dict[str, str]) -> None:
    """The credentials of the environment are a simulator's where they are for its address, as `simulator exec` sets
    them.
    """
    with listening() as port:
        url = f"http://127.0.0.1:{port}"
        environment |= {
            "CRONOFY_SIMULATOR_URL": url,
            "CRONOFY_API_URL": f"{url}{ending}",
            "CRONOFY_CLIENT_ID": "client",
            "CRONOFY_CLIENT_SECRET": " secret ",
            "CRONOFY_ACCESS_TOKEN": " tok_2\n",
            "CRONOFY_SUB": "acc_2",
        }

        assert running_simulators(environment) == (RunningSimulator(url, "client", ("secret",), "tok_2", 0, "acc_2"),)


@pytest.mark.parametrize("api_url", ["https://api.cronofy.com", None])
def test_credentials_for_somewhere_else(api_url: str | None, environment: dict[str, str]) -> None:
    """A simulator that only the environment names is not given credentials that are for Cronofy, or for nobody."""
    with listening() as port:
        url = f"http://127.0.0.1:{port}"
        environment |= {
            "CRONOFY_SIMULATOR_URL": url,
            "CRONOFY_CLIENT_ID": "client",
            "CRONOFY_CLIENT_SECRET": "secret",
            "CRONOFY_ACCESS_TOKEN": "tok_2",
        } | ({} if api_url is None else {"CRONOFY_API_URL": api_url})

        assert running_simulators(environment) == (RunningSimulator(url, "", (), "simulator", 0),)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://127.0.0.1:x", "http://[::1"])
def test_what_is_no_address(url: str, environment: dict[str, str]) -> None:
    """An address that cannot be one leads to no simulator."""
    environment["CRONOFY_SIMULATOR_URL"] = url

    assert running_simulators(environment) == ()


def test_this_process() -> None:
    """A simulator announces the process that it runs in."""
    assert this_process() == os.getpid()
