"""A server on loopback that writes whatever bytes a test wants, at its own pace: what no decent HTTP server does."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ACCEPT_POLL_S = 0.02


class RawServer:
    """The address, and how many requests have come."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.requests = 0


@contextmanager
def raw_server(parts: Callable[[threading.Event], Iterable[bytes]]) -> Iterator[RawServer]:
    """Serve: read the head of each request, then write what `parts` yields, until the client or the test ends it.

    `parts` is given the event that the test's end sets, for waiting.
    """
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(ACCEPT_POLL_S)
        server = RawServer(listening.getsockname()[1])
        threads = [threading.Thread(target=_accept, args=(listening, server, parts, closing))]
        threads[0].start()
        try:
            yield server
        finally:
            closing.set()
            threads[0].join()


def _accept(
    listening: socket.socket,
    server: RawServer,
    parts: Callable[[threading.Event], Iterable[bytes]],
    closing: threading.Event,
) -> None:
    serving: list[threading.Thread] = []
    while not closing.is_set():
        with suppress(TimeoutError):
            connection, _ = listening.accept()
            serving.append(threading.Thread(target=_serve, args=(connection, server, parts, closing)))
            serving[-1].start()
    for thread in serving:
        thread.join()


def _serve(
    connection: socket.socket,
    server: RawServer,
    parts: Callable[[threading.Event], Iterable[bytes]],
    closing: threading.Event,
) -> None:
    connection.settimeout(60)
    with connection, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            read = connection.recv(65536)
            if not read:
                return
            head += read
        server.requests += 1
        for part in parts(closing):
            connection.sendall(part)
            if closing.is_set():
                return
