"""Finding the ngrok agent on this machine, and its version. Nothing is downloaded here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.child_main import without_secrets
from cronofy_cli.adapters.tunnels.ngrok.library import default_folder
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSTALL_HINT: Final = "cronofy tunnel install, or install it with brew, apt, choco or winget"
VERSION_LIMIT_S: Final = 5.0
OLDEST: Final = (3, 0, 0)
ENDPOINTS_SINCE: Final = (3, 30, 0)
"""`/api/endpoints` came with this version. pyngrok 9 asks an older one for it endlessly."""
PATH_VARIABLE: Final = "PYNGROK_NGROK_PATH"
"""pyngrok's own variable, honoured so that its users need not say it twice."""
SHIM_HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class InstalledAgent:
    """An agent that can be run."""

    path: Path
    version: tuple[int, int, int]

    @property
    def version_text(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))

    @property
    def has_endpoints(self) -> bool:
        """Whether its local API knows endpoints; an older one knows tunnels only."""
        return self.version >= ENDPOINTS_SINCE


def installed_path(data_folder: Path) -> Path:
    """Return where `install` puts an agent."""
    return data_folder / "bin" / ("ngrok.exe" if os.name == "nt" else "ngrok")


def find_agent(environment: Mapping[str, str], data_folder: Path) -> InstalledAgent:
    """Return the agent to use: the one that pyngrok's variable names, else one on the PATH, else one installed for us.

    Raises:
        Unreachable: there is none, it does not run, or it is older than version 3.
    """
    path = next((path for path in _candidates(environment, data_folder) if path.is_file()), None)
    if path is None:
        raise Unreachable("no ngrok agent is installed", hint=INSTALL_HINT, docs="https://ngrok.com/download")
    return checked_agent(path, environment)


def checked_agent(path: Path, environment: Mapping[str, str]) -> InstalledAgent:
    """Return the agent at a path.

    Raises:
        Unreachable: it does not run, or it is older than version 3.
    """
    version = _read_version(path, environment)
    if version < OLDEST:
        raise Unreachable(
            f"the ngrok agent {path} is version {'.'.join(map(str, version))}; version 3 is needed",
            hint="ngrok update, or: cronofy tunnel install",
        )
    return InstalledAgent(path, version)


def is_pyngrok_shim(path: Path) -> bool:
    """Whether this is the `ngrok` command that installing pyngrok brings, which downloads an agent when it is run."""
    if os.name == "nt" and path.parent.resolve() == Path(sysconfig.get_path("scripts")).resolve():
        return True
    try:
        with path.open("rb") as file:
            head = file.read(SHIM_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(b"#!") and b"pyngrok" in head


def _candidates(environment: Mapping[str, str], data_folder: Path) -> Iterator[Path]:
    if named := environment.get(PATH_VARIABLE):
        yield Path(named).absolute()
    for folder in environment.get("PATH", "").split(os.pathsep):
        found = shutil.which("ngrok", path=folder) if folder else None
        if found and not is_pyngrok_shim(Path(found)):
            yield Path(found).absolute()
    yield installed_path(data_folder)
    yield default_folder() / installed_path(data_folder).name


def _read_version(path: Path, environment: Mapping[str, str]) -> tuple[int, int, int]:
    try:
        # The user's own program; there is no shell.
        done = subprocess.run(  # noqa: S603
            [path, "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=VERSION_LIMIT_S,
            env=without_secrets(environment),
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"no answer within {VERSION_LIMIT_S:.0f} s"
        raise Unreachable(f"the ngrok agent {path} does not run: {reason}", hint=INSTALL_HINT) from error
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", done.stdout + done.stderr)
    if match is None:
        raise Unreachable(f"{path} is not an ngrok agent: it does not tell its version", hint=INSTALL_HINT)
    return int(match[1]), int(match[2]), int(match[3])
