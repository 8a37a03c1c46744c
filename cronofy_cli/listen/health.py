"""What supervisors and scripts ask of a run: `/healthz`, `/livez` and `/metrics`.

On a socket of its own: the one that the public address leads to serves nothing but the callback path.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.exposition import CONTENT_TYPE
from cronofy_cli.core.health import Health
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.listen.options import ListenOptions

PATH: Final = "/healthz"
HOST: Final = "127.0.0.1"
_TICK_S: Final = 0.1
"""How long the end may be noticed late."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a path is answered."""

    status: int
    content_type: str
    body: bytes


def pages(
    health: Callable[[], Health], is_alive: Callable[[], bool], metrics: Callable[[Health], bytes]
) -> dict[str, Callable[[], Page]]:
    """Return what is served: each is asked at each request."""

    def healthz() -> Page:
        from cronofy_cli.output.documents.running import HealthDocument

        now = health()
        is_ready = now is Health.READY
        return Page(200 if is_ready else 503, "application/json", HealthDocument(ready=is_ready, health=now).encode())

    def livez() -> Page:
        return Page(200 if is_alive() else 503, "text/plain", b"")

    return {PATH: healthz, "/livez": livez, "/metrics": lambda: Page(200, CONTENT_TYPE, metrics(health()))}


def server_for(
    options: ListenOptions, pages: Mapping[str, Callable[[], Page]], on_failed: OnFailed
) -> HealthServer | None:
    """Return the server that a run is to have, not started yet."""
    if options.health_port is None:
        return None
    return HealthServer(options.health_port, pages, on_failed, host=options.address.bind)


class HealthServer(Worker):
    """Serves pages on a port, of this machine alone unless another `host` is named."""

    def __init__(
        self, port: int, pages: Mapping[str, Callable[[], Page]], on_failed: OnFailed, *, host: str = HOST
    ) -> None:
        super().__init__("health", on_failed)
        self._host = host
        self._port = port
        self._pages = pages
        self._server: ThreadingHTTPServer | None = None

    def stop(self, limit_s: float = 2.0) -> bool:
        """Serve nothing more."""
        return super().stop(limit_s)

    def _open(self, stack: ExitStack) -> None:
        try:
            server = _server_of(self._host)((self._host, self._port), _handler_for(self._pages))
        except OSError as error:
            raise WrongUsage(
                f"port {self._port} cannot be used for {PATH}: {error.strerror or error}",
                hint="choose another: --health-port PORT",
            ) from error
        self._server = stack.enter_context(server)
        server.timeout = _TICK_S

    def _work(self) -> None:
        assert self._server is not None
        while not self._ending.is_set():
            self._server.handle_request()

    @property
    def url(self) -> str:
        """The address to ask about health, as this machine reaches it."""
        assert self._server is not None
        address = ip_address(self._host)
        host = str(address) if not address.is_unspecified else "::1" if address.version == 6 else HOST
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}{PATH}"


def _server_of(host: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        """Of the address's own family."""

        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def server_bind(self) -> None:
            # HTTPServer's own looks the host up by its address, which can take seconds.
            TCPServer.server_bind(self)
            self.server_port = self.server_address[1]

    return Server


def _handler_for(pages: Mapping[str, Callable[[], Page]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET on the paths of the pages."""

        timeout = 5

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            answer = Page(404, "application/json", b"") if page is None else page()
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Log nothing: stderr is for people."""

    return Handler
