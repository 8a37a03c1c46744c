"""The simulator as a test double: how soon it is ready, what calls take, and whether it keeps up; beside moto's server.

Budgets of calls are of the processor time that the simulator itself uses, which other programs on the machine do not
bend; how long the calls took on the clock is shown beside them.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.kept_connection import KeptConnection
from benchmarks.pairs import Command, CommandFailed, in_turn, median_ratio, timed
from benchmarks.processes import helper, processor_s, served_world, started
from benchmarks.report import Budget, Figure, Finding, Omission, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.bench import Bench
    from benchmarks.report import Result

ROUNDS = 12
CALLS = 1000
AT_ONCE = 50
"""Calls that are sent together where the rate is measured."""
CHANNELS = 50
EDITS = 200
TOKEN = "Bearer simulator-access-token"
START_LIMIT_S = 60.0
DELIVERIES_LIMIT_S = 120.0

READY_TO_BARE = Budget(24)
"""0.3 s on a machine that starts Python in 12.5 ms."""
READY_TO_MOTO = Budget(0.6)
CALL_TO_MOTO = Budget(0.6)
CALL_MS, READ_MS, RESET_MS, DAY_S, RATE_MS = 1.0, 2.0, 10.0, 1.0, 0.5


def measure(bench: Bench) -> Iterator[Result]:
    """Start-up and calls beside moto's server where it can be installed; then what was promised about our own."""
    moto = _moto(bench)
    yield from _start_up(bench, moto)
    with served_world(bench, "--choice", "coalesce_window_s=0.01") as (process_id, url), KeptConnection(url) as client:
        yield from _calls(bench, client, process_id, moto)
        yield from _deliveries(bench, client, process_id)
        yield from _day_of_retries(client, process_id)


def _start_up(bench: Bench, moto: str | None) -> Iterator[Result]:
    bare = Command((bench.programs.python, "-c", "pass"), bench.environment())
    measures: list[Callable[[], float]] = [lambda: timed(bare).wall_s, partial(_ready_s, bench)]
    if moto is not None:
        measures.append(partial(_moto_ready_s, bench, moto))
    bare_s, ours_s, *theirs = zip(*in_turn(bench.rounds(ROUNDS), measures), strict=True)
    for against, column, budget in (
        ("python -c pass", bare_s, READY_TO_BARE),
        *(("moto_server", column, READY_TO_MOTO) for column in theirs),
    ):
        ratio = median_ratio(ours_s, column)
        yield Finding("simulator run: ready", _ms(ours_s), against, _ms(column), ratio, budget)


