"""A history of a million deliveries: how long it takes to find, list and show its newest, and to search all of it.

The history is made once in a run, through the product's own store.
"""

from __future__ import annotations

import json
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.pairs import Command, CommandFailed, in_turn, lines_of, median_ratio, output_of, timed
from benchmarks.processes import HERE
from benchmarks.report import Budget, Figure, Finding, within
from benchmarks.start_up import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.report import Result

DELIVERIES = 1_000_000
QUICK_DELIVERIES = 20_000
SHOWN = 50
"""How many the list shows."""
COMMON_TEXT = "quarterly-planning"
"""What every hundredth delivery holds (`deliveries_maker`)."""
ABSENT_TEXT = "in-none-of-them"

QUERY_ROUNDS = 40
COMMAND_ROUNDS = 20
SEARCH_ROUNDS = 4
QUERY_LIMIT_MS = 10
SEARCH_LIMIT_MS = 50
SHOW = Budget(8)
"""As a list, and what it takes to print a request in full."""


def measure(bench: Bench) -> Iterator[Result]:
    """Make a history and time what looks into it."""
    yield from measure_with(bench, QUICK_DELIVERIES if bench.quick else DELIVERIES)


def measure_with(bench: Bench, count: int) -> Iterator[Result]:
    """Do so with a history of so many deliveries."""
    yield _make(bench, count)
    yield _query(bench, count)
    yield from _commands(bench, count)
    yield from _searches(bench, count, "not indexed")
    yield _index(bench, count)
    yield from _searches(bench, count, "indexed")
    yield _search_query(bench, f"the newest {SHOWN} of {count:,} with a text, query", COMMON_TEXT, _common(count))
    yield _search_query(bench, f"a text that none of {count:,} has, query", ABSENT_TEXT, 0)


def _make(bench: Bench, count: int) -> Figure:
    made = json.loads(output_of(_program(bench, "deliveries_maker.py", str(count))))
    return Figure(f"{count:,} deliveries recorded", f"{made['seconds']:.1f} s, {made['bytes'] / 1e6:,.0f} MB")


def _query(bench: Bench, count: int) -> Finding:
    asked = output_of(_program(bench, "history_query.py", str(bench.rounds(QUERY_ROUNDS)), str(SHOWN)))
    return within(f"the newest {SHOWN} of {count:,}, query", median(json.loads(asked)), QUERY_LIMIT_MS, "ms")


def _commands(bench: Bench, count: int) -> Iterator[Finding]:
    commands = {"list": (_cronofy(bench, "list"), LOCAL), "show last": (_cronofy(bench, "show", "last"), SHOW)}
    _check(commands["list"][0], lines=min(SHOWN, count))
    bare = Command((bench.programs.python, "-c", "pass"), bench.environment())
    programs = [bare, *(command for command, _ in commands.values())]
    rounds = in_turn(bench.rounds(COMMAND_ROUNDS), [partial(timed, program) for program in programs])
    bare_s, *all_s = ([usage.wall_s for usage in column] for column in zip(*rounds, strict=True))
    for (what, (_, budget)), ours_s in zip(commands.items(), all_s, strict=True):
        yield Finding(
            f"deliveries {what}, of {count:,}",
            f"{median(ours_s) * 1000:.1f} ms",
            "python -c pass",
            f"{median(bare_s) * 1000:.1f} ms",
            median_ratio(ours_s, bare_s),
            budget,
        )


def _common(count: int) -> int:
    return min(SHOWN, count // 100)


def _searches(bench: Bench, count: int, how: str) -> Iterator[Figure]:
    found, absent = f"deliveries list --search, found in {count:,}", f"deliveries list --search, not in {count:,}"
    yield _search(bench, f"{found}, {how}", COMMON_TEXT, found=_common(count))
    yield _search(bench, f"{absent}, {how}", ABSENT_TEXT, found=0)


def _index(bench: Bench, count: int) -> Figure:
    took_s = timed(_cronofy(bench, "index")).wall_s
    size = (bench.folder / "data" / "deliveries-search.db").stat().st_size
    return Figure(f"{count:,} deliveries indexed", f"{took_s:.1f} s, {size / 1e6:,.0f} MB")


def _search_query(bench: Bench, what: str, text: str, found: int) -> Finding:
    rounds = str(bench.rounds(SEARCH_ROUNDS))
    asked = output_of(_program(bench, "history_query.py", rounds, str(SHOWN), text, str(found)))
    return within(what, median(json.loads(asked)), SEARCH_LIMIT_MS, "ms")


def _search(bench: Bench, what: str, text: str, *, found: int) -> Figure:
    command = _cronofy(bench, "list", "--search", text)
    _check(command, lines=found)
    took_s = [timed(command).wall_s for _ in range(bench.rounds(SEARCH_ROUNDS))]
    return Figure(what, f"{median(took_s) * 1000:,.0f} ms")


def _check(command: Command, *, lines: int) -> None:
    """Make sure that a command prints what it is asked for before its time means anything."""
    printed = lines_of(command)
    if printed != lines:
        raise CommandFailed(f"{' '.join(command.arguments)} printed {printed} lines, not {lines}")


def _cronofy(bench: Bench, *arguments: str) -> Command:
    environment = bench.environment(CRONOFY_DATA_DIR=str(bench.folder / "data"))
    return Command((bench.programs.cronofy, "deliveries", *arguments), environment)


def _program(bench: Bench, name: str, *arguments: str) -> Command:
    file = bench.folder / "data" / "deliveries.db"
    return Command((bench.programs.python, str(HERE / name), str(file), *arguments), bench.environment())
