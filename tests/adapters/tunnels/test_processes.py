"""Telling a process apart from every other, and ending only that one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels import processes
from cronofy_cli.adapters.tunnels.processes import AgentProcess, end_stray_agent, identify_child, is_running
from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READY = "print('ready', flush=True)\n"
WAITS = f"import signal\n{READY}signal.pause()\n"
IGNORES = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{READY}signal.pause()\nsignal.pause()\n"


@pytest.fixture(params=["proc", "ps"])
def looked_at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """See processes through /proc, and as on a system without it."""
    if request.param == "ps":
        require_program("ps")
        monkeypatch.setattr(processes, "PROC", tmp_path)
        monkeypatch.setenv("COLUMNS", "80")


def started(program: str, folder: Path) -> subprocess.Popen[str]:
    """Start a program named `agent` and wait until it is ready."""
    script = folder / "agent"
    script.write_text(program)
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def stray(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have a process that waits for a signal."""
    with started(WAITS, tmp_path) as process:
        yield process
        process.kill()


@pytest.mark.usefixtures("looked_at")
def test_a_stray_agent_is_ended(stray: subprocess.Popen[str]) -> None:
    """The process that the journal names is ended."""
    agent = identify_child(stray.pid, "agent")
    assert agent is not None
    assert is_running(agent)

    assert end_stray_agent(agent)
    assert stray.wait(60) == -signal.SIGTERM


@pytest.mark.usefixtures("looked_at")
@pytest.mark.parametrize(
    "confuse",
    [lambda agent: replace(agent, started_at="0"), lambda agent: replace(agent, name="ngrok")],
    ids=["start", "name"],
)
def test_a_process_that_is_another_is_left_alone(
    stray: subprocess.Popen[str], confuse: Callable[[AgentProcess], AgentProcess]
) -> None:
    """A process with the id of an ended agent, started at another time or another program, is not touched."""
    agent = identify_child(stray.pid, "agent")
    assert agent is not None

    assert not end_stray_agent(confuse(agent))
    assert stray.poll() is None


def test_a_stray_agent_that_does_not_listen(tmp_path: Path) -> None:
    """A process that ignores the request is ended all the same."""
    with started(IGNORES, tmp_path) as process:
        agent = identify_child(process.pid, "agent")
        assert agent is not None

        assert end_stray_agent(agent, limit_s=0.2)
        assert process.wait(60) == -signal.SIGKILL


@pytest.mark.usefixtures("looked_at")
def test_an_agent_that_is_gone(stray: subprocess.Popen[str]) -> None:
    """A process that has ended is not there to be ended, even while its parent has not noticed."""
    agent = identify_child(stray.pid, "agent")
    assert agent is not None
    stray.kill()
    os.waitid(os.P_PID, stray.pid, os.WEXITED | os.WNOWAIT)

    assert identify_child(stray.pid, "agent") is None
    assert not is_running(agent)
    assert not end_stray_agent(agent)


@pytest.mark.usefixtures("looked_at")
def test_no_such_process() -> None:
    """An id that nobody has is nobody."""
    assert identify_child(4194305, "agent") is None
    assert not end_stray_agent(AgentProcess(4194305, "0", "agent"))


@pytest.mark.parametrize(
    ("stat", "started_at"),
    [
        ("7 (my (odd) agent) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 19 20", "boot-1:4711"),
        ("7 (agent) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711", "boot-1:4711"),
        ("7 (agent) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 4711", None),
        ("7 (agent) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 19 20", None),
        ("7 (agent) X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 19 20", None),
        ("", None),
    ],
    ids=["brackets", "short", "cut", "zombie", "dead", "empty"],
)
def test_what_the_system_tells(
    stat: str, started_at: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of the start is found behind any name; a process that has ended, or cannot be seen whole, is nobody.

    It is known by its own name, and by those of its program and script.
    """
    for name, text in {
        "self/stat": "1 (python) S",
        "7/stat": stat,
        "7/cmdline": "/usr/bin/python3\0/opt/ngrok agent\0\0",
        "sys/kernel/random/boot_id": "boot-1\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(processes, "PROC", tmp_path)

    found = identify_child(7, "ngrok agent")

    assert (None if found is None else found.started_at) == started_at
    if started_at is not None:
        own = stat[stat.index("(") + 1 : stat.rindex(")")]
        names = ("ngrok agent", "python3", own, "python", "")
        running = [is_running(AgentProcess(7, started_at, name)) for name in names]
        assert running == [True, True, True, False, False]
