"""`listen --inspect`: the page of a run, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.inspector.test_command import asked
from tests.scripts.listening import edit, listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.scripts.listening import Listening
    from tests.support import Cli


def address_of(run: Listening) -> str:
    """Return the page's address, which is printed before the run is ready."""
    line = run.running.wait_for("inspector")
    return next(each.split()[-1] for each in line.splitlines() if "inspector" in each)


def is_served(url: str) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def test_it_shows_what_the_run_receives(
    cli: Cli, simulator: SimulatorServer, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """The run is known, its deliveries come with what changed, and the page ends with it."""
    with listening(cli, "--inspect") as run:
        url = address_of(run)
        wait_until(lambda: asked(url, "GET", "state")["state"] == "listening")
        edit(cli, "add", "Lunch with Ada", "--calendar", "Home")
        wait_until(lambda: "Lunch with Ada" in asked(url, "GET", "list")["rows"][0]["what"])
        newest = asked(url, "GET", "list")["rows"][0]
        # When it was answered is written a moment later.
        wait_until(lambda: asked(url, "GET", f"deliveries/{newest['id']}")["shown"]["answered_at"] is not None)
        shown = asked(url, "GET", f"deliveries/{newest['id']}")["shown"]
        assert shown["received_at"] <= shown["recorded_at"] <= shown["answered_at"] <= shown["events_read_at"]
        assert asked(url, "GET", "secrets") != []
        assert run.running.stop() == 130

    assert not is_served(url)


def test_it_ends_with_a_run_that_is_killed(
    cli: Cli, simulator: SimulatorServer, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Nothing is left that serves what was received."""
    with listening(cli, "--inspect") as run:
        url = address_of(run)
        assert is_served(url)
        os.kill(run.running.process.pid, signal.SIGKILL)
        wait_until(lambda: not is_served(url))
