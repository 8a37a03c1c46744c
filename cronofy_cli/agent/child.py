"""A command of this program as a child: tools rest on its exit code, its JSON and its error object, as scripts do.

In process, `wait` could not have its signals, and a cancelled tool could not end it. A cancelled child gets SIGTERM and
closes the channel that it opened. It stays in this process's group: a client that ends the group reaches it too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from anyio.abc import ByteReceiveStream, Process

ENDING_LIMIT_S: Final = 8.0
"""How long a child may take to close what it opened after SIGTERM."""
MOST_STDERR: Final = 64_000
MOST_STDOUT: Final = 16 * 1024 * 1024


class Children:
    """The commands that run now."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._program = [sys.executable, "-m", "cronofy_cli", *options]
        self._running: set[Process] = set()

    async def run(
        self,
        arguments: Sequence[str],
        *,
        on_line: Callable[[int], Awaitable[None]] | None = None,
        most_lines: int | None = None,
    ) -> Ended:
        """Run a command to its end, or until it has printed more than `most_lines`. Cancelled, the child ends first."""
        process = await anyio.open_process([*self._program, *arguments], stdin=subprocess.DEVNULL)
        self._running.add(process)
        ended = Ended(arguments)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_keep_tail, process.stderr, ended.stderr)
                await _read_lines(process, ended, on_line, most_lines)
                if ended.is_cut:
                    process.terminate()
                await process.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)
            self._running.discard(process)
        ended.exit_code = process.returncode or 0
        return ended

    async def end_all(self) -> None:
        """End those that run."""
        async with anyio.create_task_group() as group:
            for process in list(self._running):
                group.start_soon(_end, process)


class Ended:
    """What a command left behind."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = tuple(arguments)
        self.lines: list[bytes] = []
        self.stderr = bytearray()
        self.exit_code = 0
        self.is_cut = False
        """Whether it was ended because it had printed enough."""

    @property
    def document(self) -> Any:
        """What it printed, as one JSON document; None for nothing."""
        return json.loads(b"\n".join(self.lines) or b"null")

    @property
    def documents(self) -> list[Any]:
        """What it printed, a document a line."""
        return [json.loads(line) for line in self.lines if line.strip()]

    @property
    def error(self) -> dict[str, Any]:
        """The error that it ended with: the object that `--json` puts on stderr."""
        for line in reversed(self.stderr.decode("utf-8", "replace").splitlines()):
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and "code" in found:
                    return {**found, "exit_code": self.exit_code}
        message = (
            f"'cronofy {' '.join(self.arguments[:2])}' ended with exit code {self.exit_code} and without a message"
        )
        return {
            "code": "failed",
            "message": message,
            "hint": "cronofy doctor",
            "docs": None,
            "exit_code": self.exit_code,
        }


async def _read_lines(
    process: Process, ended: Ended, on_line: Callable[[int], Awaitable[None]] | None, most_lines: int | None
) -> None:
    rest, size = b"", 0
    async for part in _stream(process.stdout):
        size += len(part)
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            ended.lines.append(line)
            if on_line is not None:
                await on_line(len(ended.lines))
        if size > MOST_STDOUT or (most_lines is not None and len(ended.lines) > most_lines):
            ended.is_cut = True
            return
    if rest:
        ended.lines.append(rest)


async def _keep_tail(stream: ByteReceiveStream | None, tail: bytearray) -> None:
    async for part in _stream(stream):
        tail += part
        del tail[:-MOST_STDERR]


def _stream(stream: ByteReceiveStream | None) -> ByteReceiveStream:
    assert stream is not None, "open_process() makes pipes"
    return stream


async def _end(process: Process) -> None:
    """End a process that may still run, gently first, and wait for it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with anyio.move_on_after(ENDING_LIMIT_S):
            await process.wait()
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.aclose()
