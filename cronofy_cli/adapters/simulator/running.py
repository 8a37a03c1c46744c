"""Finding the simulators that run on this machine: each leaves a file with its address and its credentials."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.paths import simulators_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
    write_private(_file(simulator, environment), json.dumps(asdict(simulator), indent=2).encode())


def withdraw(simulator: RunningSimulator, environment: Mapping[str, str]) -> None:
    """Take the announcement back, unless another simulator has taken this one's address."""
    path = _file(simulator, environment)
    if _read(path) == simulator:
        path.unlink(missing_ok=True)


def running_simulators(environment: Mapping[str, str]) -> tuple[RunningSimulator, ...]:
    """Return the simulators that were announced and still answer, the oldest first."""
    found = []
    for path in sorted(simulators_folder(environment).glob("*.json"), key=_age):
        simulator = _read(path)
        if simulator is not None and _answers(simulator):
            found.append(simulator)
    return tuple(found)


def this_process() -> int:
    """Return the id that a simulator of this process announces."""
    return os.getpid()


def _file(simulator: RunningSimulator, environment: Mapping[str, str]) -> Path:
    return simulators_folder(environment) / f"{urlsplit(simulator.url).port or 80}.json"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # withdrawn meanwhile
        return 0.0


def _answers(simulator: RunningSimulator) -> bool:
    address = urlsplit(simulator.url)
    try:
        socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), timeout=2).close()
    except OSError:
        return False
    return True


def _read(path: Path) -> RunningSimulator | None:
    try:
        found = json.loads(path.read_bytes())
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
