"""Cronofy's side of push notifications: posts bodies with signatures, one at a time or many at once."""

from __future__ import annotations

import asyncio
import http.client
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.core.signature import HEADER, digest
from cronofy_cli.simulator.world.settings import CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LIMIT_S = 60.0


def post(url: str, body: bytes, *, secret: str | None = CLIENT_SECRET, method: str = "POST") -> int:
    """Send a body, signed unless `secret` is None, and return the status of the answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_LIMIT_S)
    try:
        target = f"{address.path}?{address.query}" if address.query else address.path
        connection.request(method, target, body, _signed(body, secret))
        return connection.getresponse().status
    finally:
        connection.close()


class Burst:
    """Many notifications over several connections at once, each connection sending its next as soon as it may."""

    def __init__(self, url: str, count: int, *, connections: int, on_answer: Callable[[int], None]) -> None:
        """`on_answer` is called with the number of answers so far, after each."""
        self._address = urlsplit(url)
        self._numbers = iter(range(count))
        self._connections = connections
        self._on_answer = on_answer
        self.answered: dict[int, int] = {}
        """The status of the answer to each notification that was answered."""
        self.taken = 0
        """How many were answered 2xx."""

    @property
    def accepted(self) -> set[bytes]:
        """The bodies that were answered 2xx."""
        return {numbered_body(number) for number, status in self.answered.items() if 200 <= status < 300}

    def send(self) -> None:
        """Send until all are answered, or nobody answers any more."""
        asyncio.run(self._send())

    async def _send(self) -> None:
        await asyncio.gather(*(self._use_connection() for _ in range(self._connections)))

    async def _use_connection(self) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
            try:
                await self._exchange(reader, writer, self._numbers)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, numbers: Iterator[int]
    ) -> None:
        for number in numbers:
            writer.write(self._request(numbered_body(number)))
            head = await reader.readuntil(b"\r\n\r\n")
            self.answered[number] = status = int(head.split(b" ", 2)[1])
            self.taken += 200 <= status < 300
            self._on_answer(len(self.answered))

    def _request(self, body: bytes) -> bytes:
        lines = {"Host": self._address.netloc, "Content-Length": str(len(body)), **_signed(body, CLIENT_SECRET)}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"POST {self._address.path} HTTP/1.1\r\n{head}\r\n".encode() + body


def numbered_body(number: int) -> bytes:
    """Return a notification that can be told from the others."""
    return b'{"notification":{"type":"smart_invite","number":%d}}' % number


def _signed(body: bytes, secret: str | None) -> dict[str, str]:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return kind if secret is None else {**kind, HEADER: digest(body, secret)}
