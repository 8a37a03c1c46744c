"""Agents as processes of this machine: telling whether a process is still the one that we started, and ending it.

A process id alone is used again by the system; with the time of its start and its program's name it is not mistaken.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

PROC: Final = Path("/proc")
POLL_S: Final = 0.02
PS_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class AgentProcess:
    """A process, such that a journal can name it beyond the end of this one."""

    pid: int
    started_at: str
    """When it started, as the system counts: only good for comparing."""
    name: str
    """Its program's file name."""


@dataclass(frozen=True, slots=True)
class _Sight:
    started_at: str
    names: frozenset[str]


def identify_child(pid: int, name: str) -> AgentProcess | None:
    """Return what tells a running child of ours apart, once it is the program `name`, if it is not yet.

    Its name is not looked at: a process that is just becoming another program shows none.
    """
    sight = _look(pid)
    return AgentProcess(pid, sight.started_at, name) if sight is not None else None


def is_running(agent: AgentProcess) -> bool:
    """Whether exactly this process still runs."""
    sight = _look(agent.pid)
    return sight is not None and sight.started_at == agent.started_at and agent.name in sight.names


def end_stray_agent(agent: AgentProcess, limit_s: float = 3.0) -> bool:
    """End a process that an earlier run left behind; return whether it was there and is gone now.

    A process that is not exactly the one that was started is left alone.
    """
    hardest = getattr(signal, "SIGKILL", signal.SIGTERM)
    for number in (signal.SIGTERM, hardest):
        if not is_running(agent):
            return number is not signal.SIGTERM
        try:
            os.kill(agent.pid, number)
        except OSError:  # it has just ended, or belongs to another user
            return not is_running(agent)
        if _wait_for_end(agent, limit_s):
            return True
    return False


def _wait_for_end(agent: AgentProcess, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    pause = threading.Event()
    while is_running(agent):
        if time.monotonic() > deadline:
            return False
        pause.wait(POLL_S)
    return True


def _look(pid: int) -> _Sight | None:
    if (PROC / "self" / "stat").exists():
        return _look_into_proc(pid)
    return _ask_ps(pid) if os.name == "posix" else None


def _look_into_proc(pid: int) -> _Sight | None:
    """See proc(5): after the name, which may hold spaces and brackets, come state (3) and, as the 22nd, start time."""
    folder = PROC / str(pid)
    try:
        command, _, rest = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        arguments = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    fields = rest.split()
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    names = {PurePath(argument).name for argument in arguments if argument}
    return _Sight(f"{boot}:{fields[19]}", frozenset({command.partition("(")[2], *names}))


def _ask_ps(pid: int) -> _Sight | None:
    # -ww: otherwise the line is cut at the width of a terminal that COLUMNS tells of.
    command = ["ps", "-ww", "-o", "lstart=", "-o", "stat=", "-o", "command=", "-p", str(pid)]
    try:
        # The system's own tool, with a number as its only variable argument.
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=PS_LIMIT_S, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    words = done.stdout.split()
    # lstart is five words, such as "Sat Nov 21 12:00:00 2026".
    if len(words) < 6 or words[5].startswith("Z"):
        return None
    return _Sight(" ".join(words[:5]), frozenset(PurePath(word).name for word in words[6:]))
