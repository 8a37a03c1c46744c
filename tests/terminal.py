"""A real terminal for tests: a process at a pseudoterminal, and an emulator that shows what a person would see."""

from __future__ import annotations

import signal
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pexpect
import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support import Cli

LIMIT_S = 60.0


class Terminal:
    """A process and its screen. Lines that have scrolled away are kept above it."""

    def __init__(self, child: pexpect.spawn, columns: int, rows: int) -> None:
        self.child = child
        self.screen = pyte.HistoryScreen(columns, rows, history=2000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def all_lines(self) -> list[str]:
        """What the screen shows, and what has scrolled away."""
        above = [
            "".join(row[column].data for column in range(self.screen.columns)).rstrip()
            for row in self.screen.history.top
        ]
        return [*above, *self.lines]

    @property
    def text(self) -> str:
        """All lines in one."""
        return "\n".join(self.all_lines)

    @property
    def bottom(self) -> str:
        """The last line that is not empty."""
        return next((line for line in reversed(self.lines) if line), "")

    @property
    def modes(self) -> tuple[bool, bool]:
        """Whether the terminal echoes, and whether it gives whole lines, as a shell wants it."""
        flags = termios.tcgetattr(self.child.child_fd)[3]
        return bool(flags & termios.ECHO), bool(flags & termios.ICANON)

    def send(self, text: str | bytes) -> None:
        """Type."""
        self.child.send(text)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def read(self, limit_s: float = 0.05) -> bool:
        """Take what has come; false at the end of the process."""
        try:
            chunk = self.child.read_nonblocking(65536, timeout=limit_s)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += chunk
        self.stream.feed(chunk)
        return True

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Read until something is on the screen."""
        end_s = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < end_s, self.text
            goes_on = self.read()
            assert goes_on or condition(), self.text

    def wait_for(self, text: str) -> None:
        """Read until a text is to be seen."""
        self.wait_until(lambda: text in self.text)

    def wait_for_bottom(self, text: str) -> None:
        """Read until the last line has a text."""
        self.wait_until(lambda: text in self.bottom)

    def end(self) -> int:
        """Wait for the end of the process, and return its exit code; 128 and the number for a signal."""
        end_s = time.monotonic() + LIMIT_S
        while self.read():
            assert time.monotonic() < end_s, self.text
        self.child.wait()
        return self.child.exitstatus if self.child.exitstatus is not None else 128 + (self.child.signalstatus or 0)


@contextmanager
def at_terminal(
    cli: Cli, *arguments: str, columns: int = 110, rows: int = 24, environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run a command at a terminal of a size; it is killed at the end."""
    with in_terminal(cli, cli.command(*arguments), columns=columns, rows=rows, environment=environment) as terminal:
        yield terminal


@contextmanager
def in_terminal(
    cli: Cli,
    command: list[str],
    *,
    columns: int = 110,
    rows: int = 24,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run any program at a terminal of a size; it is killed at the end."""
    child = pexpect.spawn(
        command[0],
        command[1:],
        env={**cli.environment, "TERM": "xterm-256color", **(environment or {})},
        cwd=str(cli.folder),
        dimensions=(rows, columns),
        timeout=LIMIT_S,
    )
    try:
        yield Terminal(child, columns, rows)
    finally:
        if child.isalive():
            child.kill(signal.SIGKILL)
            child.wait()
        child.close()
