"""Reading many events: how fast pages become NDJSON or a table, and how much memory 100,000 events need."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.page_server import EVENTS_A_PAGE
from benchmarks.pairs import Command, CommandFailed, in_turn, lines_of, median_ratio, timed
from benchmarks.processes import HERE, helper
from benchmarks.report import Budget, Finding, Omission, within

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from benchmarks.bench import Bench
    from benchmarks.pairs import Usage
    from benchmarks.report import Result


@dataclass(frozen=True, slots=True)
class Reading:
    """So many pages as NDJSON, and how long it may take of the others' time."""

    pages: int
    rounds: int
    pycronofy: Budget
    curl_jq: Budget

    @property
    def name(self) -> str:
        """What is measured, for people."""
        return f"events read --ndjson, {self.pages * EVENTS_A_PAGE:,} events"


FEW = Reading(20, 20, pycronofy=Budget(0.7), curl_jq=Budget(0.3))
MANY = Reading(200, 4, pycronofy=Budget(0.5), curl_jq=Budget(0.25))
TABLE_ROUNDS = 4
MEMORY_LIMIT_MB = 80
FLAT = Budget(1.2)
"""Ten times as many events need about as much memory."""


def measure(bench: Bench) -> Iterator[Result]:
    """Read the same pages from the same server with everything in turn."""
    with helper(bench, "page_server.py", str(FEW.pages)) as server:
        few_mb = yield from read_all(bench, server["origin"], FEW)
        yield _as_table(bench, server["origin"])
    with helper(bench, "page_server.py", str(MANY.pages)) as server:
        many_mb = yield from read_all(bench, server["origin"], MANY)
    yield within(f"{MANY.name}: memory", many_mb, MEMORY_LIMIT_MB, "MB")
    yield Finding(f"{MANY.name}: memory", f"{many_mb:.1f} MB", FEW.name, f"{few_mb:.1f} MB", many_mb / few_mb, FLAT)


def read_all(bench: Bench, origin: str, reading: Reading) -> Generator[Result, None, float]:
    """Read the pages of a server with everything in turn; return the most memory that we needed, in MB."""
    ours = _ours(bench, origin, "--ndjson")
    rivals = _rivals(bench, origin, reading)
    commands = [ours, *(command for command, _ in rivals.values())]
    for command in commands:
        _check(command, reading.pages * EVENTS_A_PAGE)
    rounds = in_turn(bench.rounds(reading.rounds), [partial(timed, command) for command in commands])
    for number, (against, (_, budget)) in enumerate(rivals.items(), 1):
        yield _finding(reading.name, against, [[each[0], each[number]] for each in rounds], budget)
    missing = [program for program in ("curl", "jq") if shutil.which(program) is None]
    if missing:
        yield Omission(f"{reading.name}, against curl+jq", f"{' and '.join(missing)} not installed")
    return median(each[0].peak_mb for each in rounds)


def _rivals(bench: Bench, origin: str, reading: Reading) -> dict[str, tuple[Command, Budget]]:
    """Return those that this machine has."""
    pycronofy = (bench.programs.python, str(HERE / "rivals/pycronofy_events.py"), origin)
    rivals = {"pycronofy": (Command(pycronofy, bench.environment()), reading.pycronofy)}
    if shutil.which("curl") and shutil.which("jq"):
        curl_jq = ("sh", str(HERE / "rivals/curl_jq.sh"), f"{origin}/v1/events?tzid=Etc/UTC")
        rivals["curl+jq"] = (Command(curl_jq, bench.environment()), reading.curl_jq)
    return rivals


def _as_table(bench: Bench, origin: str) -> Finding:
    ours = _ours(bench, origin, on_terminal=True)
    rival = (bench.programs.python, str(HERE / "rivals/rich_table.py"), origin)
    theirs = Command(rival, bench.environment(), on_terminal=True)
    rounds = in_turn(bench.rounds(TABLE_ROUNDS), [partial(timed, ours), partial(timed, theirs)])
    return _finding(f"events read, table of {FEW.pages * EVENTS_A_PAGE:,} rows", "Rich's Table", rounds, Budget(0.25))


def _ours(bench: Bench, origin: str, *options: str, on_terminal: bool = False) -> Command:
    arguments = (bench.programs.cronofy, "events", "read", "--tzid", "Etc/UTC", "--data-center", origin, *options)
    return Command(arguments, bench.environment(CRONOFY_ACCESS_TOKEN="token"), on_terminal=on_terminal)


def _check(command: Command, events: int) -> None:
    """Make sure that a command prints all events before its time is compared."""
    lines = lines_of(command)
    if lines != events:
        raise CommandFailed(f"{' '.join(command.arguments)} printed {lines} lines, not {events}")


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
