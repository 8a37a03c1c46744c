"""`--timeout` bounds the whole command from its first moment, whatever Cronofy or a tunnel does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.raw_server import raw_server

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tests.support import Cli

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
BETWEEN_BYTES_S = 2.0
LIMIT_S = 45.0
"""Less than what the calls of the API may take by themselves: a minute each."""


def silence(closing: threading.Event) -> Iterator[bytes]:
    """Say nothing."""
    closing.wait()
    yield b""


def drip(closing: threading.Event) -> Iterator[bytes]:
    """A byte now and then, and never an end."""
    yield HEAD
    while not closing.wait(BETWEEN_BYTES_S):
        yield b" "


COMMANDS = [
    ("listen", "--tunnel", "none"),
    ("listen", "--tunnel", "none", "--calendar", "Work"),
    ("listen", "--tunnel", "none", "--since", "yesterday"),
    ("wait", "--listen"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("server_does", [silence, drip])
def test_the_api_hangs(
    server_does: Callable[[threading.Event], Iterator[bytes]], command: tuple[str, ...], cli: Cli
) -> None:
    """A server that accepts and says nothing, or a byte every two seconds, keeps no command beyond its limit."""
    with raw_server(server_does) as server:
        environment = {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        with cli.start(*command, "--timeout", "1s", environment=environment) as running:
            exit_code = running.end(LIMIT_S)

    assert (exit_code, running.lines) == (124, [])
    assert "within the time limit of 1 s" in "".join(running.errors) or "within 1s" in "".join(running.errors)
    assert any(line.startswith("hint: ") for line in running.errors)
