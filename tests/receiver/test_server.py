"""Starting and stopping the listener."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.errors import WrongUsage
from cronofy_cli.receiver.server import Listener
from tests.receiver.receiving import NOW, PATIENCE_S, post, receiving, stored

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.history import History


def listener(history: History, port: int) -> Listener:
    """Return a listener on a port."""
    return Listener(
        paths=["/"],
        history=history,
        client_secrets=tuple,
        policy=SignaturePolicy.OFF,
        context="uk",
        clock=lambda: NOW,
        on_recorded=lambda _: None,
        on_trouble=lambda _: None,
        port=port,
    )


def test_port_taken(tmp_path: Path) -> None:
    """A port that another program has is a wrong usage, and the hint names it."""
    with socket.create_server(("127.0.0.1", 0)) as other, open_history(tmp_path / "history.db") as history:
        port = other.getsockname()[1]
        with pytest.raises(WrongUsage, match=f"port {port} is taken") as caught:
            listener(history, port).start()
    assert caught.value.hint is not None
    assert str(port) in caught.value.hint


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_port(tmp_path: Path, port: int) -> None:
    """A number that is no port is a wrong usage."""
    with open_history(tmp_path / "history.db") as history, pytest.raises(WrongUsage, match="is not a port"):
        listener(history, port).start()


def test_ports_are_free_again(tmp_path: Path) -> None:
    """After a stop the port can be had again at once, and stopping twice or unstarted does no harm."""
    with open_history(tmp_path / "history.db") as history:
        first = listener(history, 0)
        first.stop()
        first.start()
        port = first.port
        first.stop()
        first.stop()
        with listener(history, port) as second:
            assert second.port == port
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def test_stop_lets_requests_end(tmp_path: Path) -> None:
    """A request that is under way when the listener stops is read, recorded and answered; the idle are let go."""
    with receiving(tmp_path) as receiver:
        idle, busy = receiver.wire(), receiver.wire()
        assert (idle.ask(post()), busy.ask(post())) == (200, 200)
        request = post()
        busy.send(request[:40])
        receiver.await_recorded(2)
        # The idle one is let go as the stopping begins: then the other is still in the middle of its request.

        def send_rest() -> None:
            assert idle.is_closed()
            busy.send(request[40:])

        rest = threading.Thread(target=send_rest)
        rest.start()
    rest.join()
    with idle, busy:
        assert busy.answer().status == 200
        assert busy.is_closed()
    assert len(stored(tmp_path)) == 3


def test_stop_has_a_limit(tmp_path: Path) -> None:
    """Someone who never ends a request cannot keep the listener from ending."""
    with open_history(tmp_path / "history.db") as history:
        stubborn = listener(history, 0)
        stubborn.start()
        with socket.create_connection(("127.0.0.1", stubborn.port), timeout=PATIENCE_S) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\n")
            stubborn.stop(limit_s=0.1)
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
