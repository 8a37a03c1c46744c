"""A history in PostgreSQL: how quickly a million deliveries are looked through, and what recording costs beside SQLite.

The server is this machine's own PostgreSQL on a socket and in a folder of its own. Each commit waits for the disk, as
SQLite's does.
"""

from __future__ import annotations

import json
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.history import ABSENT_TEXT, COMMON_TEXT, DELIVERIES, QUERY_ROUNDS, QUICK_DELIVERIES, SHOWN
from benchmarks.listener import CONNECTIONS, loaded_then_idle
from benchmarks.pairs import Command, in_turn, median_ratio, output_of, timed
from benchmarks.processes import HERE, listening, simulator
from benchmarks.report import Budget, Figure, Finding, Omission, within
from tests.postgres_server import find_programs, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.report import Result
    from tests.postgres_server import PostgresServer

ROUNDS = 8
SEARCH_ROUNDS = 8
QUERY_LIMIT_MS = 50
RECORDED = Budget(0.5, is_least=True)


def measure(bench: Bench) -> Iterator[Result]:
    """Start a server and measure with it; without one, say so."""
    programs = find_programs()
    if programs is None:
        yield Omission("a history in PostgreSQL", "PostgreSQL is not installed")
        return
    with running_server(programs, survives_power_cut=True) as server:
        yield _recording(bench, server)
        yield from _looking(bench, server.url(server.new_database()), QUICK_DELIVERIES if bench.quick else DELIVERIES)


def _recording(bench: Bench, server: PostgresServer) -> Finding:
    place = {"CRONOFY_HISTORY": server.url(server.new_database())}
    with (
        simulator(bench),
        listening(bench, **place) as (our_process, our_url),
        listening(bench) as (their_process, their_url),
    ):
        ours = partial(loaded_then_idle, bench, our_url, our_process)
        theirs = partial(loaded_then_idle, bench, their_url, their_process)
        rounds = in_turn(bench.rounds(ROUNDS), [ours, theirs])
    in_postgres, in_file = ([load.requests_per_s for load in column] for column in zip(*rounds, strict=True))
    return Finding(
        f"listen, {CONNECTIONS} connections, into PostgreSQL",
        f"{median(in_postgres):,.0f}/s",
        "listen, into SQLite",
        f"{median(in_file):,.0f}/s",
        median_ratio(in_postgres, in_file),
        RECORDED,
    )


def _looking(bench: Bench, url: str, count: int) -> Iterator[Result]:
    made = json.loads(output_of(_program(bench, "deliveries_maker.py", url, str(count))))
    yield Figure(f"{count:,} deliveries recorded in PostgreSQL", f"{made['seconds']:.1f} s")
    yield _query(bench, url, f"the newest {SHOWN} of {count:,} in PostgreSQL, query", QUERY_ROUNDS)
    index = Command((bench.programs.cronofy, "deliveries", "index"), bench.environment(CRONOFY_HISTORY=url))
    yield Figure(f"{count:,} deliveries indexed in PostgreSQL", f"{timed(index).wall_s:.1f} s")
    for what, text, found in ((f"the newest {SHOWN}", COMMON_TEXT, count // 100), ("a text", ABSENT_TEXT, 0)):
        wanted = (text, str(min(found, SHOWN)))
        with_text = "with a text" if found else "that none has"
        yield _query(bench, url, f"{what} {with_text} of {count:,} in PostgreSQL, query", SEARCH_ROUNDS, *wanted)


def _query(bench: Bench, url: str, what: str, rounds: int, *wanted: str) -> Finding:
    asked = output_of(_program(bench, "history_query.py", url, str(bench.rounds(rounds)), str(SHOWN), *wanted))
    return within(what, median(json.loads(asked)), QUERY_LIMIT_MS, "ms")


def _program(bench: Bench, name: str, *arguments: str) -> Command:
    return Command((bench.programs.python, str(HERE / name), *arguments), bench.environment())
