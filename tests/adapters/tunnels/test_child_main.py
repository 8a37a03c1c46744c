"""What stands between us and an agent until it is the agent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels import child_main
from cronofy_cli.adapters.tunnels.ngrok.work_folder import stderr_into

if TYPE_CHECKING:
    from pathlib import Path


def become(*program: str, parent: int | None = None, errors: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program through it."""
    command = [sys.executable, "-IS", child_main.__file__, str(parent or os.getpid()), errors, *program]
    environment = {**os.environ, "CRONOFY_ACCESS_TOKEN": "secret"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_it_becomes_the_program() -> None:
    """The program gets its arguments and our standard output, but none of our secrets."""
    done = become("/bin/sh", "-c", 'echo "$1 ${CRONOFY_ACCESS_TOKEN:-unknown}"', "sh", "a b")

    assert (done.returncode, done.stdout) == (0, "a b unknown\n")


@pytest.mark.skipif(sys.platform != "linux", reason="the mask is read where Linux shows it")
def test_a_closed_pipe_ends_the_program() -> None:
    """SIGPIPE, which Python ignores, has its usual effect on the program."""
    ignored = int(become("/bin/sed", "-n", "s/^SigIgn://p", "/proc/self/status").stdout, 16)

    assert ignored & (1 << (signal.SIGPIPE - 1)) == 0


def test_errors_go_to_a_private_file(tmp_path: Path) -> None:
    """What the program says on stderr is not seen, and can be read by its owner only."""
    errors = tmp_path / "errors"
    done = become("/bin/sh", "-c", "echo token >&2", errors=str(errors))

    assert done.stderr == ""
    assert errors.read_text() == "token\n"
    assert errors.stat().st_mode & 0o077 == 0


def test_a_program_that_cannot_be_run() -> None:
    """The reason stands on one line, without a traceback."""
    done = become("/nowhere/agent")

    assert (done.returncode, done.stderr) == (126, "/nowhere/agent: No such file or directory\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_a_parent_that_is_already_gone() -> None:
    """If the parent ended before it could be watched, the program is not even started."""
    done = become("/bin/echo", "started", parent=1)

    assert (done.returncode, done.stdout) == (126, "")


def test_stderr_where_a_program_cannot_be_replaced(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where there is no such program in between, stderr itself goes to a file meanwhile, and is back afterwards."""
    errors = tmp_path / "errors"
    with stderr_into(errors):
        subprocess.run(["/bin/sh", "-c", "echo token >&2"], check=True)
    subprocess.run(["/bin/sh", "-c", "echo back >&2"], check=True)

    assert errors.read_text() == "token\n"
    assert capfd.readouterr().err == "back\n"
