"""The public side of a tunnel, on a loopback port: it really forwards to the upstream, or answers as a provider does.

Header spelling and order, and the bytes of bodies, are kept.
"""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailers", "transfer-encoding", "upgrade", "content-length"})
UPSTREAM_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender gets."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Edge:
    """One public address. `refuse` answers instead of the upstream, given whether the upstream was tried."""

    def __init__(
        self, upstream: str, is_online: Callable[[], bool], refuse: Callable[[bool], Answer], port: int = 0
    ) -> None:
        self.upstream = urlsplit(upstream)
        self.is_online = is_online
        self.refuse = refuse
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.edge = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()

    def forward(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Return the upstream's answer, or a refusal."""
        if not self.is_online():
            return self.refuse(False)
        # As Go's dialer, and unlike Python's: an upstream on ::1 is not meant when localhost is asked for.
        connection = http.client.HTTPConnection(
            self.upstream.hostname or "127.0.0.1", self.upstream.port or 80, timeout=UPSTREAM_LIMIT_S
        )
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            reply = connection.getresponse()
            kept = tuple((name, value) for name, value in reply.getheaders() if name.lower() not in HOP_BY_HOP)
            return Answer(reply.status, kept, reply.read())
        except OSError:
            return self.refuse(True)
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    edge: Edge


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        """Forward whatever method it is."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._forward()

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = self.headers.get("Host") or ""
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP]
        headers += [
            ("X-Forwarded-For", self.client_address[0]),
            ("X-Forwarded-Host", host),
            ("X-Forwarded-Proto", "https"),
        ]
        answer = self.server.edge.forward(self.command, self.path, headers, body)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
