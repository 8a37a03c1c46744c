"""`cronofy listen` at work in a process of its own."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import Cli, Running


@dataclass
class Listening:
    """A run that is ready, printing JSON."""

    cli: Cli
    running: Running
    callback_url: str
    channel_id: str
    port: int

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Return what was printed of one kind."""
        return [line for line in map(json.loads, list(self.running.lines)) if line["kind"] == kind]

    def wait_for(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Return the first `count` lines of one kind, once they are there."""
        self.running.wait_until(lambda _: len(self.lines(kind)) >= count)
        return self.lines(kind)[:count]

    def kept(self, *options: str) -> list[dict[str, Any]]:
        """Return what is in the history."""
        found: list[dict[str, Any]] = run_main(self.cli, "deliveries", "list", "--json", *options).json
        return found


@contextmanager
def listening(cli: Cli, *arguments: str | Path) -> Iterator[Listening]:
    """Run `cronofy listen` with the simulator, and go on when it is ready."""
    with cli.start("listen", "--data-center", "simulator", *arguments) as running:
        ready = json.loads(running.wait_for('"kind":"ready"'))
        yield Listening(cli, running, ready["callback_url"], ready["channel_id"], ready["port"])


def open_channels(cli: Cli) -> list[dict[str, Any]]:
    """Return the simulator's open channels."""
    found: list[dict[str, Any]] = run_main(cli, "channels", "list", "--json", "--data-center", "simulator").json
    return found


def edit(cli: Cli, *arguments: str) -> dict[str, Any]:
    """Edit the simulator's calendars as their owner does, and return the event."""
    event: dict[str, Any] = run_main(cli, "simulator", "edit", *arguments, "--json").json
    return event