def _calls(bench: Bench, client: KeptConnection, process_id: int, moto: str | None) -> Iterator[Result]:
    count = bench.rounds(CALLS)
    userinfo = client.request("GET", "/v1/userinfo", Authorization=TOKEN)
    events = client.request("GET", "/v1/events?tzid=Etc/UTC", Authorization=TOKEN)
    if len(json.loads(client.ask(events))["events"]) != 100:
        raise CommandFailed("Read Events did not answer 100 events")
    if moto is not None:
        yield _beside_moto(bench, client, userinfo, moto)
    else:
        yield Omission("a simple call, against moto_server", "moto cannot be installed")
    yield from _of_processor("a simple call", client, userinfo, count, process_id, CALL_MS)
    yield from _of_processor("Read Events, 100 events", client, events, count // 2, process_id, READ_MS)
    reset = client.request("POST", "/simulator/reset", b"{}", Content_Type="application/json")
    yield from _of_processor("reset", client, reset, count // 10, process_id, RESET_MS)
    yield from _rate(client, userinfo, count, process_id)


def _of_processor(
    what: str, client: KeptConnection, request: bytes, count: int, process_id: int, limit_ms: float
) -> Iterator[Result]:
    client.times_s(request, 3)
    before = processor_s(process_id)
    times_s = client.times_s(request, max(count, 1))
    used_ms = (processor_s(process_id) - before) / len(times_s) * 1000
    yield within(f"{what}: processor", used_ms, limit_ms, "ms")
    yield Figure(f"{what}: median", f"{median(times_s) * 1000:.2f} ms")


def _rate(client: KeptConnection, request: bytes, count: int, process_id: int) -> Iterator[Result]:
    batches = max(count * 2 // AT_ONCE, 1)
    before, begun = processor_s(process_id), time.perf_counter()
    for _ in range(batches):
        client.ask_many(request, AT_ONCE)
    took_s, used_s = time.perf_counter() - begun, processor_s(process_id) - before
    calls = batches * AT_ONCE
    yield within(f"{1000 / RATE_MS:,.0f} calls a second on one core", used_s / calls * 1000, RATE_MS, "ms")
    yield Figure("calls a second", f"{calls / took_s:,.0f}, on one kept connection")


def _beside_moto(bench: Bench, client: KeptConnection, userinfo: bytes, moto: str) -> Finding:
    with _moto_server(bench, moto) as url, KeptConnection(url) as theirs:
        buckets = theirs.request("GET", "/", Accept="*/*")
        rounds = in_turn(
            bench.rounds(ROUNDS),
            [lambda: median(client.times_s(userinfo, 50)), lambda: median(_moto_times_s(url, buckets))],
        )
    ours_s, theirs_s = (list(column) for column in zip(*rounds, strict=True))
    ratio = median_ratio(ours_s, theirs_s)
    return Finding("a simple call", _ms(ours_s), "moto_server, ListBuckets", _ms(theirs_s), ratio, CALL_TO_MOTO)


def _deliveries(bench: Bench, client: KeptConnection, process_id: int) -> Iterator[Result]:
    """Every edit is a notification on every channel, since a clock that stands still folds none."""
    edits = bench.rounds(EDITS)
    wanted = (edits + 1) * CHANNELS
    control = partial(_control, client)
    with helper(bench, "counting_app.py") as app:
        control("POST", "/simulator/reset", {})
        control("POST", "/simulator/clock", {"stopped": True})
        for number in range(CHANNELS):
            control("POST", "/v1/channels", {"callback_url": f"{app['url']}/{number}"})
        before, begun = processor_s(process_id), time.perf_counter()
        for number in range(edits):
            control("POST", "/simulator/events", {"summary": f"Edit {number}"})
        while control("GET", "/simulator/deliveries?after=999999999")["waiting"]:
            if time.perf_counter() - begun > DELIVERIES_LIMIT_S:
                break  # What is missing then is counted.
            time.sleep(0.05)
        took_s, used_s = time.perf_counter() - begun, processor_s(process_id) - before
        with urllib.request.urlopen(app["url"]) as answer:
            arrived = int(answer.read())
    what = f"{edits * CHANNELS:,} deliveries to {CHANNELS} channels"
    whole = Budget(1.0, is_least=True)
    yield Finding(what, f"{arrived:,}", "sent, with verifications", f"{wanted:,}", arrived / wanted, whole)
    yield Figure(
        f"{what}: rate",
        f"{edits * CHANNELS / took_s:,.0f}/s, {used_s * 1e6 / edits / CHANNELS:.0f} us each of processor",
    )


def _day_of_retries(client: KeptConnection, process_id: int) -> Iterator[Result]:
    control = partial(_control, client)
    with _failing() as url:
        control("POST", "/simulator/reset", {})
        control("POST", "/simulator/clock", {"stopped": True})
        control("POST", "/v1/channels", {"callback_url": url})
        before, begun = processor_s(process_id), time.perf_counter()
        control("POST", "/simulator/clock", {"advance_s": 86400 + 60})
        took_s, used_s = time.perf_counter() - begun, processor_s(process_id) - before
    attempts = control("GET", "/simulator/deliveries")["deliveries"]
    if len(attempts) != 10 or control("GET", "/simulator/channels")["channels"]:
        raise CommandFailed(f"a day of retries had {len(attempts)} attempts, not 10 and a closed channel")
    yield within("a day of retries: processor", used_s, DAY_S, "s")
    yield Figure("a day of retries", f"{took_s * 1000:.0f} ms for {len(attempts)} attempts")


def _control(client: KeptConnection, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Authorization": TOKEN, "Content_Type": "application/json"}
    return json.loads(client.ask(client.request(method, path, content, **headers)))


@contextmanager
def _failing() -> Iterator[str]:
    """Serve what answers every POST with 503."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def _ready_s(bench: Bench) -> float:
    begun = time.perf_counter()
    with served_world(bench):
        return time.perf_counter() - begun


def _moto(bench: Bench) -> str | None:
    """Install moto's server into an environment of its own; return its program, or None where that cannot be."""
    folder = bench.folder / "moto"
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, check=False)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    if (
        made.returncode
        or subprocess.run([*pip, "install", "moto[server]"], capture_output=True, check=False).returncode
    ):
        return None
    return str(folder / "bin" / "moto_server")


def _moto_ready_s(bench: Bench, program: str) -> float:
    begun = time.perf_counter()
    with _moto_server(bench, program):
        return time.perf_counter() - begun


@contextmanager
def _moto_server(bench: Bench, program: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    deadline = time.monotonic() + START_LIMIT_S
    with started(bench, [program, "--host", "127.0.0.1", "--port", str(port)], Path("/dev/null")):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise CommandFailed(f"{program} did not start") from None
                time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"


def _moto_times_s(url: str, request: bytes) -> list[float]:
    """Return how long calls took: on connections of their own where the server keeps none."""
    times = []
    for _ in range(20):
        with KeptConnection(url) as client:
            times += client.times_s(request, 1)
    return times


def _ms(times_s: Any) -> str:
    return f"{median(times_s) * 1000:.1f} ms"
