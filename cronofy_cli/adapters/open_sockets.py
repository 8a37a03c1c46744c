"""The sockets that a client has opened, so that a request which another thread waits in can be broken off.

Closing a socket does not wake a thread that reads from it; shutting it down does. httpx names its sockets only through
httpcore's `trace` extension (https://www.encode.io/httpcore/extensions/#trace).
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class OpenSockets:
    """Every socket of a client that is still in use by it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def tracer(self, is_over: Callable[[], bool]) -> Callable[[str, Mapping[str, object]], None]:
        """Return the `trace` extension of a request that ends when the sockets are shut down and `is_over`."""

        def trace(step: str, info: Mapping[str, object]) -> None:
            if step.endswith((".connect_tcp.complete", ".start_tls.complete")):
                self._add(_socket_of(info.get("return_value")))
                # A connection that was being made while the others were shut down.
                if is_over():
                    self.shut_down()

        return trace

    def shut_down(self) -> None:
        """End every connection; whoever waits for one fails at once."""
        with self._lock:
            opened = list(self._sockets)
        for each in opened:
            with suppress(OSError):
                # Not SSLSocket.shutdown(): it takes the TLS layer away from under a read in another thread.
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def _add(self, opened: socket.socket | None) -> None:
        if opened is not None:
            with self._lock:
                self._sockets.add(opened)


def _socket_of(stream: object) -> socket.socket | None:
    get_extra_info = getattr(stream, "get_extra_info", None)
    found = get_extra_info("socket") if get_extra_info else None
    return found if isinstance(found, socket.socket) else None
