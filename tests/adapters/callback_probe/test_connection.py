"""Finding a host and connecting to it."""

from __future__ import annotations

import socket
import ssl
import sys
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe import probe
from cronofy_cli.adapters.callback_probe.connection import find_addresses, open_connection, time_left_s
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.core.failure import Failure
from tests.adapters.callback_probe.tls_servers import PATIENT
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 needs to be set up")


def connected(addresses: Sequence[str], port: int, limit_s: float = 30) -> str | Failure:
    """Return the address that was connected to, or why none was."""
    found = open_connection(addresses, port, monotonic() + limit_s)
    if isinstance(found, ProbeFailure):
        assert found.reason
        return found.failure
    with found:
        return str(found.getpeername()[0])


def test_the_addresses_of_a_host() -> None:
    """Each address is there once."""
    found = find_addresses(parse_target("http://127.0.0.1:8000/"))

    assert found == ("127.0.0.1",)


@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "http://hooks..example/"])
def test_a_name_that_does_not_resolve(url: str) -> None:
    """A name that nobody knows, or that is none, is the first failure, with the system's words."""
    found = find_addresses(parse_target(url))

    assert isinstance(found, ProbeFailure)
    assert found.failure is Failure.NAME_NOT_RESOLVED
    assert found.reason


@ONLY_LINUX
def test_the_first_address_that_accepts() -> None:
    """Addresses are tried in their order until one accepts."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert connected(["127.0.0.2", "127.0.0.1"], port) == "127.0.0.1"
        with socket.create_server(("127.0.0.2", port)):
            assert connected(["127.0.0.2", "127.0.0.1"], port) == "127.0.0.2"


@ONLY_LINUX
def test_no_address_accepts() -> None:
    """The last address says why; without any the name does not resolve."""
    assert connected(["127.0.0.2", "127.0.0.1"], free_port()) is Failure.CONNECTION_REFUSED
    assert connected([], free_port()) is Failure.NAME_NOT_RESOLVED
    assert connected(["255.255.255.255"], free_port()) is Failure.HOST_UNREACHABLE


@ONLY_LINUX
def test_an_address_that_drops_packets() -> None:
    """It fails at its limit, and leaves its share of the time to the next one."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        port = full.getsockname()[1]
        for _ in range(2):  # the queue holds one more than its length
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.2", port))

        assert connected(["127.0.0.2"], port, 0.1) is Failure.CONNECTION_TIMED_OUT
        stack.enter_context(socket.create_server(("127.0.0.1", port)))
        assert connected(["127.0.0.2", "127.0.0.1"], port, 1.0) == "127.0.0.1"


def test_the_time_that_is_left() -> None:
    """It is never zero or less, which a socket would take for no limit at all."""
    assert time_left_s(monotonic() - 5) == 0.001
    assert 50 < time_left_s(monotonic() + 60) <= 60


def test_what_is_told_of_a_server_that_is_not_there() -> None:
    """The report names what was tried: the address of the callback, and those of its host."""
    url = f"http://127.0.0.1:{free_port()}/hook"

    report = probe(url, trust=ssl.create_default_context(), limits=PATIENT)

    assert report.obstacle is not None
    assert report.obstacle.failure is Failure.CONNECTION_REFUSED
    assert (report.target, report.addresses) == (parse_target(url), ("127.0.0.1",))
    assert (report.tls, dict(report.responses)) == (None, {})
