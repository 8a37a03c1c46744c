"""`/healthz` for supervisors and scripts on this machine: 200 while notifications can arrive, 503 otherwise.

On a socket of its own: the one that the public address leads to serves nothing but the callback path.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

PATH: Final = "/healthz"


class HealthServer:
    """Serves `/healthz` on a loopback port, from entering to leaving. `is_ready` is asked at each request."""

    def __init__(self, port: int, is_ready: Callable[[], bool]) -> None:
        self._port = port
        self._is_ready = is_ready
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler_for(self._is_ready))
        except OSError as error:
            raise WrongUsage(
                f"port {self._port} cannot be used for {PATH}: {error.strerror or error}",
                hint="choose another: --health-port PORT",
            ) from error
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="health", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The address to ask."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"


def _handler_for(is_ready: Callable[[], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET on the one path."""

        timeout = 5

        def do_GET(self) -> None:
            ready = is_ready()
            status = 404 if self.path != PATH else 200 if ready else 503
            body = b"" if status == 404 else json.dumps({"ready": ready}).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: stderr is for people."""

    return Handler
