"""`/healthz` for supervisors and scripts on this machine: 200 while notifications can arrive, 503 otherwise.

On a socket of its own: the one that the public address leads to serves nothing but the callback path.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from cronofy_cli.adapters.worker import OnFailed

PATH: Final = "/healthz"
_TICK_S: Final = 0.1
"""How long the end may be noticed late."""


class HealthServer(Worker):
    """Serves `/healthz` on a loopback port. `is_ready` is asked at each request."""

    def __init__(self, port: int, is_ready: Callable[[], bool], on_failed: OnFailed) -> None:
        super().__init__("health", on_failed)
        self._port = port
        self._is_ready = is_ready
        self._server: ThreadingHTTPServer | None = None

    def stop(self, limit_s: float = 2.0) -> bool:
        """Serve nothing more."""
        return super().stop(limit_s)

    def _open(self, stack: ExitStack) -> None:
        try:
            server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler_for(self._is_ready))
        except OSError as error:
            raise WrongUsage(
                f"port {self._port} cannot be used for {PATH}: {error.strerror or error}",
                hint="choose another: --health-port PORT",
            ) from error
        self._server = stack.enter_context(server)
        server.daemon_threads = True
        server.timeout = _TICK_S

    def _work(self) -> None:
        assert self._server is not None
        while not self._ending.is_set():
            self._server.handle_request()

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
