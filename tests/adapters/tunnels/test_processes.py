"""Telling a process apart from every other, and ending only that one."""

from __future__ import annotations

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
    stray.wait()

    assert not end_stray_agent(agent)


@pytest.mark.usefixtures("looked_at")
def test_no_such_process() -> None:
    """An id that nobody has is nobody."""
    assert identify_child(4194305, "agent") is None
    assert not end_stray_agent(AgentProcess(4194305, "0", "agent"))
