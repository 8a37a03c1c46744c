"""Finding a simulator that runs on this machine: it leaves a file with its address and its credentials."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.paths import simulator_file, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator's address, and the credentials that it accepts and signs with."""

    url: str
    client_id: str
    client_secrets: tuple[str, ...] = field(repr=False)
    access_token: str = field(repr=False)
    pid: int
    sub: str = ""


def announce(simulator: RunningSimulator, environment: Mapping[str, str]) -> None:
    """Let other processes of this user find a simulator."""
    write_private(simulator_file(environment), json.dumps(asdict(simulator), indent=2).encode())


def withdraw(simulator: RunningSimulator, environment: Mapping[str, str]) -> None:
    """Take the announcement back, unless another simulator has taken its place."""
    path = simulator_file(environment)
    if _read(environment) == simulator:
        path.unlink(missing_ok=True)


def find_running(environment: Mapping[str, str]) -> RunningSimulator | None:
    """Return the simulator that was announced, if it still answers."""
    simulator = _read(environment)
    if simulator is None:
        return None
    address = urlsplit(simulator.url)
    try:
        socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), timeout=2).close()
    except OSError:
        return None
    return simulator


def this_process() -> int:
    """Return the id that a simulator of this process announces."""
    return os.getpid()


def _read(environment: Mapping[str, str]) -> RunningSimulator | None:
    try:
        found = json.loads(simulator_file(environment).read_bytes())
        return RunningSimulator(
            url=str(found["url"]),
            client_id=str(found["client_id"]),
            client_secrets=tuple(str(secret) for secret in found["client_secrets"]),
            access_token=str(found["access_token"]),
            pid=int(found["pid"]),
            sub=str(found.get("sub", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
