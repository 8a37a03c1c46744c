"""What the status line and the keys of `listen` cost, against the plain lines of the same run at the same terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.pairs import in_turn, median_ratio
from benchmarks.processes import HERE, START_LIMIT_S, client_secret_file, simulator
from benchmarks.report import Budget, Finding
from benchmarks.start_up import BODY, signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

STARTS = 12
LOADS = 5
PER_SECOND = 1_000
COUNT = 4_000
CONNECTIONS = 64
READY = Budget(1.10)
ANSWERS = Budget(1.10)
CORE = Budget(0.15)
"""Of one core, at 1,000 notifications a second."""


def measure(bench: Bench) -> Iterator[Finding]:
    """Start and load a run with the status line and one without, in turn."""
    client_secret_file(bench)
    with simulator(bench):
        starts = in_turn(bench.rounds(STARTS), [partial(_time_to_ready, bench, *plain) for plain in ((), ("--plain",))])
        live_s, plain_s = (list(column) for column in zip(*starts, strict=True))
        yield _finding("listen to Ready at a terminal", live_s, plain_s, "ms", READY, 1000)
        loads = in_turn(bench.rounds(LOADS), [partial(_load, bench, *plain) for plain in ((), ("--plain",))])
        live, plain = (list(column) for column in zip(*loads, strict=True))
        yield _finding(
            f"answers at {PER_SECOND:,}/s", [each[0] for each in live], [each[0] for each in plain], "ms", ANSWERS, 1
        )
        shares = [ours[1] - theirs[1] for ours, theirs in zip(live, plain, strict=True)]
        yield Finding(
            f"of a core more at {PER_SECOND:,}/s",
            f"{median(each[1] for each in live):.2f}",
            "--plain",
            f"{median(each[1] for each in plain):.2f}",
            median(shares),
            CORE,
        )


def _finding(what: str, live: list[float], plain: list[float], unit: str, budget: Budget, factor: float) -> Finding:
    ours, theirs = (f"{median(column) * factor:.1f} {unit}" for column in (live, plain))
    return Finding(what, ours, "--plain", theirs, median_ratio(live, plain), budget)


def _time_to_ready(bench: Bench, *options: str) -> float:
    with _at_terminal(bench, *options) as (_, _, ready_s):
        return ready_s


def _load(bench: Bench, *options: str) -> tuple[float, float]:
    """Return the median time of an answer in milliseconds, and the share of a core that the listener took."""
    with _at_terminal(bench, *options) as (process_id, url, _):
        before_s, begun_s = _processor_s(process_id), time.monotonic()
        arguments = [url, signature_of(BODY), str(CONNECTIONS), str(PER_SECOND), str(COUNT)]
        done = subprocess.run(
            [bench.programs.python, str(HERE / "paced_load.py"), *arguments],
            input=BODY,
            capture_output=True,
            check=True,
        )
        share = (_processor_s(process_id) - before_s) / (time.monotonic() - begun_s)
        outcome: dict[str, Any] = json.loads(done.stdout)
        assert outcome["answered"] == COUNT, outcome
        return outcome["median_ms"], share


@contextmanager
def _at_terminal(bench: Bench, *options: str) -> Iterator[tuple[int, str, float]]:
    """Run `listen` at a terminal of its own. Yields its process id, its callback URL and its time to ready."""
    ready = bench.folder / "live.json"
    ready.unlink(missing_ok=True)
    arguments = ["listen", "--data-center", "simulator", "--no-read-events", "--ready-file", str(ready), *options]
    begun_s = time.monotonic()
    process_id, terminal = pty.fork()
    if process_id == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 110, 0, 0))
        os.execve(bench.programs.cronofy, [bench.programs.cronofy, *arguments], dict(bench.environment()))
    reader = threading.Thread(target=_drain, args=(terminal,))
    reader.start()
    try:
        while not ready.exists():
            if time.monotonic() - begun_s > START_LIMIT_S:
                raise RuntimeError("listen did not start at a terminal")
            time.sleep(0.002)
        yield process_id, json.loads(ready.read_bytes())["callback_url"], time.monotonic() - begun_s
    finally:
        os.kill(process_id, signal.SIGTERM)
        os.waitpid(process_id, 0)
        reader.join()
        os.close(terminal)


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        # Linux says EIO when nobody has the other side open any more.
        return


def _processor_s(process_id: int) -> float:
    """Return the processor time of a process: fields 14 and 15 of /proc/PID/stat (man 5 proc)."""
    with open(f"/proc/{process_id}/stat", encoding="utf-8") as file:  # noqa: PTH123 - a file of the kernel
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
