"""Reading many events: how fast 20 pages become NDJSON or a table, and how much memory ten times as many need."""

from __future__ import annotations

import shutil
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.page_server import EVENTS_A_PAGE
from benchmarks.pairs import Command, CommandFailed, in_turn, median_ratio, output_of, timed
from benchmarks.processes import HERE, helper
from benchmarks.report import Budget, Finding, Omission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.pairs import Usage

PAGES = 20
MANY_PAGES = 200
ROUNDS = 20
TABLE_ROUNDS = 4
MEMORY_ROUNDS = 4


def measure(bench: Bench) -> Iterator[Finding | Omission]:
    """Read the same pages from the same server with everything in turn."""
    with helper(bench, "page_server.py", str(PAGES)) as server:
        origin = server["origin"]
        yield from _as_ndjson(bench, origin)
        yield _as_table(bench, origin)
    yield _memory(bench)


def _as_ndjson(bench: Bench, origin: str) -> Iterator[Finding | Omission]:
    what = f"events read --ndjson, {PAGES} pages"
    ours = _ours(bench, origin, "--ndjson")
    python, rival = bench.programs.python, str(HERE / "rivals/pycronofy_events.py")
    pycronofy = Command((python, rival, origin), bench.environment())
    yield _compared(bench, what, ours, "pycronofy", pycronofy, Budget(0.7))
    missing = [program for program in ("curl", "jq") if shutil.which(program) is None]
    if missing:
        yield Omission(f"{what}, against curl+jq", f"{' and '.join(missing)} not installed")
        return
    script = str(HERE / "rivals/curl_jq.sh")
    curl_jq = Command(("sh", script, f"{origin}/v1/events?tzid=Etc/UTC"), bench.environment())
    yield _compared(bench, what, ours, "curl+jq", curl_jq, Budget(0.3))


def _compared(bench: Bench, what: str, ours: Command, against: str, theirs: Command, budget: Budget) -> Finding:
    for command in (ours, theirs):
        _check(command)
    rounds = in_turn(bench.rounds(ROUNDS), [partial(timed, ours), partial(timed, theirs)])
    return _finding(what, against, rounds, budget)


def _as_table(bench: Bench, origin: str) -> Finding:
    ours = _ours(bench, origin, on_terminal=True)
    rival = (bench.programs.python, str(HERE / "rivals/rich_table.py"), origin)
    theirs = Command(rival, bench.environment(), on_terminal=True)
    rounds = in_turn(bench.rounds(TABLE_ROUNDS), [partial(timed, ours), partial(timed, theirs)])
    return _finding(f"events read, table of {PAGES * EVENTS_A_PAGE:,} rows", "Rich's Table", rounds, Budget(0.25))


def _memory(bench: Bench) -> Finding:
    few, many = _peaks_mb(bench, PAGES), _peaks_mb(bench, MANY_PAGES)
    return Finding(
        f"events read --ndjson, {MANY_PAGES} pages: memory",
        f"{median(many):.1f} MB",
        f"the same, {PAGES} pages",
        f"{median(few):.1f} MB",
        median(many) / median(few),
        Budget(1.2),
    )


def _peaks_mb(bench: Bench, pages: int) -> list[float]:
    with helper(bench, "page_server.py", str(pages)) as server:
        command = _ours(bench, server["origin"], "--ndjson")
        return [timed(command).peak_mb for _ in range(bench.rounds(MEMORY_ROUNDS))]


def _ours(bench: Bench, origin: str, *options: str, on_terminal: bool = False) -> Command:
    arguments = (bench.programs.cronofy, "events", "read", "--data-center", origin, *options)
    return Command(arguments, bench.environment(CRONOFY_ACCESS_TOKEN="token"), on_terminal=on_terminal)


def _check(command: Command) -> None:
    """Make sure that a command prints all events before its time is compared."""
    lines = output_of(command).count(b"\n")
    if lines != PAGES * EVENTS_A_PAGE:
        raise CommandFailed(f"{' '.join(command.arguments)} printed {lines} lines")


def _finding(what: str, against: str, rounds: list[list[Usage]], budget: Budget) -> Finding:
    ours_s, theirs_s = ([usage.wall_s for usage in column] for column in zip(*rounds, strict=True))
    return Finding(
        what,
        f"{median(ours_s) * 1000:.0f} ms",
        against,
        f"{median(theirs_s) * 1000:.0f} ms",
        median_ratio(ours_s, theirs_s),
        budget,
    )
