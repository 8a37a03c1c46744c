"""Serving a simulator on a socket: routes, sender and saver together on one event loop.

Imported only when a simulator starts: it brings uvicorn.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.simulator.callback_sender import CallbackSender
from cronofy_cli.simulator.http.application import SimulatorApplication
from cronofy_cli.simulator.http.http_server import HttpServer
from cronofy_cli.simulator.http.world_routes import all_routes
from cronofy_cli.simulator.saver import Saver
from cronofy_cli.simulator.simulated_world import WorldHooks
from cronofy_cli.simulator.world.persistence import save
from cronofy_cli.simulator.world_slot import WorldContext
from cronofy_cli.simulator.worlds import Worlds

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.persistence import StoredState
    from cronofy_cli.simulator.world.settings import SimulatorSettings


class ServerHooks(NamedTuple):
    """What a simulator takes from outside, and who hears of what."""

    clock: Callable[[], datetime]
    on_ready: Callable[[Callable[[], None]], None]
    """Called when requests are answered, with a function that ends the serving. It may be called from any thread."""
    on_problem: Callable[[CronofyError], None]
    """Called when the state could not be saved."""
    on_request: Callable[[LoggedRequest], None]
    on_attempt: Callable[[Attempt], None]


async def serve(settings: SimulatorSettings, state: StoredState, listening: socket.socket, hooks: ServerHooks) -> None:
    """Serve until the end is asked for, then save once more.

    Raises:
        CronofyError: the last save failed.
    """
    sender, path = CallbackSender(), settings.state_file
    saver = None if path is None else Saver(path, settings.save_delay_s, hooks.on_problem)
    try:
        async with asyncio.TaskGroup() as tasks:
            # A bug that ends one of the tasks ends all.
            context = WorldContext(
                hooks.clock,
                sender,
                tasks.create_task,
                WorldHooks(hooks.on_request, hooks.on_attempt),
                note_act=(lambda: None) if saver is None else saver.note_change,
            )
            worlds = Worlds(settings, state, context)

            def capture() -> StoredState:
                return worlds.first.world.capture()  # Another one after each reset.

            if saver is not None:
                tasks.create_task(saver.run(capture))
            app = SimulatorApplication(worlds, all_routes(worlds), settings)
            await HttpServer(app, hooks.on_ready, worlds.end_news).serve(sockets=[listening])
            if saver is not None:
                saver.stop()
            for slot in worlds.all:
                slot.close()
    finally:
        await sender.close()
    if path is not None:
        save(path, worlds.first.world.capture())
