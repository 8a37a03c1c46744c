"""Reading requests from a connection's bytes: framing, sizes, header spelling and order.

httptools finds the parts; what is kept of them, and what is too much, is decided here. Sockets and time limits are the
connection's job (`protocol`).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import httptools

from cronofy_cli.core.notifications.deliveries import ReceivedRequest
from cronofy_cli.receiver.responses import CONTINUE, Exchange, Persistence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Headers
    from cronofy_cli.receiver.gate import Gate, Limits

_FRAMING = (b"content-length", b"transfer-encoding")


def take_no_note(_: object) -> None:
    """Stand for a call that nobody wants."""


class _RefusedError(Exception):
    """Raised in a callback, because that is how a parser is stopped. It never leaves `feed`."""


class RequestReader:
    """One connection's requests. Called back by httptools between a request's first byte and its last."""

    def __init__(
        self,
        *,
        gate: Gate,
        limits: Limits,
        clock: Callable[[], datetime],
        on_answer: Callable[[], None],
        on_refused: Callable[[int], None] = take_no_note,
    ) -> None:
        """`on_refused` is called with the status of what would have entered, had it kept within the limits."""
        self._gate = gate
        self._limits = limits
        self._clock = clock
        self._on_answer = on_answer
        self._on_refused = on_refused
        self._parser = httptools.HttpRequestParser(self)
        self._found: list[Exchange] = []
        self._lines: list[tuple[bytes, bytes]] = []
        self._headers: Headers = ()
        self._url = b""
        self._target = b""
        self._method = b""
        self._refusal: int | None = None
        self._stop_status: int | None = None
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._wire_bytes = 0
        """Of the request that is being read; without the chunk in which it began, if another request ended in that."""
        self._chunk_bytes = 0
        self._may_be_longer = False
        """Whether a part of the head came in a chunk that was not counted."""
        self._is_in_head = False
        self._is_resuming = False
        self.is_reading = False
        """Whether a request has begun and not ended."""
        self.has_begun = False
        """Whether the last feed held a request's first byte."""
        self.is_finished = False
        """Whether nothing more is to be read: the sender said so, or sent what cannot be read on from."""

    def feed(self, data: memoryview) -> list[Exchange]:
        """Return, in order, the requests that `data` completes and the answers that can be given without them.

        Nothing refers to `data` afterwards.
        """
        self._found = []
        self.has_begun = False
        self._chunk_bytes = len(data)
        rest: memoryview | None = data
        try:
            while rest:
                rest = self._parse(rest)
        except httptools.HttpParserError as error:
            if self._stop_status is None and isinstance(error, httptools.HttpParserCallbackError):
                raise
            # After `Connection: close` more bytes are an error to the parser and nothing to us.
            if not self.is_finished:
                self._found.append(self.refuse(self._stop_status or 400))
        if self.is_reading and not self.is_finished and not (self.has_begun and self._found):
            self._count()
        if self.has_begun:
            self._may_be_longer = bool(self._found)
        return self._found

    def refuse(self, status: int) -> Exchange:
        """Give up on the request that is being read; what follows on the connection cannot be understood any more."""
        self.is_finished = True
        self.is_reading = True
        # Before the end of a head only its target may be known.
        if self._gate.refusal(self._method or b"POST", self._url) is None:
            self._on_refused(status)
        return Exchange(None, status, Persistence.CLOSE, self._on_answer)

    def on_message_begin(self) -> None:
        """Called by httptools at a request's first byte."""
        self.is_reading = True
        self.has_begun = True
        self._is_in_head = True
        self._lines = []
        self._url = b""
        self._method = b""
        self._body = []
        self._body_bytes = 0
        self._wire_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Called by httptools with the target, or a part of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by httptools with each header line. A trailer's lines come after the head and are left out."""
        self._lines.append((name, value))

    def on_headers_complete(self) -> None:
        """Called by httptools at the end of the head."""
        self._is_in_head = False
        if self._is_resuming:
            self._is_resuming = False
            return
        self._headers = tuple(self._lines)
        self._target = self._url
        self._method = self._parser.get_method()
        self._refusal = None
        if self._is_head_too_big():
            self._stop(431)
        self._refusal = self._gate.refusal(self._method, self._url)
        if self._value(b"expect").lower() == b"100-continue" and self._parser.get_http_version() != "1.0":
            self._decide_on_body()

    def on_body(self, part: bytes) -> None:
        """Called by httptools with each part of the body."""
        self._body_bytes += len(part)
        if self._body_bytes > self._limits.body_bytes:
            self._stop(413)
        if self._refusal is None:
            self._body.append(part)

    def on_message_complete(self) -> None:
        """Called by httptools at a request's last byte."""
        if self._parser.should_upgrade():
            return
        self.is_reading = False
        persistence = self._persistence()
        self.is_finished = persistence is Persistence.CLOSE
        request = self._request() if self._refusal is None else None
        self._found.append(Exchange(request, self._refusal, persistence, self._on_answer))

    def _parse(self, data: memoryview) -> memoryview | None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return memoryview(self._ignore_upgrade() + bytes(data[upgrade.args[0] :]))
        return None

    def _ignore_upgrade(self) -> bytes:
        """Go on as if no upgrade had been offered, which a server may (RFC 9110, 7.8).

        The parser stops before the body of such a request. Java's HttpClient offers h2c with every plain one. A fresh
        parser is given a head that frames the body in the same way.
        """
        framing = [line for line in self._headers if line[0].lower() in _FRAMING]
        if not self._parser.should_keep_alive():
            framing.append((b"Connection", b"close"))
        version = self._parser.get_http_version().encode()
        self._parser = httptools.HttpRequestParser(self)
        self._is_resuming = True
        return b"POST / HTTP/%s\r\n%s\r\n" % (version, b"".join(b"%s: %s\r\n" % line for line in framing))

    def _decide_on_body(self) -> None:
        """Answer a sender that asks before it sends the body."""
        length = self._value(b"content-length")
        if self._refusal is not None:
            self._stop(self._refusal)
        if length and int(length) > self._limits.body_bytes:
            self._stop(413)
        self._found.append(Exchange(None, CONTINUE, Persistence.KEEP, self._on_answer))

    def _count(self) -> None:
        """Bound what the parser holds back: an unfinished line, chunk sizes and their extensions, a trailer."""
        self._wire_bytes += self._chunk_bytes
        head, body = self._limits.head_bytes, 2 * self._limits.body_bytes
        if self._wire_bytes > (head if self._is_in_head else head + body):
            self._found.append(self.refuse(431 if self._is_in_head else 413))

    def _is_head_too_big(self) -> bool:
        if len(self._headers) > self._limits.head_lines:
            return True
        # Almost always everything that was read is small enough: then nothing needs to be added up.
        if not self._may_be_longer and self._wire_bytes + self._chunk_bytes <= self._limits.head_bytes:
            return False
        request_line = len(self._method) + len(self._url) + len("  HTTP/1.1\r\n")
        lines = sum(map(len, chain.from_iterable(self._headers))) + len(": \r\n") * len(self._headers)
        return request_line + lines > self._limits.head_bytes

    def _stop(self, status: int) -> None:
        self._stop_status = status
        raise _RefusedError

    def _value(self, lower_name: bytes) -> bytes:
        size = len(lower_name)
        for name, value in self._headers:
            if len(name) == size and name.lower() == lower_name:
                return value
        return b""

    def _persistence(self) -> Persistence:
        if not self._parser.should_keep_alive():
            return Persistence.CLOSE
        return Persistence.KEEP_HTTP_1_0 if self._parser.get_http_version() == "1.0" else Persistence.KEEP

    def _request(self) -> ReceivedRequest:
        body = self._body
        return ReceivedRequest(
            received_at=self._clock(),
            method=self._method.decode(),
            target=self._target.decode("utf-8", "surrogateescape"),
            headers=self._headers,
            body=body[0] if len(body) == 1 else b"".join(body),
        )
