"""Sending to one target and taking its answer.

`http.client` writes header lines as it is given them, in their order and spelling, as bytes. Clients made for calling
APIs (httpx and what it stands on) merge, reorder or lower-case them, and add their own.
"""

from __future__ import annotations

import http.client
import select
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from cronofy_cli.adapters.history import Forward
from cronofy_cli.adapters.history.forwards import KEPT_BODY_BYTES
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.outbound.connection import reach, way_to
from cronofy_cli.outbound.errors import SendingFailed
from cronofy_cli.outbound.headers import forwarded_request
from cronofy_cli.outbound.timed_socket import Deadline, TimedSocket

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.connection import Way
    from cronofy_cli.outbound.request import OutgoingRequest
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target

_DRAINED_BYTES: Final = 1024 * 1024
"""How much of an answer is read so that the connection can be used again; after that a new one is cheaper."""

_CHUNK: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    head: bytes
    body: bytes
    is_cut: bool


class _Stale(Exception):
    """A kept connection ended before anything of an answer came: the target had closed it meanwhile."""


class Sender:
    """Sends to one target. Used by one thread at a time."""

    def __init__(
        self, target: Target, settings: SenderSettings, clock: Callable[[], datetime], *, way: Way | None = None
    ) -> None:
        """Take the target, and the way to it where that is known.

        Raises:
            WrongUsage: the environment names a proxy or certificates that cannot be used.
        """
        self.target = target
        self._settings = settings
        self._clock = clock
        self._way = way or way_to(target, settings)
        self._connection: http.client.HTTPConnection | None = None
        self._address: str | None = None
        self._host: str | None = None

    @property
    def address(self) -> str | None:
        """Where the target was found; None when the last connection did not come about."""
        return self._address

    def forward(self, delivery: Delivery, number: int = 1) -> Forward:
        """Hand a delivery on and return what is kept of that; `number` counts the attempts."""
        request = forwarded_request(delivery, self.target, self._settings.headers)
        return Forward(delivery.id or 0, self.target.url, number, self.send(request))

    def send(self, request: OutgoingRequest) -> Attempt:
        """Send a request and return what came of it. A failure is a result too."""
        started_at, begun_s = self._clock(), time.monotonic()
        answer: _Answer | None = None
        failed: SendingFailed | None = None
        try:
            answer = self._exchange(request, Deadline(self._settings.limit_s))
        except SendingFailed as error:
            failed = error
        except TimeoutError:
            failed = self._timed_out()
        if failed is not None or self._settings.is_trial:
            self.close()
        return Attempt(
            started_at=started_at,
            duration=timedelta(seconds=time.monotonic() - begun_s),
            address=self._address,
            status=answer.status if answer else None,
            failure=failed.failure if failed else None,
            reason=failed.reason if failed else None,
            answer_head=answer.head if answer else b"",
            answer_body=answer.body if answer else b"",
            is_cut=answer.is_cut if answer else False,
        )

    def probe(self) -> bool:
        """Whether the target accepts connections. The connection is kept for the next delivery."""
        self.close()
        try:
            self._connect(Deadline(self._settings.limit_s))
        except SendingFailed:
            return False
        return True

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, request: OutgoingRequest, deadline: Deadline) -> _Answer:
        if self._connection is not None and not self._is_readable():
            with suppress(_Stale):
                return self._ask(self._connection, request, deadline, is_kept=True)
        self.close()
        return self._ask(self._connect(deadline), request, deadline, is_kept=False)

    def _connect(self, deadline: Deadline) -> http.client.HTTPConnection:
        self._address = None
        reached = reach(self._way, deadline.left_s(), preferred=self._host)
        self._address = reached.address
        self._host = reached.address.rpartition(":")[0].strip("[]")
        self._connection = http.client.HTTPConnection(self.target.host, self.target.port)
        self._connection.response_class = _FinalResponse
        self._connection.sock = cast("socket.socket", TimedSocket(reached.socket, deadline))
        return self._connection

    def _is_readable(self) -> bool:
        """Whether the target has ended the connection, or sent something without a request: it cannot be used again."""
        timed = cast("TimedSocket | None", self._connection.sock if self._connection else None)
        return timed is None or bool(select.select([timed.socket], [], [], 0)[0])

    def _ask(
        self, connection: http.client.HTTPConnection, request: OutgoingRequest, deadline: Deadline, *, is_kept: bool
    ) -> _Answer:
        timed = cast("TimedSocket", connection.sock)
        timed.deadline = deadline
        try:
            self._write(connection, request)
            response = connection.getresponse()
        except TimeoutError as error:
            raise self._timed_out() from error
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            if is_kept:
                raise _Stale from error
            raise _closed() from error
        except http.client.HTTPException as error:
            raise SendingFailed(Failure.NOT_HTTP, f"the answer is not HTTP: {error!r}"[:200]) from error
        except OSError as error:
            raise SendingFailed(Failure.CONNECTION_CLOSED, error.strerror or str(error)) from error
        with closing(response):
            # `http.client` takes the end of the connection for the end of the headers.
            if timed.has_ended and self._settings.is_trial:
                raise _closed()
            return self._read(response)

    def _write(self, connection: http.client.HTTPConnection, request: OutgoingRequest) -> None:
        is_proxied = self._way.proxy is not None and self._way.tls is None
        path = f"{self.target.scheme}://{self.target.authority}{request.path}" if is_proxied else request.path
        lines = (*request.headers, *(self._way.proxy.lines if self._way.proxy and is_proxied else ()))
        try:
            connection.putrequest(request.method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in lines:
                connection.putheader(name, value)
        except (ValueError, http.client.InvalidURL) as error:
            raise SendingFailed(Failure.OTHER, f"it cannot be sent as HTTP: {error}") from error
        # Who answers before the whole body was read may also close: then the answer is there all the same.
        with suppress(BrokenPipeError):
            connection.endheaders(request.body)

    def _read(self, response: http.client.HTTPResponse) -> _Answer:
        most = KEPT_BODY_BYTES if self._settings.is_trial else _DRAINED_BYTES
        parts: list[bytes] = []
        size = 0
        try:
            while size <= most and (part := response.read1(_CHUNK)):
                parts += [part] if size < KEPT_BODY_BYTES else []
                size += len(part)
            is_broken = size <= most and bool(response.length)
        except (OSError, http.client.HTTPException) as error:
            if self._settings.is_trial:
                raise self._timed_out() if isinstance(error, TimeoutError) else _closed() from error
            is_broken = True
        if is_broken and self._settings.is_trial:
            raise _closed()
        if is_broken or size > most or response.will_close:
            self.close()
        body = b"".join(parts)[:KEPT_BODY_BYTES]
        return _Answer(response.status, _head(response), body, is_cut=is_broken or size > len(body))

    def _timed_out(self) -> SendingFailed:
        return SendingFailed(Failure.ANSWER_TIMED_OUT, f"no answer within {self._settings.limit_s:g} s")


class _FinalResponse(http.client.HTTPResponse):
    """Passes over all interim answers, such as 103 (RFC 9110, 15.2); `http.client` does so with 100 alone."""

    def begin(self) -> None:
        """Read status line and headers."""
        super().begin()
        while 100 <= self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # how it says that nothing was read yet
            super().begin()


def _closed() -> SendingFailed:
    return SendingFailed(Failure.CONNECTION_CLOSED, "the connection ended without a complete answer")


def _head(response: http.client.HTTPResponse) -> bytes:
    version = "1.0" if response.version == 10 else "1.1"
    lines = [f"HTTP/{version} {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.getheaders()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
