"""The lock around a context's secrets: whoever refreshes a token does so alone."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.secrets import locked
from cronofy_cli.adapters.settings.locks import LockBusy
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

COUNT_UP = """
import os, sys
from pathlib import Path
from cronofy_cli.adapters.secrets import locked

for _ in range(int(sys.argv[2])):
    with locked("acme", os.environ, limit_s=600):
        path = Path(sys.argv[1])
        number = int(path.read_text())
        path.write_text(str(number + 1))
"""
HOLD = """
import os, sys
from cronofy_cli.adapters.secrets import locked

with locked("acme", os.environ):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder for settings and locks."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "CRONOFY_CONFIG_DIR": str(tmp_path / "config"),
    }


def test_processes_take_turns(environment: dict[str, str], tmp_path: Path) -> None:
    """What many processes read, change and write under the lock loses no change."""
    counter = tmp_path / "counter"
    counter.write_text("0", encoding="utf-8")
    with ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", COUNT_UP, str(counter), "25"], env=environment))
            for _ in range(8)
        ]

    assert [process.returncode for process in processes] == [0] * 8
    assert counter.read_text(encoding="utf-8") == "200"


def test_a_lock_that_stays_busy_is_an_error_within_the_limit(environment: dict[str, str]) -> None:
    """Waiting ends with a sentence; another context's lock is free meanwhile; a killed holder frees it."""
    with _holder(environment) as holder:
        with (
            pytest.raises(LockBusy, match=r"another cronofy has held .* for 0\.05 s") as busy,
            locked("acme", environment, limit_s=0.05),
        ):
            pass
        assert busy.value.hint == "end that process, then try again"
        with locked("other", environment, limit_s=0.05):
            holder.kill()
            holder.wait()

    with locked("acme", environment, limit_s=0.05):
        assert holder.returncode != 0


def _holder(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process
