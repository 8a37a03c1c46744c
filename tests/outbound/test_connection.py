"""Ways to a target that does not let one in."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import tls_context
from cronofy_cli.core.failure import Failure
from cronofy_cli.outbound.connection import Way, reach
from cronofy_cli.outbound.errors import SendingFailed
from cronofy_cli.outbound.proxy import Proxy
from cronofy_cli.outbound.sender import Sender
from cronofy_cli.outbound.settings import SenderSettings, trial_settings
from cronofy_cli.outbound.target import parse_target
from tests.listen.forwarding.following import now
from tests.outbound.test_sender import UntilTheEnd
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 needs to be set up")


@pytest.fixture
def full() -> Iterator[int]:
    """A port of 127.0.0.2 that drops packets: its queue is full, and nothing is accepted from it."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        port: int = server.getsockname()[1]
        for _ in range(2):  # the queue holds one more than its length
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.2", port))
        yield port


@ONLY_LINUX
@pytest.mark.parametrize("is_trial", [False, True])
def test_a_target_that_drops_packets(full: int, is_trial: bool) -> None:
    """It is a result that names the limit; nothing was sent, and no address was found."""
    settings = trial_settings(insecure=False, limit_s=0.1) if is_trial else SenderSettings(limit_s=0.1)
    sender = Sender(parse_target(f"http://127.0.0.2:{full}/"), settings, now)

    attempt = sender.forward(make_delivery(7)).attempt

    assert (attempt.failure, attempt.is_unreachable, attempt.address) == (Failure.CONNECTION_TIMED_OUT, True, None)
    assert attempt.reason is not None
    assert attempt.reason.startswith("no connection within 0.")
    assert not sender.probe()


@ONLY_LINUX
def test_a_proxy_that_drops_packets(full: int) -> None:
    """It is the proxy that is named, with what became of reaching it."""
    way = Way(parse_target("http://app.example.com/"), proxy=Proxy("127.0.0.2", full, None))

    with pytest.raises(SendingFailed) as caught:
        reach(way, 0.1)

    reason = f"the proxy 127.0.0.2:{full} cannot be reached: no connection within 0.1 s"
    assert (caught.value.failure, caught.value.reason) == (Failure.PROXY_FAILED, reason)


def test_who_is_asked_first() -> None:
    """The address of localhost that worked before is tried first, and the other one where that is gone."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        way = Way(parse_target(str(port)))
        with socket.create_server(("::1", port), family=socket.AF_INET6):
            assert _address(way, preferred="::1") == f"[::1]:{port}"
            assert _address(way, preferred="127.0.0.1") == f"127.0.0.1:{port}"
            assert _address(way, preferred=None) == f"127.0.0.1:{port}"
        assert _address(way, preferred="::1") == f"127.0.0.1:{port}"


def _address(way: Way, preferred: str | None) -> str:
    reached = reach(way, 60.0, preferred=preferred)
    reached.socket.close()
    return reached.address


@pytest.mark.parametrize("host", ["x" * 64 + ".invalid", "a..invalid", "no-such-host.invalid"])
def test_names_that_cannot_be(host: str) -> None:
    """A label that is too long or empty does not resolve either."""
    with pytest.raises(SendingFailed, match="does not resolve") as caught:
        reach(Way(parse_target(f"http://{host}:1/")), 10.0)

    assert caught.value.failure is Failure.NAME_NOT_RESOLVED


@ONLY_LINUX
def test_a_host_without_a_route() -> None:
    """An address that this machine cannot send to is told from one that refuses."""
    with pytest.raises(SendingFailed) as caught:
        reach(Way(parse_target("http://255.255.255.255:1/")), 10.0)

    assert caught.value.failure is Failure.HOST_UNREACHABLE
    assert caught.value.reason == caught.value.reason.lower() != ""


@pytest.mark.skipif(sys.platform != "linux", reason="open files are looked up in /proc")
def test_a_proxy_that_does_not_answer() -> None:
    """It is named, and the connection to it is not left open."""
    with UntilTheEnd(b"") as port:
        way = Way(parse_target("https://app.example.com/"), tls_context(), Proxy("127.0.0.1", port, None))
        with pytest.raises(SendingFailed, match=r"the proxy 127\.0\.0\.1 sent no answer") as caught:
            reach(way, 60)
        ours = socket_of(caught.value)

    assert caught.value.failure is Failure.PROXY_FAILED
    assert ours.fileno() == -1


def socket_of(error: BaseException) -> socket.socket:
    """Return the socket that a failed connection was made with."""
    found = error.__traceback__
    while found is not None:
        if "opened" in found.tb_frame.f_locals:
            opened: socket.socket = found.tb_frame.f_locals["opened"]
            return opened
        found = found.tb_next
    raise AssertionError("no connection was made")
