"""Serves an ASGI or WSGI application on a free port, for a test: by the standard library alone."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from concurrent.futures import CancelledError
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import iscoroutinefunction
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import HTTPServer

    Application = Callable[..., Any]

HOST = "127.0.0.1"
POLL_S = 0.01
LIMIT_S = 10.0


class Served:
    """An application that is served while the context lasts, at `url`.

    No generator: one that is not closed is, when Python ends, and would wait for threads that are gone by then.
    """

    def __init__(self, application: Application) -> None:
        self._resources = ExitStack()
        self._server: HTTPServer
        if _is_asgi(application):
            self._server = _asgi_server(self._resources.enter_context(_AsgiLoop(application)))
        else:
            server = _ThreadingWsgiServer((HOST, 0), _QuietWsgiHandler)
            server.set_app(application)
            self._server = server
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()
        self.url = f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Served:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._resources.close()


def _is_asgi(application: Application) -> bool:
    return iscoroutinefunction(application) or iscoroutinefunction(getattr(application, "__call__", None))  # noqa: B004 - its kind is asked


def _bind(server: HTTPServer) -> None:
    """Bind a server without looking up the host's name, which can take seconds."""
    TCPServer.server_bind(server)
    server.server_name, server.server_port = HOST, server.server_address[1]


class _Quiet:
    """A server that says nothing of clients that end their connection, as a simulator does at the end of a test."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[misc]


class _ThreadingHttpServer(_Quiet, ThreadingHTTPServer):
    def server_bind(self) -> None:
        _bind(self)


class _ThreadingWsgiServer(_Quiet, ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        _bind(self)
        self.setup_environ()


class _QuietWsgiHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""


def _asgi_server(loop: _AsgiLoop) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = loop.answer(self._scope(), body)
            self.send_response(status)
            for name, value in headers:
                if name.lower() != b"content-length":
                    self.send_header(name.decode("latin-1"), value.decode("latin-1"))
            has_body = status >= 200 and status not in {204, 304}
            if has_body:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if has_body and self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

        def _scope(self) -> dict[str, Any]:
            path, _, query = self.path.partition("?")
            return {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "http_version": "1.1",
                "method": self.command,
                "scheme": "http",
                "path": unquote(path),
                "raw_path": path.encode("latin-1"),
                "query_string": query.encode("latin-1"),
                "root_path": "",
                "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in self.headers.items()],
                "client": self.client_address,
                "server": self.server.server_address,
            }

    return _ThreadingHttpServer((HOST, 0), Handler)


class _AsgiLoop:
    """An event loop in a thread, on which an application is started, called and ended."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._to_lifespan: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._lifespan: asyncio.Task[None] | None = None
        self._state: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._is_ending = False

    def __enter__(self) -> _AsgiLoop:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(LIMIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_ending = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(2 * LIMIT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def answer(self, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Call the application; what it raises is a 500, and goes to stderr."""
        with self._lock:
            if self._is_ending:
                return 503, [], b""
            call = self._call(scope | {"state": dict(self._state)}, body)
            answered = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return answered.result()
        except CancelledError:
            return 503, [], b""

    async def _call(self, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        sent: list[dict[str, Any]] = []
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        try:
            await self._application(scope, receive, send)
        except Exception:  # noqa: BLE001 - the border to an application: its bug is its answer
            traceback.print_exc(file=sys.stderr)
            return 500, [], b""
        start = next((one for one in sent if one["type"] == "http.response.start"), dict[str, Any](status=500))
        content = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
        return start["status"], list(start.get("headers", [])), content

    async def _start(self) -> None:
        """Let the application start up, if it knows of that."""
        started: asyncio.Future[None] = self._loop.create_future()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                started.set_result(None)
            elif message["type"] == "lifespan.startup.failed":
                started.set_exception(RuntimeError(f"the application does not start: {message.get('message', '')}"))

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        self._to_lifespan.put_nowait({"type": "lifespan.startup"})
        self._lifespan = self._loop.create_task(self._application(scope, self._to_lifespan.get, send))
        await asyncio.wait([started, self._lifespan], return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            await started
        elif self._lifespan.exception() is not None:
            self._lifespan = None  # It raises for what it does not know, as the specification allows.

    async def _end(self) -> None:
        """Let calls and the application end; what takes too long is cancelled."""
        if self._lifespan is not None and not self._lifespan.done():
            self._to_lifespan.put_nowait({"type": "lifespan.shutdown"})
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            _, late = await asyncio.wait(rest, timeout=LIMIT_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
