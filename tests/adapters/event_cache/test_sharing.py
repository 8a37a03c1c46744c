"""Several processes at one cache, and one that is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import open_event_cache
from tests.adapters.event_cache.observing_program import version
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = 40


@contextmanager
def observing(folder: Path, versions: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program; it begins when its stdin has a line."""
    module = "tests.adapters.event_cache.observing_program"
    command = [sys.executable, "-m", module, str(folder), str(EVENTS), str(versions)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_processes(tmp_path: Path) -> None:
    """Two programs read the same changes at once: each is told by one of them alone, and none is lost."""
    with observing(tmp_path, 15) as first, observing(tmp_path, 15) as second:
        for process in (first, second):
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        outputs = [process.communicate(timeout=60) for process in (first, second)]

    assert [errors for _, errors in outputs] == [b"", b""]
    told = [json.loads(line) for output, _ in outputs for line in output.splitlines()]
    changes = [(change["event_uid"], change["event"]["summary"]) for change in told]
    assert len(set(changes)) == len(changes)
    last = {event_uid for event_uid, summary in changes if summary == "Version 14"}
    assert len(last) == EVENTS


def test_kill_9(tmp_path: Path) -> None:
    """Killed in the middle, the cache holds whole reads, all that were told among them, and goes on."""
    with observing(tmp_path, 100_000) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(EVENTS * 20 + 7)]
        process.kill()
        process.wait()

    newest_told = max(int(change["event"]["summary"].split()[1]) for change in told)
    with open_event_cache("uk", "acc_1", {"CRONOFY_DATA_DIR": str(tmp_path)}) as cache:
        assert cache._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = cache._connection.execute("SELECT raw FROM events").fetchall()
        kept = {json.loads(raw)["summary"] for (raw,) in rows}
        assert (len(rows), len(kept)) == (EVENTS, 1)
        number = int(kept.pop().split()[1])
        assert number >= newest_told
        assert cache.observe(version(number, EVENTS), None) == ()
        assert len(cache.observe(version(number + 1, EVENTS), None)) == EVENTS
