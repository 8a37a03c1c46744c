"""Ending what other threads wait for."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.open_sockets import OpenSockets
from tests.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Stream:
    """What httpcore gives its trace: something that knows its socket."""

    def __init__(self, found: object) -> None:
        self._found = found

    def get_extra_info(self, name: str) -> object:
        """Return what is asked for."""
        return self._found if name == "socket" else None


@pytest.fixture
def pairs() -> Iterator[Callable[[], tuple[socket.socket, socket.socket]]]:
    """Pairs of connected sockets, closed at the end."""
    made: list[socket.socket] = []

    def connected() -> tuple[socket.socket, socket.socket]:
        pair = socket.socketpair()
        made.extend(pair)
        return pair

    yield connected
    for each in made:
        each.close()


@pytest.mark.parametrize("step", ["connection.connect_tcp.complete", "connection.start_tls.complete"])
def test_a_wait_is_broken_off(step: str, pairs: Callable[[], tuple[socket.socket, socket.socket]]) -> None:
    """Whoever reads from a connection of the client finds its end at once."""
    mine, _other = pairs()
    opened = OpenSockets()
    opened.tracer(lambda: False)(step, {"return_value": Stream(mine)})

    opened.shut_down()

    assert mine.recv(1) == b""


@pytest.mark.parametrize(
    ("step", "info"),
    [
        ("connection.connect_tcp.started", "socket"),
        ("connection.connect_tcp.complete", "nothing"),
        ("connection.connect_tcp.complete", "a path"),
        ("http11.send_request_headers.complete", "socket"),
    ],
)
def test_what_is_no_new_connection(
    step: str, info: str, pairs: Callable[[], tuple[socket.socket, socket.socket]]
) -> None:
    """Other steps, and what has no socket, are passed over."""
    mine, other = pairs()
    infos: dict[str, Mapping[str, object]] = {
        "socket": {"return_value": Stream(mine)},
        "nothing": {},
        "a path": {"return_value": Stream("/run/x.sock")},
    }
    opened = OpenSockets()
    opened.tracer(lambda: True)(step, infos[info])

    opened.shut_down()

    other.sendall(b"x")
    assert mine.recv(1) == b"x"


@pytest.mark.parametrize("is_over", [True, False])
def test_a_connection_that_comes_too_late(
    is_over: bool, pairs: Callable[[], tuple[socket.socket, socket.socket]]
) -> None:
    """One that was being made while the others were ended is ended as well; before the end it is left alone."""
    mine, other = pairs()
    OpenSockets().tracer(lambda: is_over)("connection.connect_tcp.complete", {"return_value": Stream(mine)})

    other.send(b"x", socket.MSG_NOSIGNAL) if not is_over else None
    assert mine.recv(1) == (b"" if is_over else b"x")


class HeldSocket(socket.socket):
    """A socket that takes its time while it is put into a set."""

    hold: Callable[[], object]

    def __hash__(self) -> int:
        self.hold()
        return id(self)


def held(hold: Callable[[], object]) -> HeldSocket:
    """Return a socket that is held."""
    made = HeldSocket(socket.AF_UNIX)
    made.hold = hold
    return made


def add(opened: OpenSockets, new: socket.socket) -> None:
    """Have a connection made."""
    opened.tracer(lambda: False)("connection.connect_tcp.complete", {"return_value": Stream(new)})


def test_one_connection_at_a_time() -> None:
    """Threads that connect wait for each other, so that no connection is left out."""
    opened, turns = OpenSockets(), Turns()
    made = [held(turns.take) for _ in range(2)]
    threads = [threading.Thread(target=add, args=(opened, each)) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for each in made:
        each.close()

    assert turns.most == 1


def test_the_end_waits_for_a_connection_that_comes() -> None:
    """A connection that is being noted when all are ended is ended with them."""
    comes, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        comes.set()
        is_over.wait(0.2)

    mine, other = socket.socketpair()
    made = HeldSocket(fileno=mine.detach())
    made.hold = hold
    opened = OpenSockets()
    coming = threading.Thread(target=add, args=(opened, made))
    coming.start()
    assert comes.wait(20)
    opened.shut_down()
    is_over.set()
    coming.join(20)
    with made, other:
        other.setblocking(False)
        assert other.recv(1) == b""
