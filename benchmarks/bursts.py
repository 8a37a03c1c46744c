"""Whether a burst over many connections is answered, recorded and forwarded whole.

Each notification comes on a connection of its own, as through a tunnel that keeps none.
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from benchmarks.processes import HERE, client_secret_file, helper, listening, simulator
from benchmarks.report import Budget, Finding
from benchmarks.start_up import signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

CONNECTIONS = 300
BURSTS = ((3_000, 500), (10_000, 1_000))
"""How many notifications, and how many a second."""
QUICK_BURSTS = ((1_000, 500),)
WHOLE = Budget(1.0, is_least=True)
FORWARD_LIMIT_S = 120.0


def measure(bench: Bench) -> Iterator[Finding]:
    """Send each burst to a `listen` of its own, which forwards to an application that takes everything."""
    client_secret_file(bench)
    with simulator(bench):
        for count, per_second in QUICK_BURSTS if bench.quick else BURSTS:
            with (
                helper(bench, "counting_app.py") as app,
                listening(bench, app["url"]) as (_, callback_url),
            ):
                before = _recorded(bench), _taken(app["url"])
                answered = _load(bench, callback_url, per_second, count)
                forwarded = _await_forwards(app["url"], before[1] + count) - before[1]
                recorded = _recorded(bench) - before[0]
            for what, number in (("answered 2xx", answered), ("recorded", recorded), ("forwarded", forwarded)):
                yield Finding(
                    f"{count:,} at {per_second:,}/s, {CONNECTIONS} connections",
                    f"{number:,}",
                    what,
                    f"{count:,}",
                    number / count,
                    WHOLE,
                )


def _load(bench: Bench, url: str, per_second: int, count: int) -> int:
    body = b'{"notification":{"type":"change","changes_since":"2026-04-19T09:24:16Z"},"channel":{"channel_id":"chn_1"}}'
    arguments = [url, signature_of(body), str(CONNECTIONS), str(per_second), str(count)]
    done = subprocess.run(
        [bench.programs.python, str(HERE / "paced_load.py"), *arguments], input=body, capture_output=True, check=True
    )
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return int(outcomes.get("answered", 0))


def _recorded(bench: Bench) -> int:
    command = [bench.programs.cronofy, "deliveries", "list", "--limit", "1000000", "--ndjson"]
    done = subprocess.run(command, env=bench.environment(), capture_output=True, check=True)
    return done.stdout.count(b"\n")


def _await_forwards(url: str, wanted: int) -> int:
    deadline = time.monotonic() + FORWARD_LIMIT_S
    while (taken := _taken(url)) < wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return taken


def _taken(url: str) -> int:
    with urllib.request.urlopen(url) as answer:
        return int(answer.read())
