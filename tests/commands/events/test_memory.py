"""How much memory many events need."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support import Cli

EVENTS = 100_000
EVENTS_A_PAGE = 500
MOST_MB = 80
# The peak of this program alone: what wait4() tells counts the process that started it too (exec_mmap() in fs/exec.c).
PROGRAM = """
import re, sys
from pathlib import Path
from cronofy_cli.__main__ import run
try:
    sys.exit(run())
finally:
    sys.stderr.write("\\n" + re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its peak")


@contextmanager
def page_server(ready: Path, wait_until: Callable[[Callable[[], bool]], None]) -> Iterator[str]:
    """Serve the events, and yield the server's origin."""
    pages = str(EVENTS // EVENTS_A_PAGE)
    with subprocess.Popen([sys.executable, str(REPOSITORY / "benchmarks/page_server.py"), str(ready), pages]) as server:
        try:
            wait_until(lambda: ready.exists() and ready.read_bytes().endswith(b"\n"))
            yield json.loads(ready.read_bytes())["origin"]
        finally:
            server.kill()


@pytest.mark.parametrize(
    "arguments",
    [
        ["events", "read", "--tzid", "Etc/UTC", "--ndjson"],
        ["api", "GET", "/v1/events?tzid=Etc/UTC", "--paginate", "--ndjson"],
        ["api", "GET", "/v1/events?tzid=Etc/UTC", "--paginate"],
    ],
    ids=" ".join,
)
def test_a_hundred_thousand_events(
    arguments: list[str], cli: Cli, tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """100,000 events over 200 pages go through in less than 80 MB."""
    with page_server(tmp_path / "ready.json", wait_until) as origin:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments, "--data-center", origin],
            env=cli.environment | {"CRONOFY_ACCESS_TOKEN": "tok_1"},
            cwd=cli.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stderr.splitlines()[-1]) < MOST_MB * 1024
