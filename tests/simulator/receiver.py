"""An application's side of push notifications: a real HTTP server that keeps what it gets."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: Message
    body: bytes
    at: float

    @property
    def notification(self) -> dict[str, Any]:
        """The `notification` object."""
        content: dict[str, Any] = json.loads(self.body)["notification"]
        return content

    @property
    def type(self) -> str:
        """What kind of notification it is."""
        return str(self.notification["type"])

    @property
    def channel_id(self) -> str:
        """The channel that it came through."""
        return str(json.loads(self.body)["channel"]["channel_id"])


class Receiver:
    """What came, and what is answered: first the scripted statuses, then 200."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.statuses: list[int] = []
        self.hang = threading.Event()
        """While clear, answers wait."""
        self.hang.set()
        self._received: list[Received] = []
        self._news = threading.Condition()

    def note(self, received: Received) -> int:
        """Keep a request and return the status to answer."""
        with self._news:
            self._received.append(received)
            self._news.notify_all()
            return self.statuses.pop(0) if self.statuses else 200

    def wait_for(self, count: int, type_: str | None = None) -> list[Received]:
        """Return the first `count` requests, of one type or any, as soon as they are here."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.received(type_)) >= count, LIMIT_S), self._received
            return self.received(type_)[:count]

    def received(self, type_: str | None = None) -> list[Received]:
        """Return what is here now."""
        return [one for one in self._received if type_ is None or one.type == type_]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.note(Received(self.path, self.headers, body, time.monotonic()))
            receiver.hang.wait(LIMIT_S)
            try:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                return  # The sender has stopped waiting.

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.hang.set()
            server.shutdown()
            thread.join()
