"""A proxy in front of several listeners: it leads each connection to the one whose `/healthz` is 200."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED_EVERY_S: Final = 0.1
_LIMIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Backend:
    """A listener."""

    port: int
    health_port: int

    def is_ready(self) -> bool:
        """Whether it says so."""
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=_LIMIT_S)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@dataclass
class Balancer:
    """What is known of the listeners, and since when."""

    port: int
    backends: tuple[Backend, ...]
    ready: tuple[Backend, ...] = ()
    changes: list[tuple[float, tuple[Backend, ...]]] = field(default_factory=list)
    """When which ones began to be ready, by the monotonic clock."""
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where Cronofy posts to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def longest_gap_s(self) -> float:
        """The longest time without a ready listener after there was one."""
        gaps = [
            later[0] - earlier[0]
            for earlier, later in zip(self.changes[1:], self.changes[2:], strict=False)
            if not earlier[1]
        ]
        return max(gaps, default=0.0)

    def watch(self) -> None:
        """Ask again and again."""
        while not self.is_over.wait(ASKED_EVERY_S):
            ready = tuple(each for each in self.backends if each.is_ready())
            if len(ready) > 1:
                # One was asked after the other, which may have ended meanwhile.
                ready = tuple(each for each in ready if each.is_ready())
            if ready != self.ready:
                self.ready = ready
                self.changes.append((time.monotonic(), ready))

    def lead(self, connection: socket.socket) -> None:
        """Lead one connection to a listener, as long as both sides want; without one, end it."""
        with connection:
            backend = next(iter(self.ready), None)
            if backend is None:
                return
            with suppress(OSError), socket.create_connection(("127.0.0.1", backend.port), _LIMIT_S) as other:
                other.settimeout(None)
                back = threading.Thread(target=_pass_on, args=(other, connection), daemon=True)
                back.start()
                _pass_on(connection, other)
                back.join()


@contextmanager
def balancing(*backends: Backend, port: int) -> Iterator[Balancer]:
    """Run a proxy as long as the block."""
    with socket.create_server(("127.0.0.1", port), backlog=128) as server:
        balancer = Balancer(port, backends)
        threads = [
            threading.Thread(target=target, daemon=True)
            for target in (balancer.watch, lambda: _accept(server, balancer))
        ]
        for thread in threads:
            thread.start()
        try:
            yield balancer
        finally:
            balancer.is_over.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _accept(server: socket.socket, balancer: Balancer) -> None:
    while True:
        try:
            connection = server.accept()[0]
        except OSError:
            return
        threading.Thread(target=balancer.lead, args=(connection,), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
