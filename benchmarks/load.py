"""A load generator: many kept connections, one notification after the other on each, for a while.

    python load.py URL SIGNATURE CONNECTIONS SECONDS < BODY

Prints what was answered within the time as JSON. Any answer but 2xx ends it with an error. Sockets and epoll alone, so
that it is quicker than what it measures.
"""

from __future__ import annotations

import json
import select
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_END = b"\r\n\r\n"
_LAST_ANSWERS_S = 5.0


@dataclass(slots=True)
class Connection:
    """A connection with one request under way."""

    socket: socket.socket
    asked_at: float = 0.0
    answer: bytes = b""


@dataclass(slots=True)
class Load:
    """The connections, and how long each answer took."""

    request: bytes
    connections: dict[int, Connection]
    took_s: list[float] = field(default_factory=list)

    def ask(self, connection: Connection) -> None:
        """Send the request on a connection."""
        connection.asked_at = time.perf_counter()
        connection.socket.sendall(self.request)

    def take(self, connection: Connection) -> bool:
        """Read what has come; whether the answer is complete."""
        received = connection.socket.recv(65536)
        connection.answer += received
        if not received:
            sys.exit("the connection was closed")
        if not connection.answer.endswith(_END):
            return False
        if not connection.answer.startswith(b"HTTP/1.1 2"):
            sys.exit(f"refused: {connection.answer!r}")
        self.took_s.append(time.perf_counter() - connection.asked_at)
        connection.answer = b""
        return True


def main(url: str, signature: str, connections: int, seconds: float) -> None:
    """Load the server and print what came of it."""
    load = _connected(url, signature, connections, sys.stdin.buffer.read())
    poll = select.epoll()
    for number in load.connections:
        poll.register(number, select.EPOLLIN)
    begun = time.perf_counter()
    for connection in load.connections.values():
        load.ask(connection)
    while time.perf_counter() - begun < seconds:
        for number, _ in poll.poll(1):
            if load.take(load.connections[number]):
                load.ask(load.connections[number])
    answered, elapsed_s = len(load.took_s), time.perf_counter() - begun
    _await_last_answers(load, poll, waiting=connections)
    median_ms = statistics.median(load.took_s[:answered]) * 1000
    sys.stdout.write(json.dumps({"requests_per_s": answered / elapsed_s, "median_ms": median_ms}))


def _connected(url: str, signature: str, connections: int, body: bytes) -> Load:
    parts = urlsplit(url)
    assert parts.hostname is not None
    request = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Cronofy-HMAC-SHA256: {signature}\r\nContent-Length: {len(body)}{_END.decode()}"
    ).encode() + body
    opened = [socket.create_connection((parts.hostname, parts.port or 80)) for _ in range(connections)]
    for each in opened:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Load(request, {each.fileno(): Connection(each) for each in opened})


def _await_last_answers(load: Load, poll: select.epoll, *, waiting: int) -> None:
    """Every connection has a request under way: what they cost belongs to this turn, not to the next one's."""
    deadline = time.monotonic() + _LAST_ANSWERS_S
    while waiting and time.monotonic() < deadline:
        for number, _ in poll.poll(1):
            waiting -= load.take(load.connections[number])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
