"""Finding the simulators that run on this machine: each leaves a file with its address and its credentials."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.paths import simulators_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ANY_TOKEN = "simulator"  # noqa: S105 - of one whose tokens are not known here: its control API checks none


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator's address, and the credentials that it accepts and signs with."""

    url: str
    client_id: str
    client_secrets: tuple[str, ...] = field(repr=False)
    access_token: str = field(repr=False)
    pid: int
    """0 for one that only the environment names."""
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
    """Return the simulators that answer: the one that the environment names, else those announced, the oldest first."""
    url = named_url(environment)
    if url is not None:
        found = next((each for each in _announced(environment) if each.url == url), _of_environment(url, environment))
        return (found,) if _answers(found) else ()
    return tuple(each for each in _announced(environment) if _answers(each))


def named_url(environment: Mapping[str, str]) -> str | None:
    """Return the address of the simulator that CRONOFY_SIMULATOR_URL names, by it or by that of its control API."""
    named = environment.get(Variable.SIMULATOR_URL, "").strip().rstrip("/")
    return named.removesuffix("/simulator") or None


def this_process() -> int:
    """Return the id that a simulator of this process announces."""
    return os.getpid()


def _announced(environment: Mapping[str, str]) -> list[RunningSimulator]:
    paths = sorted(simulators_folder(environment).glob("*.json"), key=_age)
    return [simulator for simulator in map(_read, paths) if simulator is not None]


def _of_environment(url: str, environment: Mapping[str, str]) -> RunningSimulator:
    """Return the simulator at an address, with the environment's credentials where those are for it and nobody else."""
    is_its_own = environment.get("CRONOFY_API_URL", "").rstrip("/") == url
    given: Mapping[str, str] = environment if is_its_own else {}
    secret = given.get(Variable.CLIENT_SECRET, "").strip()
    return RunningSimulator(
        url=url,
        client_id=given.get(Variable.CLIENT_ID, ""),
        client_secrets=(secret,) if secret else (),
        access_token=given.get(Variable.ACCESS_TOKEN, "").strip() or _ANY_TOKEN,
        pid=0,
        sub=given.get("CRONOFY_SUB", ""),
    )


def _file(simulator: RunningSimulator, environment: Mapping[str, str]) -> Path:
    return simulators_folder(environment) / f"{urlsplit(simulator.url).port or 80}.json"


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # withdrawn meanwhile
        return 0.0


def _answers(simulator: RunningSimulator) -> bool:
    try:
        address = urlsplit(simulator.url)
        socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), timeout=2).close()
    except (OSError, ValueError):  # a ValueError is an address with no port that can be
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
