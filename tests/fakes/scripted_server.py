"""A real HTTP server on loopback that plays scripted answers and holds the client to the script.

An answer left unused, or a request that no answer was scripted for, fails the test when the server is closed.
"""

from __future__ import annotations

import json as json_module
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from email.message import Message

WAIT_LIMIT_S = 60.0
"""How long a test that waits for a request waits at most."""
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as the server read it."""

    method: str
    target: str
    headers: Message
    """Finds names whatever their spelling."""
    body: bytes
    connection: tuple[str, int]
    """The client's end: the same for all requests of one connection."""


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """What the server does with one request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    only_for: str | None = None
    """The request that it is meant for, such as `GET /v1/channels`; None for any."""
    drop_after: int | None = None
    """Cut the connection after so many bytes of the answer; 0 says nothing at all."""
    held_until: threading.Event | None = None
    """Wait for this before answering."""
    delay_s: float = 0


class ScriptedServer:
    """The script, what came of it, and the address. Made by `scripted_server()`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[RecordedRequest] = []
        self._script: list[ScriptedAnswer] = []
        self._problems: list[str] = []
        self._changed = threading.Condition()
        self._closing = threading.Event()

    def answer(
        self,
        status: int = 200,
        *,
        json: object = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        only_for: str | None = None,
        drop_after: int | None = None,
        held_until: threading.Event | None = None,
        delay_s: float = 0,
    ) -> None:
        """Script the next answer; `json` is encoded and labelled as such."""
        if json is not None:
            body = json_module.dumps(json).encode()
            headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        scripted = ScriptedAnswer(status, headers or {}, body, only_for, drop_after, held_until, delay_s)
        with self._changed:
            self._script.append(scripted)

    def wait_for_requests(self, number: int) -> None:
        """Wait until so many requests have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= number, WAIT_LIMIT_S):
                raise AssertionError(f"{len(self.requests)} requests came, not {number}")

    def take(self, request: RecordedRequest) -> ScriptedAnswer:
        """Record a request and return what to answer."""
        asked = f"{request.method} {request.target}"
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
            if not self._script:
                self._problems.append(f"unexpected request: {asked}")
                return ScriptedAnswer(status=418)
            scripted = self._script.pop(0)
            if scripted.only_for is not None and scripted.only_for != asked:
                self._problems.append(f"expected {scripted.only_for}, got {asked}")
        return scripted

    def pause(self, scripted: ScriptedAnswer) -> None:
        """Wait as the script says, at most until the server closes."""
        held_until = scripted.held_until
        while held_until is not None and not self._closing.is_set() and not held_until.wait(_LOOK_S):
            pass
        self._closing.wait(scripted.delay_s)

    def close(self) -> None:
        """Let delayed answers go."""
        self._closing.set()

    def check(self) -> None:
        """Fail when the script was not played exactly."""
        unused = [f"unused answer: {each.status} {each.only_for or 'for any request'}" for each in self._script]
        if self._problems or unused:
            raise AssertionError("; ".join(self._problems + unused))


@contextmanager
def scripted_server(
    *, tls: ssl.SSLContext | None = None, port: int = 0, hang_up_first: int = 0
) -> Iterator[ScriptedServer]:
    """Serve a script on loopback.

    `tls` makes it https. The first `hang_up_first` connections are closed as soon as they are made.
    """
    http = _HttpServer(("127.0.0.1", port), _Handler)
    http.tls = tls
    http.hang_ups_left = hang_up_first
    http.script = ScriptedServer(f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}")
    serving = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    serving.start()
    try:
        yield http.script
        http.script.check()
    finally:
        http.script.close()
        http.shutdown()
        http.server_close()
        serving.join()


class _HttpServer(ThreadingHTTPServer):
    # A kept connection's thread ends when the client closes it, which may be after the test.
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tls: ssl.SSLContext | None
    hang_ups_left: int
    script: ScriptedServer

    def verify_request(self, *_: object) -> bool:
        self.hang_ups_left -= 1
        return self.hang_ups_left < 0

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is part of many scripts."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _HttpServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        script = self.server.script
        scripted = script.take(RecordedRequest(self.command, self.path, self.headers, body, self.client_address))
        script.pause(scripted)
        answer = _encode(scripted)
        if scripted.drop_after is None:
            self.wfile.write(answer)
            return
        self.wfile.write(answer[: scripted.drop_after])
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._serve()


def _encode(scripted: ScriptedAnswer) -> bytes:
    length = {} if scripted.status == 204 else {"Content-Length": str(len(scripted.body))}
    lines = [f"{name}: {value}" for name, value in {**length, **scripted.headers}.items()]
    head = "\r\n".join([f"HTTP/1.1 {scripted.status} Scripted", *lines])
    return f"{head}\r\n\r\n".encode("latin-1") + scripted.body
