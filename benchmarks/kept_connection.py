"""A client on one kept connection that costs next to nothing: requests are bytes that were made before."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import TracebackType

_LIMIT_S = 60.0


class RefusedCall(Exception):
    """The server did not do what was to be timed."""


class KeptConnection:
    """One connection to a server; answers must say how long they are."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host = address.netloc
        self._socket = socket.create_connection((address.hostname or "", address.port or 80), timeout=_LIMIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _traceback: TracebackType | None) -> None:
        self._socket.close()

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """Return a request as bytes."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join((*lines, "", "")).encode() + body

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer.

        Raises:
            RefusedCall: it is none of 2xx.
        """
        self._socket.sendall(request)
        return self._take()

    def ask_many(self, request: bytes, count: int) -> None:
        """Send a request so many times at once, and wait for all answers."""
        self._socket.sendall(request * count)
        for _ in range(count):
            self._take()

    def times_s(self, request: bytes, count: int) -> list[float]:
        """Return how long each of so many calls took, one after the other."""
        times = []
        for _ in range(count):
            begun = time.perf_counter()
            self.ask(request)
            times.append(time.perf_counter() - begun)
        return times

    def _take(self) -> bytes:
        while (end := self._read.find(b"\r\n\r\n")) < 0:
            self._more()
        head = self._read[:end].lower()
        if not head.startswith(b"http/1.1 2"):
            raise RefusedCall(self._read[:500])
        found = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        length = end + 4 + int(found or 0)
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[end + 4 : length], self._read[length:]
        return body

    def _more(self) -> None:
        received = self._socket.recv(1 << 20)
        if not received:
            raise RefusedCall("the connection was closed")
        self._read += received
