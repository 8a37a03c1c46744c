"""A user's application: a real server that keeps what it was sent, byte for byte, and answers as a test wants."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from io import BufferedReader

PATIENCE_S = 60.0
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer_of(status: int, body: bytes = b"", *lines: str) -> bytes:
    """Return an answer as it goes over the wire."""
    head = "\r\n".join([f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *lines, "", ""])
    return head.encode("latin-1") + body


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    line: bytes
    lines: tuple[bytes, ...]
    body: bytes
    connection: int

    def value(self, name: bytes) -> bytes | None:
        """Return a header's value."""
        found = [line.split(b": ", 1)[1] for line in self.lines if line.lower().startswith(name.lower() + b":")]
        return found[0] if found else None


@dataclass
class App:
    """What was received, and how it is answered."""

    port: int
    answer: Callable[[Received], bytes | None] = field(default=lambda _: OK)
    """Returns the bytes of an answer; None closes the connection instead."""
    received: list[Received] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    awake: threading.Event = field(default_factory=threading.Event)
    """While it is not set, the app hangs: it reads nothing and answers nothing."""

    def await_received(self, count: int, limit_s: float = PATIENCE_S) -> list[Received]:
        """Wait for so many requests and return all."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.received) >= count, limit_s), len(self.received)
            return list(self.received)

    def keep(self, received: Received) -> None:
        """Take note of a request."""
        with self.changed:
            self.received.append(received)
            self.changed.notify_all()


@contextmanager
def running_app(
    *, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, hangs: bool = False
) -> Iterator[App]:
    """Run an app; at the end its connections are closed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=128) as server:
        app = App(server.getsockname()[1])
        if not hangs:
            app.awake.set()
        opened: list[socket.socket] = []
        threading.Thread(target=_accept, args=(server, tls, app, opened), daemon=True).start()
        try:
            yield app
        finally:
            app.awake.set()
            # Closing alone does not wake a thread that waits in accept().
            _end(server)
            for connection in opened:
                _end(connection)


def _end(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def _accept(server: socket.socket, tls: ssl.SSLContext | None, app: App, opened: list[socket.socket]) -> None:
    while True:
        try:
            connection = server.accept()[0]
        except OSError:
            return
        opened.append(connection)
        threading.Thread(target=_serve, args=(connection, tls, app, len(opened)), daemon=True).start()


def _serve(connection: socket.socket, tls: ssl.SSLContext | None, app: App, number: int) -> None:
    try:
        wire = tls.wrap_socket(connection, server_side=True) if tls else connection
        with wire, wire.makefile("rb") as reader:
            app.awake.wait()
            while received := _read(reader, number):
                app.keep(received)
                answer = app.answer(received)
                app.awake.wait()
                if answer is None:
                    return
                wire.sendall(answer)
    except OSError:
        return


def _read(reader: BufferedReader, number: int) -> Received | None:
    """Return the next request; None if none comes, or the sender ended in the middle of one."""
    line = reader.readline()
    lines: list[bytes] = []
    while (header := reader.readline()).rstrip(b"\r\n"):
        lines.append(header.rstrip(b"\r\n"))
    if not header:
        return None
    length = next((int(each.split(b":")[1]) for each in lines if each.lower().startswith(b"content-length:")), 0)
    body = reader.read(length)
    return Received(line.rstrip(b"\r\n"), tuple(lines), body, number) if len(body) == length else None
