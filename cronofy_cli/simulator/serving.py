"""Serving a simulator on a socket: routes, sender and saver together on one event loop.

Imported only when a simulator starts: it brings Starlette and uvicorn.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.control import control_routes
from cronofy_cli.simulator.delivery import Outbox, delivery_rules
from cronofy_cli.simulator.notifier import Notifier
from cronofy_cli.simulator.persistence import StoredState, save
from cronofy_cli.simulator.routes import api_routes
from cronofy_cli.simulator.saver import Saver
from cronofy_cli.simulator.service import Simulator
from cronofy_cli.simulator.settings import CHANNEL_LIFETIME_S, RETRY_DELAYS_S
from cronofy_cli.simulator.state import World
from cronofy_cli.simulator.web import LoopbackHostOnly, answer_cronofy_error, answer_http_error

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp

    from cronofy_cli.simulator.settings import SimulatorSettings

GRACE_S = 1
"""How long requests may take to end when the server stops."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a simulator takes from outside."""

    clock: Callable[[], datetime]
    on_ready: Callable[[Callable[[], None]], None]
    """Called when requests are answered, with a function that ends the serving. It may be called from any thread."""
    on_problem: Callable[[CronofyError], None]
    """Called when the state could not be saved."""


async def serve(
    settings: SimulatorSettings, state: StoredState, listening: socket.socket, surroundings: Surroundings
) -> None:
    """Serve until told to stop, then save once more.

    Raises:
        CronofyError: the last save failed.
    """
    rules = delivery_rules(settings.coalesce_window_s, RETRY_DELAYS_S, CHANNEL_LIFETIME_S, settings.retry_scale)
    world, outbox = World(state.world), Outbox(rules, state.outbox)

    def capture() -> StoredState:
        return StoredState(world.snapshot(), outbox.state())

    def on_change() -> None:
        notifier.wake()
        if saver is not None:
            saver.note_change()

    simulator = Simulator(settings, world, outbox, surroundings.clock, on_change)
    notifier = Notifier(simulator)
    path = settings.state_file
    saver = None if path is None else Saver(path, settings.save_delay_s, capture, surroundings.on_problem)
    await _serve_with(_Server(_app(simulator), surroundings.on_ready), listening, notifier, saver)
    if path is not None:
        save(path, capture())


async def _serve_with(server: _Server, listening: socket.socket, notifier: Notifier, saver: Saver | None) -> None:
    """Serve while the sender and the saver run; a bug that ends one of them ends all."""
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(notifier.run())
        if saver is not None:
            tasks.create_task(saver.run())
        await server.serve(sockets=[listening])
        sending.cancel()
        if saver is not None:
            saver.stop()


class _Server(uvicorn.Server):
    """uvicorn that says when it serves."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[Callable[[], None]], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                # uvicorn's traceback of a bug is the one thing worth seeing.
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._on_ready(self._end)

    def _end(self) -> None:
        self.should_exit = True


def _app(simulator: Simulator) -> ASGIApp:
    """Return the whole application."""
    return LoopbackHostOnly(
        Starlette(
            routes=[*api_routes(simulator), *control_routes(simulator)],
            exception_handlers={CronofyError: answer_cronofy_error, HTTPException: answer_http_error},
        )
    )
