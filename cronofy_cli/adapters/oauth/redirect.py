"""Catching the redirect at the end of a sign-in: a small HTTP server on loopback that answers once.

The query holds the code, so it is never logged. Browsers also ask for icons, and scanners for anything: they get 404.
"""

from __future__ import annotations

import errno
import os
import socketserver
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qs, urlsplit

from cronofy_cli.core.accounts.oauth import CALLBACK_PATH, is_same_state, redirect_uri
from cronofy_cli.errors import TimeLimitReached, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><title>cronofy</title>'
    '<body style="font: 16px system-ui; margin: 4em auto; max-width: 30em"><p>{}</p>'
)
_POLL_S: Final = 0.05
_SLOWEST_CLIENT_S: Final = 5


class RedirectCatcher:
    """Waits for the browser on a fixed loopback port. A context manager; the port is bound on entering.

    `on_foreign` is called, from another thread, for a redirect with another state: it is refused and waited past.
    `again` is the command that starts over, for hints.
    """

    def __init__(self, port: int, state: str, *, on_foreign: Callable[[], None], again: str) -> None:
        self._port = port
        self._state = state
        self._on_foreign = on_foreign
        self._again = again
        self._query: str | None = None
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        try:
            self._server = _Server(("127.0.0.1", self._port), _handler_for(self._judge, self._accept))
        except (OSError, OverflowError) as error:
            raise self._unusable(error) from error
        self._server.timeout = _POLL_S
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.server_close()

    def wait(self, limit_s: float) -> str:
        """Return the query of the redirect that belongs to this sign-in, success or refusal.

        Raises:
            TimeLimitReached: none came within the limit.
        """
        assert self._server is not None
        deadline = time.monotonic() + limit_s
        while self._query is None:
            if time.monotonic() > deadline:
                raise TimeLimitReached(
                    f"the browser did not come back within {limit_s:.0f} s",
                    hint=f"run it again, or open the page on any machine: {self._again} --no-browser",
                )
            self._server.handle_request()
        return self._query

    def _judge(self, query: str) -> tuple[int, str]:
        """Return the answer to a redirect: status and text."""
        found = {name: values[0] for name, values in parse_qs(query).items()}
        if not {"code", "error"} & found.keys():
            return HTTPStatus.NOT_FOUND, ""
        if not is_same_state(found.get("state", ""), self._state):
            self._on_foreign()
            return HTTPStatus.BAD_REQUEST, "This page belongs to another sign-in. Go back to the terminal."
        if "error" in found:
            return HTTPStatus.OK, "The sign-in did not finish. The terminal says why; you can close this tab."
        return HTTPStatus.OK, "Approved. You can close this tab and go back to the terminal."

    def _accept(self, query: str) -> None:
        self._query = query

    def _unusable(self, error: OSError | OverflowError) -> WrongUsage:
        is_in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        reason = "is in use" if is_in_use else f"cannot be used: {getattr(error, 'strerror', None) or error}"
        return WrongUsage(
            f"port {self._port}, which the redirect needs, {reason}",
            hint=f"end what uses it, or enter {redirect_uri('PORT')} in the Cronofy dashboard and run: "
            f"{self._again} --port PORT",
        )


class _Server(socketserver.ThreadingTCPServer):
    """A thread for each connection: browsers open some in advance and send nothing on them."""

    # Elsewhere the option lets two programs share a port.
    allow_reuse_address = os.name == "posix"
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that broke off or sent no HTTP; the request may hold the code."""


def _handler_for(
    judge: Callable[[str], tuple[int, str]], accept: Callable[[str], None]
) -> type[BaseHTTPRequestHandler]:
    class RedirectHandler(BaseHTTPRequestHandler):
        """Answers GET on the callback path."""

        timeout = _SLOWEST_CLIENT_S

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, told = judge(parts.query) if parts.path == CALLBACK_PATH else (HTTPStatus.NOT_FOUND, "")
            try:
                self._answer(status, _PAGE.format(told).encode() if told else b"")
            finally:
                # Only now, since the process may end as soon as the query is known, and the browser wants its page.
                if status == HTTPStatus.OK:
                    accept(parts.query)

        def do_HEAD(self) -> None:
            self._answer(HTTPStatus.NOT_FOUND, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response_only(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: the query holds the code."""

    return RedirectHandler
