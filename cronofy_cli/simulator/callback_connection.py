"""Posting over kept connections on the event loop, at the cost of little more than the bytes.

A notification costs a fifth of a millisecond so; a general client takes twenty times that, which 50 channels feel.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import httptools

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from urllib.parse import SplitResult

MAX_IDLE: Final = 32
"""Connections that are kept for each origin."""
MAX_ANSWER_BYTES: Final = 64 * 1024
"""Of an answer; it is read only so that the connection can be used again."""
_FIRST_FINAL: Final = 200
_PIECE: Final = 65536
_SAFE: Final = "%/:@!$&'()*+,;=~-._[]"


class BrokenAnswer(Exception):
    """The answer is not HTTP, or the connection ended amid it."""


class _Answer:
    """What the parser finds."""

    def __init__(self) -> None:
        self.status = 0
        """Of the head that is complete; 0 before."""
        self.keeps = False
        """Whether the connection goes on after it; else the answer may end with the connection."""
        self.is_complete = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise BrokenAnswer(str(error) or "this is no HTTP") from error

    def on_headers_complete(self) -> None:
        self.status = int(self._parser.get_status_code())
        self.keeps = bool(self._parser.should_keep_alive())

    def on_message_complete(self) -> None:
        self.is_complete = self.status >= _FIRST_FINAL


class Connections:
    """The connections to applications, by origin."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int, bool], list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], tls: ssl.SSLContext | None) -> int:
        """Post, and return the answer's status. Redirects are not followed.

        Raises:
            BrokenAnswer: the answer is not HTTP, or ends too early.
            OSError: there is no connection, or it breaks.
            ValueError: the URL is none.
        """
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError(f"'{url}' has no host")
        origin = parts.hostname, parts.port or (443 if tls else 80), tls is not None
        request = _request(parts, body, headers)
        idle = self._idle.setdefault(origin, [])
        while idle:
            reader, writer = idle.pop()
            if not writer.is_closing() and not reader.at_eof():
                return await self._exchange(origin, reader, writer, request)
            writer.close()
        reader, writer = await asyncio.open_connection(origin[0], origin[1], ssl=tls)
        return await self._exchange(origin, reader, writer, request)

    async def close(self) -> None:
        """Close what is kept."""
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
        self._idle.clear()

    async def _exchange(
        self,
        origin: tuple[str, int, bool],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        request: bytes,
    ) -> int:
        is_kept = False
        try:
            writer.write(request)
            await writer.drain()
            answer, received = _Answer(), 0
            while not answer.is_complete and received <= MAX_ANSWER_BYTES:
                data = await reader.read(_PIECE)
                if not data:
                    return _status_at_end(answer)
                received += len(data)
                answer.feed(data)
            is_kept = answer.is_complete and answer.keeps and len(self._idle[origin]) < MAX_IDLE
            return _known(answer.status)
        finally:
            if is_kept:
                self._idle[origin].append((reader, writer))
            else:
                writer.close()


def _status_at_end(answer: _Answer) -> int:
    """Return the status of an answer that ends with its connection: only one that says no length may."""
    if answer.status == 0:
        raise BrokenAnswer("the connection was closed without an answer")
    if answer.keeps:
        raise BrokenAnswer("the connection was closed amid the answer")
    return _known(answer.status)


def _known(status: int) -> int:
    if status < _FIRST_FINAL:
        raise BrokenAnswer("the answer has no status")
    return status


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=f"{_SAFE}?")
    host = parts.netloc.rpartition("@")[2]
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    lines = [f"POST {path}{f'?{query}' if query else ''} HTTP/1.1", f"Host: {host}", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
