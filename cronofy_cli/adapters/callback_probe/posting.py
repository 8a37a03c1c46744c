"""One POST to a callback URL and its response, within one limit for all of it. Redirects are never followed.

Cronofy counts a response of 200-299 within 5 seconds as success (docs: /developers/push-notifications/).
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from cronofy_cli import __version__
from cronofy_cli.adapters.callback_probe.connection import open_connection, time_left_s
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping, Sequence

    from cronofy_cli.adapters.callback_probe.target import ProbeTarget

_PIECE: Final = 65536
_MOST_BYTES: Final = 1_000_000
"""Of a response; whoever sends more has responded."""
_FIRST_FINAL_STATUS: Final = 200


@dataclass(frozen=True, slots=True)
class Response:
    """The response to a POST."""

    status: int
    duration_ms: float
    """From the first packet of the connection to the end of the response."""
    location: str | None = None
    """Where a redirect leads."""


def post(
    target: ProbeTarget,
    addresses: Sequence[str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    trust: ssl.SSLContext,
    limit_s: float,
) -> Response | ProbeFailure:
    """Post `body` over a connection of its own, which the server must prove to be its own if it speaks TLS."""
    begun = monotonic()
    deadline = begun + limit_s
    connection = open_connection(addresses, target.port, deadline)
    if isinstance(connection, ProbeFailure):
        return connection
    try:
        with _secured(connection, target, trust, deadline) as secured:
            secured.sendall(_encode(target, headers, body))
            response = _read_answer(secured, deadline)
    except TimeoutError:
        return ProbeFailure(Failure.ANSWER_TIMED_OUT, f"no complete response within {limit_s:g} s")
    except OSError as error:  # ssl.SSLError is one
        return ProbeFailure(Failure.CONNECTION_CLOSED, error.strerror or str(error))
    if isinstance(response, ProbeFailure):
        return response
    return Response(response.status, (monotonic() - begun) * 1000, response.location)


def _secured(connection: socket.socket, target: ProbeTarget, trust: ssl.SSLContext, deadline: float) -> socket.socket:
    connection.settimeout(time_left_s(deadline))
    # A handshake that fails closes the connection.
    return trust.wrap_socket(connection, server_hostname=target.host) if target.is_tls else connection


def _encode(target: ProbeTarget, headers: Mapping[str, str], body: bytes) -> bytes:
    fields = {
        "Host": target.authority,
        "User-Agent": f"cronofy-cli/{__version__}",
        "Accept": "*/*",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"POST {target.request_target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class _Reader:
    """What httptools reports of the response. Interim responses (1xx) are passed over."""

    def __init__(self) -> None:
        from httptools import HttpResponseParser

        self._parser = HttpResponseParser(self)
        self.status = 0
        self.location: str | None = None
        self._is_complete = False

    def is_complete(self) -> bool:
        """Whether the final response has ended."""
        return self._is_complete

    def feed(self, piece: bytes) -> None:
        """Take what has arrived.

        Raises:
            httptools.HttpParserError: it is not HTTP.
        """
        self._parser.feed_data(piece)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"location":
            self.location = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()

    def on_message_complete(self) -> None:
        self._is_complete = self.status >= _FIRST_FINAL_STATUS


def _read_answer(connection: socket.socket, deadline: float) -> _Reader | ProbeFailure:
    from httptools import HttpParserError

    reader, size = _Reader(), 0
    while not reader.is_complete() and size < _MOST_BYTES:
        connection.settimeout(time_left_s(deadline))
        piece = connection.recv(_PIECE)
        if not piece:
            break
        size += len(piece)
        try:
            reader.feed(piece)
        except HttpParserError as error:
            if reader.is_complete():  # what comes after the response does not matter
                break
            return ProbeFailure(Failure.NOT_HTTP, str(error))
    # The end of the connection ends a response without a length.
    if reader.status < _FIRST_FINAL_STATUS:
        return ProbeFailure(Failure.CONNECTION_CLOSED, "the connection was closed before a response")
    return reader
