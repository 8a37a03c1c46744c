"""uvicorn as a simulator needs it: it says when it serves, ends at once and quietly, and can leave a call unanswered.

Imported only when a simulator starts.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.http.application import DROP
from cronofy_cli.simulator.http.light_uvicorn import Config, HttpToolsProtocol, Server

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from cronofy_cli.simulator.http.application import SimulatorApplication

GRACE_S: Final = 1.0
"""How long requests may take to end when the server stops."""
ACCEPT_S: Final = 0.01
"""How long a connection takes from the socket's queue into the set of connections, and how often that is looked at."""
TICK_S: Final = 1.0
"""How often uvicorn looks whether it was told to end, if no signal said so."""


class HttpServer(Server):
    """Serves an application on the running event loop until its end is asked for."""

    def __init__(
        self, app: SimulatorApplication, on_ready: Callable[[Callable[[], None]], None], on_end: Callable[[], None]
    ) -> None:
        """`on_ready` gets a function that ends the serving and may be called from any thread, also when it is over.

        `on_end` is called when the serving begins to end, so that answers that go on are brought to theirs.
        """
        super().__init__(
            Config(
                app,
                loop="asyncio",
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                # uvicorn's traceback of a bug is the one thing worth seeing.
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # The application says what time it is by a clock that can be set.
                date_header=False,
            )
        )
        self._on_ready = on_ready
        self._on_end = on_end
        self._ending = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._on_ready(self._end)

    async def main_loop(self) -> None:
        """Serve until the end is asked for; uvicorn's own loop looks only ten times a second."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is idle, give what is busy a moment, and end the rest without uvicorn's complaints about it.

        The pause comes first, because a connection that asyncio is accepting while its server is closed stays open
        (https://github.com/python/cpython/issues/109564).
        """
        self._on_end()
        connections = self.server_state.connections
        await asyncio.sleep(ACCEPT_S)
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in tuple(connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                while connections:  # noqa: ASYNC110 - uvicorn does not report when the last one is gone
                    await asyncio.sleep(ACCEPT_S)
        await self._end_rest()

    async def _end_rest(self) -> None:
        for connection in tuple(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)  # Now each of their requests knows that its client is gone.
        for task in tuple(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    def _end(self) -> None:
        self.should_exit = True
        with suppress(RuntimeError):  # The loop is closed: it has ended already.
            self._loop.call_soon_threadsafe(self._ending.set)


class _Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, with a way to end a connection without an answer."""

    def on_message_begin(self) -> None:
        """Offer it to the request that begins."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"abort": self.transport.abort}}
