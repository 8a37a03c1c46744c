"""No agent outlives the program that started it, however that ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.adapters.tunnels.support import runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.adapters.tunnels.support import Machine, Upstream


@contextmanager
def hold(provider: str, port: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Have a program that holds a tunnel; give it and the agent's id. It is killed at the end if it still runs."""
    command = [sys.executable, str(Path(__file__).with_name("holder.py")), provider, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("provider", ["ngrok", "cloudflared"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_killed(
    machine: Machine, listener: Upstream, provider: str, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """`kill -9` of the program ends the agent too."""
    with hold(provider, listener.port) as (process, agent_pid):
        assert runs(agent_pid)
        process.kill()
        process.wait()
        wait_until(lambda: not runs(agent_pid))

    assert all("ngrok.yml" not in path.name for path in machine.leftovers())
    shutil.rmtree(machine.data_folder, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_ended_by_a_signal(machine: Machine, listener: Upstream, number: signal.Signals) -> None:
    """After SIGTERM, SIGHUP or Ctrl-C there is no agent and no file."""
    with hold("ngrok", listener.port) as (process, agent_pid):
        process.send_signal(number)

        assert process.wait(60) == 128 + number
    assert not runs(agent_pid)


@pytest.mark.parametrize("provider", ["ngrok", "cloudflared"])
def test_ctrl_c_in_the_terminal_is_not_the_agents(machine: Machine, listener: Upstream, provider: str) -> None:
    """The agent is in a session of its own: Ctrl-C reaches it only through us, after the channel is closed."""
    with hold(provider, listener.port) as (process, agent_pid):
        assert os.getsid(agent_pid) == agent_pid != os.getsid(process.pid)
        process.terminate()
        process.wait(60)
