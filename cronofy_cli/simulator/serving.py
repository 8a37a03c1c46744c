"""Serving a simulator on a socket: routes, sender and saver together on one event loop.

Imported only when a simulator starts: it brings Starlette and uvicorn.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.faults import Faults
from cronofy_cli.simulator.http.control import control_routes
from cronofy_cli.simulator.http.date_header import Dated
from cronofy_cli.simulator.http.http_server import HttpServer
from cronofy_cli.simulator.http.incident_routes import disturbance_routes
from cronofy_cli.simulator.http.oauth_routes import oauth_routes
from cronofy_cli.simulator.http.routes import api_routes
from cronofy_cli.simulator.http.web import Disturbed, LoopbackHostOnly, answer_cronofy_error, answer_http_error
from cronofy_cli.simulator.incidents import Disturbances
from cronofy_cli.simulator.notifier import Notifier
from cronofy_cli.simulator.saver import Saver
from cronofy_cli.simulator.service import Simulator
from cronofy_cli.simulator.signing_in import SigningIn, new_token
from cronofy_cli.simulator.turnable_clock import TurnableClock
from cronofy_cli.simulator.world.authorizations import Authorizations, TokenRules
from cronofy_cli.simulator.world.delivery import Outbox, delivery_rules
from cronofy_cli.simulator.world.persistence import StoredState, save
from cronofy_cli.simulator.world.settings import CHANNEL_LIFETIME_S, RETRY_DELAYS_S
from cronofy_cli.simulator.world.state import World

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp

    from cronofy_cli.simulator.world.settings import SimulatorSettings


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
    token_rules = TokenRules(settings.token_lifetime_s, settings.rotate_refresh_tokens)
    authorizations = Authorizations(token_rules, new_token, state.authorizations)

    clock = TurnableClock(surroundings.clock, state.clock_ahead_s)

    def capture() -> StoredState:
        return StoredState(world.snapshot(), outbox.state(), authorizations.state(), clock.ahead_s)

    def note_act() -> None:
        notifier.wake()
        if saver is not None:
            saver.note_change()

    simulator = Simulator(settings, world, outbox, clock, note_act)
    app = _app(simulator, SigningIn(simulator, authorizations), Disturbances(simulator, clock, Faults()))
    notifier = Notifier(simulator)
    path = settings.state_file
    saver = None if path is None else Saver(path, settings.save_delay_s, capture, surroundings.on_problem)
    await _serve_with(HttpServer(app, surroundings.on_ready), listening, notifier, saver)
    if path is not None:
        save(path, capture())


async def _serve_with(server: HttpServer, listening: socket.socket, notifier: Notifier, saver: Saver | None) -> None:
    """Serve while the sender and the saver run; a bug that ends one of them ends all."""
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(notifier.run())
        if saver is not None:
            tasks.create_task(saver.run())
        await server.serve(sockets=[listening])
        sending.cancel()
        if saver is not None:
            saver.stop()


def _app(simulator: Simulator, signing_in: SigningIn, disturbances: Disturbances) -> ASGIApp:
    """Return the whole application."""
    routes = [
        *api_routes(simulator, signing_in),
        *oauth_routes(simulator, signing_in),
        *control_routes(simulator, signing_in),
        *disturbance_routes(simulator, disturbances),
    ]
    handlers = {CronofyError: answer_cronofy_error, HTTPException: answer_http_error}
    app = Disturbed(Starlette(routes=routes, exception_handlers=handlers), disturbances.faults)
    return Dated(LoopbackHostOnly(app), simulator.clock)
