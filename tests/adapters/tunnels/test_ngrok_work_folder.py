"""The folder of one agent: who may look into it, and what is left of it."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.ngrok.work_folder import WorkFolder, stderr_into, sweep
from cronofy_cli.errors import CronofyError
from tests.open_files import open_files

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    """Return who may do what with a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_private_and_goes(tmp_path: Path) -> None:
    """Its owner alone may enter it; it is named after this process, and goes with all that is in it."""
    parent = tmp_path / "state" / "agents"
    work = WorkFolder(parent)
    work.configuration.write_text("authtoken")
    [folder] = parent.iterdir()

    assert (mode(parent), mode(folder)) == (0o700, 0o700)
    assert folder.name.startswith(f"ngrok-{os.getpid()}-")
    work.forget_token()
    work.forget_token()
    assert (list(folder.iterdir()), work.errors()) == ([], "")
    work.remove()
    work.remove()
    assert list(parent.iterdir()) == []


def test_what_ended_processes_left(tmp_path: Path) -> None:
    """Their folders go; those of processes that run stay, and so does what is not ours."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [f"ngrok-{ended.pid}-a", f"ngrok-{os.getpid()}-b", "ngrok-1-c", "ngrok-x", "other"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "ngrok.yml").write_text("authtoken")

    sweep(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_the_launcher(tmp_path: Path) -> None:
    """It becomes the agent, hands its arguments on, and keeps what the agent says is wrong."""
    agent = tmp_path / "the agent"
    agent.write_text('#!/bin/sh\necho "$1"; echo "it rains: $2" >&2\n')
    agent.chmod(0o700)
    work = WorkFolder(tmp_path / "agents")
    path = work.launcher(agent)

    done = subprocess.run([path, "a b", "c"], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr, mode(path)) == ("a b\n", "", 0o700)
    assert work.errors() == "it rains: c\n"
    assert shlex.quote(str(agent)) in path.read_text()
    work.remove()


def test_errors_apart(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What goes to stderr meanwhile goes to a file for its owner alone, also from programs that were started; then all
    is as before.
    """
    path = tmp_path / "errors"
    for word in ("one", "two"):
        with stderr_into(path):
            subprocess.run([sys.executable, "-c", f"import sys; sys.stderr.write({word!r})"], check=True)
            os.write(2, b"!")
    os.write(2, b"after")

    assert (path.read_text(), mode(path)) == ("one!two!", 0o600)
    assert open_files(path) == set()
    assert capfd.readouterr().err.endswith("after")


@pytest.mark.skipif(os.name != "posix", reason="there the launcher cannot do it")
def test_errors_of_this_process(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the launcher keeps the agent's errors apart, our own stderr stays where it is."""
    work = WorkFolder(tmp_path)
    with work.errors_apart():
        os.write(2, b"ours")

    assert (capfd.readouterr().err, work.errors()) == ("ours", "")
    work.remove()


def test_where_nothing_can_be_made(tmp_path: Path) -> None:
    """The folder is named, with the variable that names another one."""
    (tmp_path / "file").write_text("")

    with pytest.raises(CronofyError) as caught:
        WorkFolder(tmp_path / "file" / "agents")

    assert caught.value.message == f"{tmp_path / 'file' / 'agents'} cannot be written: Not a directory"
    assert caught.value.hint == "set CRONOFY_DATA_DIR to a folder of yours"
