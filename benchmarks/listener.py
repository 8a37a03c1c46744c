"""How many notifications a second the listener takes, each on the disk before its answer, at 64 kept connections.

Against the quickest usual Python server, which checks the same signature and stores nothing; and against itself where
no search index can be written.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.pairs import in_turn, median_ratio
from benchmarks.processes import HERE, client_secret_file, helper, listening, simulator, wait_until_idle
from benchmarks.report import Budget, Finding
from benchmarks.start_up import signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

ROUNDS = 16
CONNECTIONS = 64
ROUND_S = 1.0
STORED = Budget(0.8, is_least=True)
INDEXED = Budget(0.9, is_least=True)


@dataclass(frozen=True, slots=True)
class Load:
    """What a server answered within a round."""

    requests_per_s: float
    median_ms: float


def measure(bench: Bench) -> Iterator[Finding]:
    """Give two servers the same load in turn; each rests while the other is measured."""
    yield _against_uvicorn(bench)
    yield _with_an_index(bench)


def _against_uvicorn(bench: Bench) -> Finding:
    secret = str(client_secret_file(bench))
    with (
        simulator(bench),
        listening(bench) as (process_id, callback_url),
        helper(bench, "rivals/uvicorn_receiver.py", secret) as rival,
    ):
        ours_then_rest = partial(loaded_then_idle, bench, callback_url, process_id)
        rounds = in_turn(bench.rounds(ROUNDS), [ours_then_rest, partial(_loaded, bench, rival["url"])])
    ours, theirs = (list(column) for column in zip(*rounds, strict=True))
    return _compared("recorded", ours, "uvicorn+httptools, stores nothing", theirs, STORED)


def _with_an_index(bench: Bench) -> Finding:
    indexed, plain = bench.folder / "indexed.db", bench.folder / "plain.db"
    plain.with_name("plain-search.db").mkdir()  # Where the index would be.
    with (
        simulator(bench),
        listening(bench, CRONOFY_HISTORY=str(indexed)) as (our_process, our_url),
        listening(bench, CRONOFY_HISTORY=str(plain)) as (plain_process, plain_url),
    ):
        ours = partial(loaded_then_idle, bench, our_url, our_process)
        others = partial(loaded_then_idle, bench, plain_url, plain_process)
        rounds = in_turn(bench.rounds(ROUNDS), [ours, others])
    with_index, without = (list(column) for column in zip(*rounds, strict=True))
    return _compared("with a search index", with_index, "listen, without one", without, INDEXED)


def _compared(what: str, ours: list[Load], against: str, theirs: list[Load], budget: Budget) -> Finding:
    ratio = median_ratio([load.requests_per_s for load in ours], [load.requests_per_s for load in theirs])
    name = f"listen, {CONNECTIONS} connections, {what}"
    return Finding(name, _words(ours), against, _words(theirs), ratio, budget)


def loaded_then_idle(bench: Bench, url: str, process_id: int) -> Load:
    """Load it for a round, and wait until it has printed what it answered."""
    load = _loaded(bench, url)
    # It prints what it has answered; that must not take the processor from the other.
    wait_until_idle(process_id)
    return load


def _loaded(bench: Bench, url: str) -> Load:
    body = _notification()
    arguments = [str(HERE / "load.py"), url, signature_of(body), str(CONNECTIONS), str(ROUND_S)]
    done = subprocess.run(
        [bench.programs.python, *arguments], input=body, stdout=subprocess.PIPE, env=bench.environment(), check=True
    )
    return Load(**json.loads(done.stdout))


def _notification() -> bytes:
    """Return a body of a good kilobyte, as those of a channel with many calendars are."""
    calendar_ids = [f"cal_U9uuErStTG@EAAAB_IsAsykA2DBTWqQTf-{number:04d}" for number in range(16)]
    document = {
        "notification": {"type": "change", "changes_since": "2026-11-21T09:24:16Z"},
        "channel": {
            "channel_id": "chn_54cf7c7cb4ad4c1027000001",
            "callback_url": "https://example.com/cronofy?u=1234567890",
            "filters": {"calendar_ids": calendar_ids, "only_managed": True},
        },
    }
    return json.dumps(document).encode()


def _words(loads: list[Load]) -> str:
    return f"{median(load.requests_per_s for load in loads):,.0f}/s"
