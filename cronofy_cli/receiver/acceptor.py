"""Accepting connections as far as there is room; those that are too many wait in the system's queue.

A connection that was refused or reset would be a failed attempt to Cronofy, one that waits is only late.
"""

from __future__ import annotations

import asyncio
import errno
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from cronofy_cli.receiver.protocol import Connection

_PAUSE_S: Final = 0.25
"""How long nothing is accepted when the system has no more file descriptors or memory."""
_IDLE_S: Final = 0.1
"""How long nothing must have come for a connection to be idle: what it has just sent is read by then."""
_EXHAUSTED: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_SPARE_FILES: Final = 64
"""Kept for the history, the tunnel and the application."""


class Acceptor:
    """The open connections of a listening socket, never more than the limit. Used on one event loop's thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: set[Connection] = set()
        self._starting: set[asyncio.Task[object]] = set()
        self._changed = asyncio.Event()

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._open))

    def add(self, connection: Connection) -> None:
        """Called by a connection when it is made."""
        self._open.add(connection)

    def discard(self, connection: Connection) -> None:
        """Called by a connection when it is lost."""
        self._open.discard(connection)
        self._changed.set()

    async def accept(self, bound: socket.socket, make: Callable[[], Connection], stop: asyncio.Event) -> None:
        """Accept connections until `stop` is set. What was accepted by then is kept."""
        loop = asyncio.get_running_loop()
        stopped = loop.create_task(stop.wait())
        try:
            while not stop.is_set():
                accepted = await _accept_next(loop, bound, stopped)
                if accepted is not None:
                    await self._room(stopped)
                    self._start(loop, accepted, make)
        finally:
            stopped.cancel()
            while self._starting:
                await asyncio.wait(self._starting)

    async def all_gone(self) -> None:
        """Wait until no connection is open."""
        while self._open:
            self._changed.clear()
            await self._changed.wait()

    async def _room(self, stopped: asyncio.Task[bool]) -> None:
        """Wait until the connection that was accepted may be served; the one that is idle for longest makes room."""
        while len(self._open) + len(self._starting) >= self._limit and not stopped.done():
            self._changed.clear()
            self._drop_idle()
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({changed, stopped}, timeout=_IDLE_S, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()

    def _drop_idle(self) -> None:
        latest_s = asyncio.get_running_loop().time() - _IDLE_S
        idle = [each for each in self._open if each.is_idle and each.idle_since_s <= latest_s]
        if idle:
            min(idle, key=lambda each: each.idle_since_s).finish()

    def _start(self, loop: asyncio.AbstractEventLoop, accepted: socket.socket, make: Callable[[], Connection]) -> None:
        task: asyncio.Task[object] = loop.create_task(_connect(loop, accepted, make))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)


async def _accept_next(
    loop: asyncio.AbstractEventLoop, bound: socket.socket, stopped: asyncio.Task[bool]
) -> socket.socket | None:
    """Return the next connection; None when there is none for now, or the wait is over."""
    accepting = asyncio.ensure_future(loop.sock_accept(bound))
    await asyncio.wait({accepting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not accepting.done():
        await _give_up(loop, bound, accepting)
    if accepting.cancelled():
        return None
    error = accepting.exception()
    if error is None:
        return accepting.result()[0]
    if not isinstance(error, OSError):
        raise error
    if error.errno in _EXHAUSTED:
        await asyncio.wait({stopped}, timeout=_PAUSE_S)
    return None


async def _connect(loop: asyncio.AbstractEventLoop, accepted: socket.socket, make: Callable[[], Connection]) -> None:
    # The sender may have gone meanwhile.
    with suppress(OSError):
        await loop.connect_accepted_socket(make, accepted)


async def _give_up(
    loop: asyncio.AbstractEventLoop, bound: socket.socket, accepting: asyncio.Future[tuple[socket.socket, object]]
) -> None:
    """End an accept without losing a connection that it has taken just now."""
    # Windows' loop has no readers; there a sender would be reset in this moment, and try again.
    with suppress(NotImplementedError):
        loop.remove_reader(bound)
    for _ in range(2):
        await asyncio.sleep(0)
    if not accepting.done():
        accepting.cancel()
        await asyncio.wait({accepting})


def affordable(limit: int) -> int:
    """Return how many connections this process can have open, at most `limit`; raises its own bound if it may."""
    if sys.platform == "win32":  # which bounds sockets otherwise
        return limit
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limit
    wanted = limit + _SPARE_FILES
    if soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return max(1, min(limit, soft - _SPARE_FILES))
