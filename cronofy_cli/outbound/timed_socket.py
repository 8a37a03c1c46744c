"""A socket as `http.client` uses one, with one limit for all of a request: a socket's own limit is for each read."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from _typeshed import ReadableBuffer, WriteableBuffer


class Deadline:
    """How much time is left of a limit, which may be none."""

    def __init__(self, limit_s: float | None) -> None:
        self._end_s = None if limit_s is None else time.monotonic() + limit_s

    def left_s(self) -> float | None:
        """Return the seconds left.

        Raises:
            TimeoutError: none are.
        """
        if self._end_s is None:
            return None
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s


class TimedSocket:
    """What `http.client` needs of a socket."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.socket = sock
        self.deadline = deadline
        self.has_ended = False
        """Whether the other side has ended the connection."""

    def sendall(self, data: ReadableBuffer) -> None:
        """Send all of it."""
        self.socket.settimeout(self.deadline.left_s())
        self.socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what the answer is read from. The socket is closed with the last of these."""
        return io.BufferedReader(_TimedReader(self))

    def close(self) -> None:
        """Close it, once nothing is read from it any more."""
        self.socket.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: TimedSocket) -> None:
        self._timed = timed
        self._raw = timed.socket.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._timed.socket.settimeout(self._timed.deadline.left_s())
        size: int | None = self._raw.readinto(buffer)
        self._timed.has_ended = size == 0
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
