"""Whether there is a newer version: asked once a day by a process of its own, and said by the next command.

No command waits for it. Without a terminal, in CI, or where it is switched off, nothing is asked.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from cronofy_cli import __version__
from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.paths import update_file, write_private
from cronofy_cli.core.versions import is_newer
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX_URL: Final = "https://pypi.org/pypi/cronofy-cli/json"
DAY_S: Final = 24 * 3600.0
LIMIT_S: Final = 10.0
MOST_BYTES: Final = 16 * 1024 * 1024
_CI: Final = ("CI", "BUILD_NUMBER", "RUN_ID")
"""What machines that build set, as gh knows them."""
_UPGRADES: Final = (
    ("pipx", "pipx upgrade cronofy-cli"),
    ("uv/tools", "uv tool upgrade cronofy-cli"),
    ("uv/", "uvx cronofy-cli@latest"),
)
"""How to get it, by what is in the path of this installation."""


class Known(Struct, frozen=True):
    """What the last look has found."""

    looked_at: float = 0.0
    """Seconds since 1970; looks begin and end with it, so that two commands at once look once."""
    newest: str = ""
    said: bool = False


class Updates:
    """What is known of newer versions on this machine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._file = update_file(environment)

    @property
    def are_wanted(self) -> bool:
        """Whether the user may be told."""
        return not any(self._environment.get(name) for name in (*_CI, Variable.NO_UPDATE_NOTICE))

    def notice(self) -> str | None:
        """Return what to say of a newer version, once for each look; None for nothing."""
        known = _read(self._file)
        if known.said or not is_newer(known.newest, __version__):
            return None
        _write(self._file, msgspec.structs.replace(known, said=True))
        return f"A newer version of cronofy is there: {__version__} -> {known.newest}\nhint: {_upgrade()}"

    def look_in_background(self) -> None:
        """Start a look if the last one was a day ago. It goes on when this process has ended."""
        import subprocess

        known = _read(self._file)
        if abs(time.time() - known.looked_at) < DAY_S:
            return
        _write(self._file, msgspec.structs.replace(known, looked_at=time.time()))
        with suppress(OSError):  # no look today
            process = subprocess.Popen(  # noqa: S603 - this program
                [sys.executable, "-m", "cronofy_cli.adapters.updates", str(self._file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=sys.platform != "win32",
            )
            # Popen warns of a child that is left alone; this one is meant to be.
            process.returncode = 0


def look(file: Path, url: str = INDEX_URL) -> None:
    """Ask the index for the newest version and keep the answer; what goes wrong is tried again tomorrow."""
    import httpx

    with suppress(httpx.HTTPError, msgspec.MsgspecError):
        answer = httpx.get(url, timeout=LIMIT_S, follow_redirects=False)
        if answer.status_code == httpx.codes.OK and len(answer.content) <= MOST_BYTES:
            version = msgspec.json.decode(answer.content, type=_Project).info.version
            _write(file, Known(time.time(), version, said=False))


class _Info(Struct):
    version: str


class _Project(Struct):
    info: _Info


def _read(file: Path) -> Known:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Known)
    except (OSError, msgspec.MsgspecError):
        return Known()


def _write(file: Path, known: Known) -> None:
    with suppress(CronofyError):  # a folder that cannot be written: then it is not said either
        write_private(file, msgspec.json.encode(known))


def _upgrade() -> str:
    place = Path(sys.prefix).as_posix()
    return next((command for part, command in _UPGRADES if part in place), "pip install --upgrade cronofy-cli")


if __name__ == "__main__":
    look(Path(sys.argv[1]))
