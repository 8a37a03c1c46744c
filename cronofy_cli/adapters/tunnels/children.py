"""Programs that run for us until they are ended or end by themselves, their output read line by line.

What the lines mean is the provider's matter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels import child_main
from cronofy_cli.adapters.tunnels.processes import identify_child
from cronofy_cli.core.text import clean
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cronofy_cli.adapters.tunnels.processes import AgentProcess

SPAWN_LIMIT_S: Final = 10.0
END_LIMIT_S: Final = 3.0
CAN_BECOME: Final = os.name == "posix"
"""Whether a process can replace its program, which `child_main` needs."""


def find_program(name: str, environment: Mapping[str, str]) -> str | None:
    """Return the path of a program on the environment's PATH."""
    found = shutil.which(name, path=environment.get("PATH", os.defpath))
    return str(Path(found).absolute()) if found else None


def guarded(program: Sequence[str], error_file: str = "") -> list[str]:
    """Return the command by which a program dies with the calling thread; see `child_main`."""
    if not CAN_BECOME:
        return list(program)
    return [sys.executable, "-IS", child_main.__file__, str(os.getpid()), error_file, *program]


def end_process(process: subprocess.Popen[bytes] | subprocess.Popen[str], limit_s: float = END_LIMIT_S) -> None:
    """Ask a process to end, and end it if it does not."""
    process.terminate()
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(limit_s)


class Child:
    """A running program. A thread of its own starts it, reads it and outlives it, so that it dies with us."""

    def __init__(
        self,
        program: Sequence[str],
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        on_end: Callable[[int], None],
    ) -> None:
        self._program = list(program)
        self._environment = environment
        self._on_line = on_line
        self._on_end = on_end
        self._spawned = threading.Event()
        self._failure: OSError | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keep {self.name}", daemon=True)

    @property
    def name(self) -> str:
        """The program's file name."""
        return Path(self._program[0]).name

    def start(self) -> AgentProcess | None:
        """Start it and return its identity, if the system tells it.

        Raises:
            Unreachable: it cannot be run.
        """
        self._keeper.start()
        self._spawned.wait(SPAWN_LIMIT_S)
        if self._process is None:
            reason = self._failure.strerror if self._failure else "the system is too slow"
            raise Unreachable(f"{self._program[0]} cannot be run: {reason}")
        return identify_child(self._process.pid, self.name)

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """End it and wait for its thread."""
        if self._keeper.ident is None:
            return
        self._spawned.wait(SPAWN_LIMIT_S)
        if self._process is not None:
            end_process(self._process)
        if threading.current_thread() is not self._keeper:
            self._keeper.join(END_LIMIT_S)

    def _keep(self) -> None:
        try:
            # The program is the user's own, found on their PATH; there is no shell.
            self._process = subprocess.Popen(  # noqa: S603
                guarded(self._program),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=child_main.without_secrets(self._environment),
                start_new_session=CAN_BECOME,  # Ctrl-C is for us: the channel is closed first
            )
        except OSError as error:
            self._failure = error
            return
        finally:
            self._spawned.set()
        with self._process:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self._on_line(clean(line.decode("utf-8", "replace").rstrip()))
        self._on_end(self._process.wait())
