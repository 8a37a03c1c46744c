"""Calls to the control API over kept connections: what goes over the wire, and what becomes of the connections."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.testing.control import Control, SimulatorError
from tests.fakes.scripted_server import scripted_server
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable


def test_what_is_sent() -> None:
    """Paths below another's, a query of what is given, JSON, and a token only where there is one."""
    with scripted_server() as server:
        control = Control(f"{server.url}/")
        for _ in range(4):
            server.answer(json={"number": 1})
        below = control.at("/w/1")

        assert below.get("/deliveries", type=None, after=0, wait_s=0.5) == {"number": 1}
        assert below.get("/deliveries") == {"number": 1}
        assert control.post("/worlds", {"choices": {}}) == {"number": 1}
        assert control.call("DELETE", "/worlds/1", token="tok_1") == {"number": 1}
        control.close()

    asked = [(each.method, each.target) for each in server.requests]
    assert asked == [
        *(("GET", "/w/1/deliveries?after=0&wait_s=0.5"), ("GET", "/w/1/deliveries")),
        *(("POST", "/worlds"), ("DELETE", "/worlds/1")),
    ]
    assert [each.headers["Content-Type"] for each in server.requests] == [None, None, "application/json", None]
    assert [each.headers["Authorization"] for each in server.requests] == [None, None, None, "Bearer tok_1"]
    assert (json.loads(server.requests[2].body), server.requests[3].body) == ({"choices": {}}, b"")
    assert len({each.connection for each in server.requests}) == 1, "all over one connection"


def test_what_is_answered() -> None:
    """JSON, another text, or nothing; from 400 on it is an error that says what was asked and answered."""
    with scripted_server() as server:
        control = Control(server.url)
        server.answer(204)
        server.answer(399, json=[1])
        server.answer(body=b"accounts = []", headers={"Content-Type": "text/plain"})
        server.answer(400, body="no such thing: é".encode())

        assert (control.get("/a"), control.get("/b"), control.get("/c")) == (None, [1], "accounts = []")
        with pytest.raises(SimulatorError, match=r"^the simulator answers GET /d with 400: no such thing: é$"):
            control.get("/d")
        control.close()


def test_a_connection_that_was_closed_meanwhile() -> None:
    """Where the simulator has closed a kept connection a new one is made, and the old one is let go."""
    files = open_files()
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:

        def answer_and_close() -> None:
            with server.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        control = Control(url)
        for _ in range(2):
            answering = pool.submit(answer_and_close)
            assert control.get("/a") == {}
            answering.result()
    with pytest.raises(SimulatorError, match=f"the simulator at {url} does not answer GET /a: "):
        control.get("/a")

    assert open_files() <= files


def test_a_kept_connection_is_used_again() -> None:
    """One call after the other goes over the same one, each with a time limit of its own."""
    with scripted_server() as server:
        control = Control(server.url)
        server.answer(json={})
        control.get("/a")
        given_up = threading.Event()
        server.answer(json={}, held_until=given_up)
        with pytest.raises(SimulatorError, match="does not answer GET /b: timed out"):
            control.call("GET", "/b", limit_s=0.05)
        server.wait_for_requests(2)
        given_up.set()
        control.close()

    assert len({each.connection for each in server.requests}) == 1


def test_connections_are_ended(wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """Whoever is done with a simulator lets go of what was kept, and can begin again."""
    files = open_files()
    with scripted_server() as server:
        control = Control(server.url)
        for _ in range(2):
            server.answer(json={})
            control.get("/a")
            control.close()
    assert len({each.connection for each in server.requests}) == 2

    # The server's ends go when it has read that of the client.
    wait_until(lambda: open_files() <= files)
