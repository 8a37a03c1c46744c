"""The command line as a user types it, for tests.

Nothing of the developer's own set-up reaches a test: the environment is made anew, and so is every folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REPOSITORY = Path(__file__).parents[1]
COMMAND_LIMIT_S = 300.0
"""Ends what hangs. How long a command takes says nothing on a busy machine."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished command left behind."""

    exit_code: int
    stdout: str
    stderr: str
    stdout_bytes: bytes

    @property
    def json(self) -> Any:
        """What stdout holds as one JSON document."""
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.stdout.splitlines()

    @property
    def error(self) -> dict[str, Any]:
        """The JSON object on stderr's last line."""
        document: dict[str, Any] = json.loads(self.stderr.splitlines()[-1])
        return document


@dataclass
class Running:
    """A command that has not ended yet. Its output is collected on threads, so that it never blocks."""

    process: subprocess.Popen[bytes]
    lines: list[str] = field(default_factory=list)
    errors_so_far: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    open_streams: int = 2
    """How many of stdout and stderr have not been read to their end."""

    @property
    def errors(self) -> list[str]:
        """The lines of stderr, once it has ended: another thread reads it than stdout, which says nothing of it."""
        with self.changed:
            assert not self.open_streams, "stderr may still grow: end() or stop() it first, or use wait_for()"
            return list(self.errors_so_far)

    def wait_for(self, text: str, limit_s: float = COMMAND_LIMIT_S) -> str:
        """Return the first line, of either stream, that holds `text`, once it is there."""

        def found() -> str | None:
            return next((line for line in [*self.lines, *self.errors_so_far] if text in line), None)

        with self.changed:
            self.changed.wait_for(lambda: found() or not self.open_streams, limit_s)
            line = found()
        assert line is not None, f"no line with {text!r} in {self.lines} and {self.errors_so_far}"
        return line

    def wait_until(self, condition: Callable[[list[str]], bool], limit_s: float = COMMAND_LIMIT_S) -> None:
        """Wait until stdout's lines fulfil a condition."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self.lines), limit_s), self.lines

    def stop(self, number: int = signal.SIGINT, limit_s: float = COMMAND_LIMIT_S) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.end(limit_s)

    def end(self, limit_s: float = COMMAND_LIMIT_S) -> int:
        """Wait for the end, and for the last line, and return the exit code."""
        exit_code = self.process.wait(limit_s)
        with self.changed:
            assert self.changed.wait_for(lambda: not self.open_streams, limit_s), "its output was not closed"
        return exit_code


class Cli:
    """`cronofy` as a user types it: a process of its own with a home, an environment and folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CRONOFY_DATA_DIR": str(self.data),
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONWARNINGS": "error",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "CRONOFY_NO_UPDATE_NOTICE": "1",
        }

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        limit_s: float = COMMAND_LIMIT_S,
    ) -> Result:
        """Run a command to its end, in a pipe."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            env=self.environment | dict(environment or {}),
            cwd=self.folder,
            timeout=limit_s,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8"), done.stdout)

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the process's arguments."""
        return [sys.executable, "-m", "cronofy_cli", *map(str, arguments)]

    @contextmanager
    def start(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
        """Run a command while something else is done; it is killed at the end if it still runs."""
        process = subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment | dict(environment or {}),
            cwd=self.folder,
        )
        running = Running(process)
        readers = [
            threading.Thread(target=_collect, args=(running, stream, lines))
            for stream, lines in ((process.stdout, running.lines), (process.stderr, running.errors_so_far))
        ]
        for reader in readers:
            reader.start()
        try:
            yield running
        finally:
            process.kill()
            process.wait()
            for reader in readers:
                reader.join()


class Impatient(Cli):
    """The same, but that a run looks for its channel, and tries to recover, several times a second."""

    def __init__(self, cli: Cli) -> None:
        super().__init__(cli.folder)
        self.environment = cli.environment

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the process's arguments."""
        program = (
            "import sys\n"
            "from cronofy_cli.listen import watchdog\n"
            "watchdog.Pace.__init__.__defaults__ = (0.1, 0.2, 0.2, 0.2)\n"
            "from cronofy_cli.app import main\n"
            "sys.exit(main())\n"
        )
        return [sys.executable, "-c", program, *map(str, arguments)]


def _collect(running: Running, stream: Any, lines: list[str]) -> None:
    for line in stream:
        with running.changed:
            lines.append(line.decode("utf-8", "replace").rstrip("\n"))
            running.changed.notify_all()
    stream.close()
    with running.changed:
        running.open_streams -= 1
        running.changed.notify_all()
