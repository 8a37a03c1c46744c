"""The page's server: a loopback port of its own, for whoever has the token of this run.

The page's files hold no data and are given to anybody who asks loopback by its name. Everything else needs the token,
which is in the fragment of the address: browsers send a fragment to nobody, and a page of another site cannot set the
header that the token is sent in without being asked about it first.
"""

from __future__ import annotations

import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import CronofyError, WrongUsage
from cronofy_cli.inspector.actions import NeedsConfirmation
from cronofy_cli.inspector.documents import ProblemDocument
from cronofy_cli.inspector.routes import Call, Reply, Routes, status_of
from cronofy_cli.inspector.stream import events
from cronofy_cli.pages.files import HEADERS, PageFiles
from cronofy_cli.pages.guard import why_refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.inspector.around import Around
    from cronofy_cli.inspector.feed import Feed
    from cronofy_cli.inspector.run_state import RunState

HOST: Final = "127.0.0.1"
TOKEN_HEADER: Final = "x-cronofy-token"  # noqa: S105 - a name
API: Final = "/api/"
STREAM: Final = "stream"
_MOST_BODY: Final = 8 << 20
_TICK_S: Final = 0.1
_IDLE_S: Final = 60.0


class Shared:
    """What all requests share."""

    def __init__(self, around: Around, run_state: RunState, feed: Feed, token: str) -> None:
        self.around = around
        self.run_state = run_state
        self.feed = feed
        self.routes = Routes(around, run_state)
        self.files = PageFiles(Path(__file__).parent / "page")
        self._token = token.encode()

    def knows(self, token: str) -> bool:
        """Whether this is the run's token."""
        return secrets.compare_digest(token.encode("utf-8", "replace"), self._token)


class InspectorServer(Worker):
    """Serves the page between `start` and `stop`."""

    def __init__(self, around: Around, run_state: RunState, feed: Feed, on_failed: OnFailed, *, port: int) -> None:
        super().__init__("inspector", on_failed)
        self._port = port
        self._token = secrets.token_urlsafe(24)
        self._shared = Shared(around, run_state, feed, self._token)
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The page's address, with the token."""
        assert self._server is not None
        return f"http://{HOST}:{self._server.server_port}/#token={self._token}"

    def _open(self, stack: ExitStack) -> None:
        try:
            server = _Server((HOST, self._port), _handler_for(self._shared))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise WrongUsage(
                f"port {self._port} cannot be used for the page: {reason}", hint="choose another: --port PORT"
            ) from error
        self._server = stack.enter_context(server)
        server.timeout = _TICK_S

    def _work(self) -> None:
        assert self._server is not None
        while not self._ending.is_set():
            self._server.handle_request()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # The end of the run does not wait for pages that keep a connection open.
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over connections that browsers have cut."""


def _handler_for(shared: Shared) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        """Answers for this run."""

        _shared = shared

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    disable_nagle_algorithm = True
    wbufsize = -1
    _shared: Shared

    def do_GET(self) -> None:
        """Answer a reader."""
        self._answer()

    def do_POST(self) -> None:
        """Answer who wants something done."""
        self._answer()

    def log_message(self, *_: object) -> None:
        """Log nothing: stderr is for people."""

    def version_string(self) -> str:
        """Name the program alone."""
        return "cronofy"

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if (reason := why_refused(self.command, headers)) is not None:
            self._refuse(403, "refused", reason)
        elif not parts.path.startswith(API):
            self._give_file(parts.path.removeprefix("/"))
        elif not self._shared.knows(headers.get(TOKEN_HEADER, "")):
            self._refuse(401, "token_missing", "this needs the address that 'cronofy inspect' has printed")
        else:
            query = dict(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"))
            self._serve(parts.path.removeprefix(API), query, body)

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit() or int(length) > _MOST_BODY:
            self.close_connection = True
            self._refuse(413, "too_large", "the request's body is too large, or has no length")
            return None
        return self.rfile.read(int(length))

    def _serve(self, path: str, query: Mapping[str, str], body: bytes) -> None:
        try:
            if path == STREAM and self.command == "GET":
                self._stream(query)
                return
            found = self._shared.routes.find(self.command, path)
            if found is None:
                self._refuse(404, "not_found", "there is no such thing here")
                return
            function, number = found
            self._reply(function(Call(number, query, body)))
        except NeedsConfirmation as error:
            self._problem(409, ProblemDocument(error.code, error.message, error.hint, confirm=error.what))
        except CronofyError as error:
            self._problem(status_of(error), ProblemDocument(error.code, error.message, error.hint))

    def _reply(self, answer: object) -> None:
        if not isinstance(answer, Reply):
            self._send(200, "application/json", msgspec.json.encode(answer))
            return
        first = next(answer.parts, b"")
        self.close_connection = True
        more = {} if answer.file_name is None else {"Content-Disposition": f'attachment; filename="{answer.file_name}"'}
        self._head(200, answer.content_type, {**more, "Connection": "close"})
        self.wfile.write(first)
        for part in answer.parts:
            self.wfile.write(part)
        self.wfile.flush()

    def _give_file(self, name: str) -> None:
        file = self._shared.files.find(name) if self.command == "GET" else None
        if file is None:
            self._refuse(404, "not_found", "there is no such file")
        else:
            self._send(200, file.content_type, file.body)

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._problem(status, ProblemDocument(code, message, None))

    def _problem(self, status: int, problem: ProblemDocument) -> None:
        self._send(status, "application/json", msgspec.json.encode(problem))

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self._head(status, content_type, {"Content-Length": str(len(body))})
        self.wfile.write(body)
        self.wfile.flush()

    def _head(self, status: int, content_type: str, more: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in ({"Content-Type": content_type} | HEADERS | dict(more)).items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self, query: Mapping[str, str]) -> None:
        """Send events until the page goes away or the run ends."""
        wanted = self._shared.routes.filter_of(query)
        after = Call(0, query).number_of("after")
        self.close_connection = True
        self._head(200, "text/event-stream", {"Connection": "close"})
        for event in events(self._shared.around, self._shared.run_state, self._shared.feed, wanted, after):
            self.wfile.write(event)
            self.wfile.flush()
