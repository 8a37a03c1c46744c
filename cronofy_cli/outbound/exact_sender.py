"""Sending one delivery to one target and taking its answer, over a connection that is kept.

`http.client` writes header lines as it is given them, in their order and spelling, as bytes. Clients made for calling
APIs (httpx and what it stands on) merge, reorder or lower-case them, and add their own.
"""

from __future__ import annotations

import http.client
import select
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Forward
from cronofy_cli.adapters.history.forwards import KEPT_BODY_BYTES
from cronofy_cli.outbound.connection import reach, tls_context
from cronofy_cli.outbound.failure import FailureKind, ForwardFailed
from cronofy_cli.outbound.headers import outgoing_headers, outgoing_target

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target

_DRAINED_BYTES: Final = 1024 * 1024
"""So much of an answer is read so that the connection can be used again; after that a new one is cheaper."""

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
    """One target's connection. Used by one thread at a time."""

    def __init__(self, target: Target, settings: SenderSettings, clock: Callable[[], datetime]) -> None:
        self.target = target
        self._settings = settings
        self._clock = clock
        self._tls = tls_context(target, insecure=settings.insecure)
        self._connection: http.client.HTTPConnection | None = None
        self._address: str | None = None
        self._host: str | None = None

    @property
    def address(self) -> str | None:
        """Where the target was found; None when the last connection did not come about."""
        return self._address

    def send(self, delivery: Delivery, attempt: int = 1) -> Forward:
        """Send a delivery and return what became of it. A failure is a result too."""
        started_at, begun_s = self._clock(), time.monotonic()
        answer: _Answer | None = None
        failure: ForwardFailed | None = None
        try:
            answer = self._exchange(delivery, _Deadline(self._settings.limit_s))
        except ForwardFailed as failed:
            failure = failed
            self.close()
        return Forward(
            delivery_id=delivery.id or 0,
            target=self.target.url,
            attempt=attempt,
            started_at=started_at,
            duration=timedelta(seconds=time.monotonic() - begun_s),
            address=self._address,
            status=answer.status if answer else None,
            failure=failure.kind.value if failure else None,
            reason=failure.reason if failure else None,
            answer_head=answer.head if answer else b"",
            answer_body=answer.body if answer else b"",
            is_cut=answer.is_cut if answer else False,
        )

    def probe(self) -> bool:
        """Whether the target accepts connections. The connection is kept for the next delivery."""
        self.close()
        try:
            self._connect(_Deadline(self._settings.limit_s))
        except ForwardFailed:
            return False
        return True

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, delivery: Delivery, deadline: _Deadline) -> _Answer:
        if self._connection is not None and not self._is_readable():
            with suppress(_Stale):
                return self._ask(self._connection, delivery, deadline, is_kept=True)
        self.close()
        return self._ask(self._connect(deadline), delivery, deadline, is_kept=False)

    def _connect(self, deadline: _Deadline) -> http.client.HTTPConnection:
        self._address = None
        reached = reach(self.target, self._tls, deadline.left_s(), preferred=self._host)
        self._address = reached.address
        self._host = reached.address.rpartition(":")[0].strip("[]")
        self._connection = http.client.HTTPConnection(self.target.host, self.target.port)
        self._connection.response_class = _FinalResponse
        self._connection.sock = reached.socket
        return self._connection

    def _is_readable(self) -> bool:
        """Whether the target has ended the connection, or sent what nobody asked for: it cannot be used again."""
        sock: socket.socket | None = self._connection.sock if self._connection else None
        return sock is None or bool(select.select([sock], [], [], 0)[0])

    def _ask(
        self, connection: http.client.HTTPConnection, delivery: Delivery, deadline: _Deadline, *, is_kept: bool
    ) -> _Answer:
        try:
            connection.sock.settimeout(deadline.left_s())
            self._write(connection, delivery)
            connection.sock.settimeout(deadline.left_s())
            response = connection.getresponse()
        except TimeoutError as error:
            raise ForwardFailed(FailureKind.TIME_LIMIT, f"no answer within {self._settings.limit_s:g} s") from error
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            if is_kept:
                raise _Stale from error
            raise ForwardFailed(FailureKind.CLOSED, "the connection ended without an answer") from error
        except http.client.HTTPException as error:
            raise ForwardFailed(FailureKind.NOT_HTTP, f"the answer is not HTTP: {error!r}"[:200]) from error
        except OSError as error:
            raise ForwardFailed(FailureKind.CLOSED, error.strerror or str(error)) from error
        return self._read(connection, response, deadline)

    def _write(self, connection: http.client.HTTPConnection, delivery: Delivery) -> None:
        request = delivery.request
        path = outgoing_target(request, self.target)
        connection.putrequest(request.method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in outgoing_headers(request, self.target, self._settings.headers, scheme=self._settings.scheme):
            connection.putheader(name, value)
        # Who answers before the whole body was read may also close: then the answer is there all the same.
        with suppress(BrokenPipeError):
            connection.endheaders(request.body)

    def _read(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: _Deadline
    ) -> _Answer:
        parts: list[bytes] = []
        size = 0
        try:
            while size <= _DRAINED_BYTES and (part := response.read1(_CHUNK)):
                parts += [part] if size < KEPT_BODY_BYTES else []
                size += len(part)
                if connection.sock is not None:
                    connection.sock.settimeout(deadline.left_s())
        except (OSError, http.client.HTTPException):
            # The status is there, which is what counts; the rest of the body is not.
            size += 1
            self.close()
        else:
            response.close()
            if size > _DRAINED_BYTES or response.will_close:
                self.close()
        body = b"".join(parts)
        return _Answer(
            response.status, _head(response), body[:KEPT_BODY_BYTES], is_cut=size > min(len(body), KEPT_BODY_BYTES)
        )


class _FinalResponse(http.client.HTTPResponse):
    """Passes over all interim answers, such as 103 (RFC 9110, 15.2); `http.client` does so with 100 alone."""

    def begin(self) -> None:
        """Read status line and headers."""
        super().begin()
        while 100 <= self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # how it says that nothing was read yet
            super().begin()


class _Deadline:
    """How much time is left of a limit, which may be none."""

    def __init__(self, limit_s: float | None) -> None:
        self._end_s = None if limit_s is None else time.monotonic() + limit_s

    def left_s(self) -> float | None:
        """Return the seconds left, at least a few milliseconds: zero would mean not to wait at all."""
        return None if self._end_s is None else max(self._end_s - time.monotonic(), 0.005)


def _head(response: http.client.HTTPResponse) -> bytes:
    version = "1.0" if response.version == 10 else "1.1"
    lines = [f"HTTP/{version} {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.getheaders()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
