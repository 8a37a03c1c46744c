"""A TCP server that keeps what it gets byte for byte, and answers what it is told."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S = 60.0
_INTERVAL_S = 0.02
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Receiver:
    """What came, and what is answered."""

    url: str
    port: int
    answer: bytes = OK
    rest: bytes = b""
    """Sent after the answer once `released` is set."""
    pieces: int = 0
    """How often a byte more follows the answer, at intervals."""
    hang_up: bool = False
    """Whether connections are closed without an answer."""
    released: threading.Event = field(default_factory=threading.Event)
    """While clear, connections stay open after the answer."""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


def _serve(connection: socket.socket, receiver: Receiver) -> None:
    with connection:
        connection.settimeout(LIMIT_S)
        try:
            request = _read(connection)
            receiver.requests.append(request)
            if receiver.hang_up:
                return
            connection.sendall(receiver.answer)
            for _ in range(receiver.pieces):
                connection.sendall(b"x")
                if receiver.released.wait(_INTERVAL_S):
                    break
            if receiver.rest:
                receiver.released.wait(LIMIT_S)
                connection.sendall(receiver.rest)
        except OSError:
            return  # The sender has stopped waiting.


def _read(connection: socket.socket) -> bytes:
    """Return a whole request with a length."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[16:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def receiving(address: str = "127.0.0.1") -> Iterator[Receiver]:
    """Serve a receiver on a free port of this machine, at one of its own addresses."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        receiver = Receiver(f"http://{host}:{port}/hook?user_id=42", port)
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                receiver.connections += 1
                threads.append(threading.Thread(target=_serve, args=(connection, receiver)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()
