"""One connection to the listener: bytes in, answers out in the order of the requests, within the time limits.

What the bytes mean is the reader's job, what becomes of a request the handler's. The server owns the connections and
calls `expire` on each now and then: one timer for all costs less than one per request.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from cronofy_cli.receiver.reader import RequestReader, take_no_note
from cronofy_cli.receiver.responses import CONTINUE, Exchange, Persistence, answer_bytes

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.receiver.gate import Gate, Limits

Handler = Callable[[Exchange], None]
"""Takes an exchange with a request, and calls its `answer` once, now or later."""


_BUFFER_BYTES: Final = 64 * 1024


class Connection(asyncio.BufferedProtocol):
    """An HTTP/1.0 or 1.1 connection that may be kept for many requests, also pipelined ones.

    It owns the buffer that it is read into: for a plain `asyncio.Protocol`, 256 KiB are allocated for every read, which
    the system maps and unmaps each time.
    """

    def __init__(
        self,
        *,
        handler: Handler,
        gate: Gate,
        limits: Limits,
        clock: Callable[[], datetime],
        monotonic_s: Callable[[], float],
        on_made: Callable[[Connection], None],
        on_lost: Callable[[Connection], None],
        on_refused: Callable[[int], None] = take_no_note,
        answered: Counter[int] | None = None,
    ) -> None:
        """`on_made` is called at the begin of the connection, and `on_lost` at its end.

        `on_refused` is called with the status of what was meant for the listener and is beyond the limits. `answered`
        counts the answers by their status.
        """
        self._handler = handler
        self._limits = limits
        self._monotonic_s = monotonic_s
        self._on_made = on_made
        self._on_lost = on_lost
        self._answered = Counter[int]() if answered is None else answered
        self._reader = RequestReader(
            gate=gate, limits=limits, clock=clock, on_answer=self._send_answers, on_refused=on_refused
        )
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._unanswered: deque[Exchange] = deque()
        self._transport: asyncio.Transport | None = None
        self._deadline_s = 0.0
        self._is_stopping = False
        self.idle_since_s = 0.0
        """When the last answer left, or the connection was made."""

    @property
    def is_idle(self) -> bool:
        """Whether no request is being read or waits for its answer."""
        return not (self._reader.is_reading or self._unanswered)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio with the new connection."""
        self._transport = cast("asyncio.Transport", transport)
        self.idle_since_s = self._monotonic_s()
        self._deadline_s = self.idle_since_s + self._limits.request_s
        self._on_made(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Called by asyncio at the end, whoever ended it. What was received is recorded all the same."""
        self._transport = None
        self._unanswered.clear()
        self._on_lost(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Called by asyncio for a place to put what was sent."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Called by asyncio with the length of what was sent."""
        reader = self._reader
        if reader.is_finished or self._transport is None:
            return
        found = reader.feed(self._buffer[:nbytes])
        if reader.has_begun or found:
            # A request that goes on does not move its own limit, and empty lines between requests move none.
            self._deadline_s = self._monotonic_s() + self._limits.request_s
        self._take(found)

    def eof_received(self) -> bool:
        """Called by asyncio when nothing more will be sent; true keeps the connection until the answers have left."""
        self._reader.is_finished = True
        self._reader.is_reading = False
        return bool(self._unanswered)

    def pause_writing(self) -> None:
        """Called by asyncio when answers pile up: who does not read them is not read from."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by asyncio when the answers have left."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def expire(self, now_s: float) -> None:
        """End what has taken too long: with 408 a request that is still being sent, without a word anything else."""
        if self._transport is None or now_s < self._deadline_s:
            return
        if self._reader.is_reading and not self._reader.is_finished:
            self._take([self._reader.refuse(408)])
        else:
            self._transport.abort()

    def finish(self) -> None:
        """Close as soon as nothing is being read or answered."""
        self._is_stopping = True
        if not self._unanswered:
            self._rest()

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, exchanges: list[Exchange]) -> None:
        self._unanswered.extend(exchanges)
        for exchange in exchanges:
            if exchange.request is not None:
                self._handler(exchange)
            else:
                self._send_answers()

    def _send_answers(self) -> None:
        unanswered, transport = self._unanswered, self._transport
        if transport is None or not unanswered or transport.is_closing():
            return
        while unanswered and (status := unanswered[0].status) is not None:
            exchange = unanswered.popleft()
            transport.write(answer_bytes(status, exchange.persistence))
            if status != CONTINUE:
                self._answered[status] += 1
            if exchange.persistence is Persistence.CLOSE:
                self._is_stopping = True
        if not unanswered:
            self._rest()

    def _rest(self) -> None:
        """Nothing waits for an answer: wait for more, or part."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._reader.is_finished and self._reader.is_reading:
            # Closing with unread bytes resets the connection, which can destroy the answer on its way.
            self._deadline_s = self._monotonic_s() + self._limits.linger_s
            self._transport.write_eof()
        elif self._reader.is_finished or (self._is_stopping and not self._reader.is_reading):
            self._transport.close()
        elif not self._reader.is_reading:
            self.idle_since_s = self._monotonic_s()
            self._deadline_s = self.idle_since_s + self._limits.idle_s
