"""Programs that run while something is measured: the simulator, `cronofy listen`, the helpers beside this module."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.bench import Bench

HERE = Path(__file__).resolve().parent
CLIENT_SECRET = "client-secret-0123456789abcdef0123456789abcdef"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 30.0
_QUIET_S = 0.2


@contextmanager
def simulator(bench: Bench) -> Iterator[None]:
    """Run Cronofy on this machine, so that `--data-center simulator` finds it."""
    secret = client_secret_file(bench)
    announced = bench.folder / "simulator.out"
    arguments = ["simulator", "run", "--port", "0", "--client-secret-file", str(secret)]
    with started(bench, [bench.programs.cronofy, *arguments], announced) as process:
        _wait(bench, process, lambda: b"http://" in announced.read_bytes())
        yield


@contextmanager
def served_world(bench: Bench, *options: str) -> Iterator[tuple[int, str]]:
    """Run Cronofy on this machine with its published credentials. Yields its process id and URL once it is ready."""
    ready = bench.folder / "world.json"
    ready.unlink(missing_ok=True)
    arguments = ["simulator", "run", "--port", "0", "--quiet", "--ready-file", str(ready), *options]
    with started(bench, [bench.programs.cronofy, *arguments], Path("/dev/null")) as process:
        _wait(bench, process, ready.exists)
        yield process.pid, json.loads(ready.read_bytes())["url"]


def processor_s(process_id: int) -> float:
    """Return how much processor time a process has used, of the user's and of the system's, to 10 ms."""
    return _processor_ticks(process_id) / os.sysconf("SC_CLK_TCK")


@contextmanager
def listening(bench: Bench, *targets: str, **environment: str) -> Iterator[tuple[int, str]]:
    """Run `cronofy listen` against the simulator, its output thrown away. Yields its process id and callback URL."""
    ready = bench.folder / "listening.json"
    ready.unlink(missing_ok=True)
    arguments = ["listen", *targets, "--data-center", "simulator", "--no-read-events", "--ready-file", str(ready)]
    with started(bench, [bench.programs.cronofy, *arguments], Path("/dev/null"), **environment) as process:
        _wait(bench, process, ready.exists)
        yield process.pid, json.loads(ready.read_bytes())["callback_url"]


@contextmanager
def helper(bench: Bench, program: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a program of this folder, which writes JSON to the file that its first argument names once it serves."""
    ready = bench.folder / f"{Path(program).stem}.json"
    ready.unlink(missing_ok=True)
    command = [bench.programs.python, str(HERE / program), str(ready), *arguments]
    with started(bench, command, Path("/dev/null")) as process:
        _wait(bench, process, lambda: ready.exists() and ready.read_bytes().endswith(b"\n"))
        yield json.loads(ready.read_bytes())


def client_secret_file(bench: Bench) -> Path:
    """Return a file with the client secret that everybody here signs and checks with."""
    file = bench.folder / "client-secret"
    file.write_text(CLIENT_SECRET)
    return file


def wait_until_idle(process_id: int) -> None:
    """Wait until a process has used no processor time for a while: it must not disturb the next one's turn."""
    used = _processor_ticks(process_id)
    while True:
        time.sleep(_QUIET_S)
        before, used = used, _processor_ticks(process_id)
        # A tick is 10 ms; a process that only looks at the clock now and then stays below one.
        if used - before <= 1:
            return


@contextmanager
def started(bench: Bench, arguments: list[str], output: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the bench's environment, and end it."""
    with output.open("wb") as stdout, (bench.folder / "remarks").open("ab") as stderr:
        process = subprocess.Popen(
            arguments,
            env=bench.environment(**environment),
            cwd=bench.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(bench: Bench, process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start: {(bench.folder / 'remarks').read_text()}")
        time.sleep(0.01)


def _processor_ticks(process_id: int) -> int:
    # The program's name, in brackets, may hold spaces (man 5 proc).
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    user_ticks, system_ticks = fields[11:13]
    return int(user_ticks) + int(system_ticks)
