"""The event loop's side of the listener: accepting connections, holding them to their time limits, ending them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.receiver.protocol import Connection

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.receiver.gate import Gate
    from cronofy_cli.receiver.limits import Limits
    from cronofy_cli.receiver.protocol import Handler

BACKLOG: Final = 1024
"""Connections that the system holds until they are accepted; with few, some of a burst are dropped."""
_TICK_S: Final = 0.25
"""How often time limits are looked at."""


class Service:
    """Serves one bound socket, from `serve` until it is told to stop."""

    def __init__(self, *, gate: Gate, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._gate = gate
        self._limits = limits
        self._clock = clock
        self._connections: set[Connection] = set()
        self._all_gone = asyncio.Event()

    async def serve(self, bound: socket.socket, handler: Handler, stop: asyncio.Future[float]) -> None:
        """Serve until `stop` has a result: how many seconds requests that are being read or answered may still take."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_on_exception)
        server = await loop.create_server(lambda: self._connection(loop, handler), sock=bound, backlog=BACKLOG)
        while not stop.done():
            await asyncio.wait((stop,), timeout=_TICK_S)
            for connection in tuple(self._connections):
                connection.expire(loop.time())
        server.close()
        await self._end_connections(stop.result())

    def _connection(self, loop: asyncio.AbstractEventLoop, handler: Handler) -> Connection:
        return Connection(
            handler=handler,
            gate=self._gate,
            limits=self._limits,
            clock=self._clock,
            monotonic_s=loop.time,
            admit=self._admit,
            on_lost=self._forget,
        )

    def _admit(self, connection: Connection) -> bool:
        if len(self._connections) >= self._limits.connections:
            return False
        self._connections.add(connection)
        self._all_gone.clear()
        return True

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._all_gone.set()

    async def _end_connections(self, limit_s: float) -> None:
        # The loop makes a task of each connection that it accepts; until that has ended, the connection is not ours.
        accepting = asyncio.all_tasks() - {asyncio.current_task()}
        if accepting:
            await asyncio.wait(accepting)
        if not self._connections:
            return
        for connection in tuple(self._connections):
            connection.finish()
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._all_gone.wait()
        for connection in tuple(self._connections):
            connection.abort()
        if self._connections:
            await self._all_gone.wait()


def _on_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep quiet about broken connections and a want of open files: the sender tries again. A bug stays a traceback."""
    if not isinstance(context.get("exception"), OSError):
        loop.default_exception_handler(context)
