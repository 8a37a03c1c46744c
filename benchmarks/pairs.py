"""Fair timing: whole commands in turn, in a clean environment, and ratios within a round.

A machine's speed drifts by more than many differences that matter. What runs within the same second shares its luck, so
ratios are taken there, and their median is the result.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")


class CommandFailed(Exception):
    """A command that was to be timed did not do its work, so its time means nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments. Its output goes nowhere, or to a terminal that is read as fast as it can be."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    on_terminal: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took."""

    wall_s: float
    peak_mb: float


def clean_environment(home: Path, **additions: str) -> dict[str, str]:
    """Return an environment without the developer's own settings, all that begin with PYTHON above all."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "xterm"} | additions


def in_turn(rounds: int, measures: Sequence[Callable[[], T]]) -> list[list[T]]:
    """Run all measures once to warm up, then `rounds` times in turn. Returns the results of each round."""
    for measure in measures:
        measure()
    return [[measure() for measure in measures] for _ in range(rounds)]


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios of ours to theirs."""
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


def timed(command: Command) -> Usage:
    """Run a command to its end and return what it took.

    Raises:
        CommandFailed: it ended with an error.
    """
    return _timed_on_terminal(command) if command.on_terminal else _timed(command, subprocess.DEVNULL)


def output_of(command: Command) -> bytes:
    """Run a command to its end and return what it printed.

    Raises:
        CommandFailed: it ended with an error.
    """
    done = subprocess.run(command.arguments, env=command.environment, capture_output=True, check=False)
    if done.returncode:
        raise CommandFailed(_failure(command, done.returncode, done.stderr))
    return done.stdout


def lines_of(command: Command) -> int:
    """Run a command to its end and return how many lines it printed, without holding them.

    Linux counts what this process has needed to the peak of every later child (exec_mmap() in fs/exec.c).

    Raises:
        CommandFailed: it ended with an error.
    """
    with tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            command.arguments, env=command.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
        )
        assert process.stdout is not None
        with process.stdout as stdout:
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stdout.read(65536), b""))
        if process.wait():
            stderr.seek(0)
            raise CommandFailed(_failure(command, process.returncode, stderr.read()))
    return lines


def _timed_on_terminal(command: Command) -> Usage:
    ours, theirs = pty.openpty()
    reader = threading.Thread(target=_drain, args=(ours,))
    reader.start()
    try:
        return _timed(command, theirs)
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)


def _timed(command: Command, stdout: int) -> Usage:
    begun = time.perf_counter()
    process = subprocess.Popen(
        command.arguments,
        env=command.environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stderr is not None
    with process.stderr as stderr:
        if process.returncode:
            raise CommandFailed(_failure(command, process.returncode, stderr.read()))
    return Usage(wall_s, usage.ru_maxrss / 1024)


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        # Linux says EIO when nobody has the other side open any more.
        return


def _failure(command: Command, exit_code: int, stderr: bytes) -> str:
    return f"{' '.join(command.arguments)} ended with {exit_code}: {stderr.decode('utf-8', 'replace')}"
