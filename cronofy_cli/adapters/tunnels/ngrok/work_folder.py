"""The private folder of one agent: its configuration, its errors, and the launcher that pyngrok runs in its place."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.tunnels.children import CAN_BECOME, guarded
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

PREFIX: Final = "ngrok-"


class WorkFolder:
    """A folder that only its owner can open, made with the id of this process in its name."""

    def __init__(self, parent: Path) -> None:
        """Make it, and remove what ended processes left beside it.

        Raises:
            CronofyError: it cannot be made.
        """
        try:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sweep(parent)
            self._path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
        except OSError as error:
            raise CronofyError(
                f"{parent} cannot be written: {error.strerror}", hint=f"set {Variable.DATA_DIR} to a folder of yours"
            ) from error
        self.configuration = self._path / "ngrok.yml"
        self._errors = self._path / "errors"

    def launcher(self, agent: Path) -> Path:
        """Return what to give pyngrok as the agent.

        It becomes the agent after what pyngrok does not do: dying with us, errors in a file, no secrets of ours. Each
        agent has its own, and pyngrok tells agents apart by their paths.
        """
        if not CAN_BECOME:
            return agent
        path = self._path / "ngrok"
        command = shlex.join(guarded([str(agent)], str(self._errors)))
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        path.chmod(0o700)
        return path

    def errors_apart(self) -> AbstractContextManager[None]:
        """Keep the agent's errors off our stderr where the launcher cannot."""
        return nullcontext() if CAN_BECOME else stderr_into(self._errors)

    def errors(self) -> str:
        """Return what the agent has written to stderr, which can quote the token."""
        try:
            return self._errors.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def forget_token(self) -> None:
        """Remove the configuration; a running agent has read it."""
        self.configuration.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._path, ignore_errors=True)


@contextmanager
def stderr_into(path: Path) -> Iterator[None]:
    """Have programs that are started meanwhile, and everything else in this process, write their errors to a file."""
    sys.stderr.flush()
    kept = os.dup(2)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(descriptor, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(descriptor)


def sweep(parent: Path) -> None:
    """Remove the folders that ended processes left behind: they may hold a token."""
    for folder in parent.glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not _runs(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    if not CAN_BECOME:  # on Windows, signal 0 is Ctrl-C
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
