"""Signing in to a simulator with the command line, through a stand-in for the browser."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.secrets import secret_path
from cronofy_cli.adapters.simulator.running import RunningSimulator, announce
from cronofy_cli.simulator.server import SimulatorServer
from tests.auth.browsers import clicking_browser
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from cronofy_cli.simulator.world.settings import SimulatorSettings
    from tests.support import Cli, Result


@contextmanager
def simulated(
    cli: Cli, settings: SimulatorSettings, clock: Callable[[], datetime] | None = None
) -> Iterator[SimulatorServer]:
    """Run a simulator that `--data-center simulator` finds."""
    server = SimulatorServer(settings) if clock is None else SimulatorServer(settings, clock=clock)
    with server:
        announce(
            RunningSimulator(
                server.url, settings.client_id, settings.client_secrets, settings.access_token, os.getpid()
            ),
            cli.environment,
        )
        yield server


def log_in(cli: Cli, *options: str, decision: str = "allow") -> Result:
    """Sign in through a browser whose user clicks at once."""
    browser = clicking_browser(cli.folder, decision)
    arguments = ("auth", "login", "--data-center", "simulator", "--port", str(free_port()), *options)
    return cli(*arguments, environment={"BROWSER": str(browser)})


def secrets_in(cli: Cli, context: str = "simulator") -> dict[str, Any]:
    """Return what the file of a context's secrets holds."""
    found: dict[str, Any] = json.loads(secret_path(context, cli.environment).read_bytes())
    return found


def status_of(url: str, body: dict[str, object] | None = None) -> tuple[int, dict[str, Any]]:
    """Return status and JSON that an address answers, to a POST if there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
