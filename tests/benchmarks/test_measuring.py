"""The parts of the benchmarks: they do the work that they time, and judge a number as it was promised.

No time is compared here: that is what `benchmarks/run.py` is for.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import simulator
from benchmarks.events import FEW, Reading, read_all
from benchmarks.history import measure_with
from benchmarks.pairs import Command, CommandFailed, clean_environment, in_turn, lines_of, median_ratio, timed
from benchmarks.processes import helper
from benchmarks.report import Budget, Figure, Finding, Omission, as_json, row, within

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.report import Result

LOOSE = Budget(1_000_000)
"""Kept by whatever a busy machine does."""


def python(home: Path, program: str) -> Command:
    """Return a command that runs a few lines of Python."""
    return Command((sys.executable, "-c", program), clean_environment(home))


def test_everybody_reads_the_same_pages(bench: Bench) -> None:
    """Every program prints every event of the same server; one that is not installed is named instead of compared."""
    reading = Reading(2, rounds=1, pycronofy=LOOSE, curl_jq=LOOSE)

    with helper(bench, "page_server.py", str(reading.pages)) as server:
        results = list(read_all(bench, server["origin"], reading))

    what = "events read --ndjson, 1,000 events"
    compared = {result.against for result in results if isinstance(result, Finding) and result.what == what}
    left_out = {result.what for result in results if isinstance(result, Omission)}
    assert compared | left_out in ({"pycronofy", "curl+jq"}, {"pycronofy", f"{what}, against curl+jq"})


def test_a_program_that_prints_too_little(bench: Bench) -> None:
    """A program that does not print all events is not timed."""
    more = replace(FEW, pages=3)

    with (
        helper(bench, "page_server.py", "2") as server,
        pytest.raises(CommandFailed, match="printed 1000 lines, not 1500"),
    ):
        list(read_all(bench, server["origin"], more))


def test_the_simulator(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is measured of it happens: calls, resets, every delivery, a day of retries; a missing rival is named."""
    monkeypatch.setattr(simulator, "_moto", lambda _bench: None)

    results = {result.what: result for result in simulator.measure(bench)}

    deliveries = results["50 deliveries to 50 channels"]
    assert isinstance(deliveries, Finding)
    assert (deliveries.ours, deliveries.theirs) == ("100", "100")
    assert isinstance(results["a simple call, against moto_server"], Omission)
    assert isinstance(results["a day of retries"], Figure)
    assert {"simulator run: ready", "reset: median", "calls a second"} <= results.keys()


def test_a_history(bench: Bench) -> None:
    """A history is made through the store, and queried, listed, shown and searched to the right end."""
    results = list(measure_with(bench, 300))

    assert [result.what for result in results] == [
        "300 deliveries recorded",
        "the newest 50 of 300, query",
        "deliveries list, of 300",
        "deliveries show last, of 300",
        "deliveries list --search, found in 300, not indexed",
        "deliveries list --search, not in 300, not indexed",
        "300 deliveries indexed",
        "deliveries list --search, found in 300, indexed",
        "deliveries list --search, not in 300, indexed",
        "the newest 50 of 300 with a text, query",
        "a text that none of 300 has, query",
    ]
    assert all(row(result).startswith(result.what) for result in results)


def test_lines_are_counted(tmp_path: Path) -> None:
    """Lines are counted however many there are, and a command that fails says why."""
    assert lines_of(python(tmp_path, "print('x\\n' * 99_999)")) == 100_000
    with pytest.raises(CommandFailed, match="ended with 3: no good"):
        lines_of(python(tmp_path, "import sys; print('x'); sys.stderr.write('no good'); sys.exit(3)"))


def test_a_command_that_fails_is_not_timed(tmp_path: Path) -> None:
    """The time of a command that did not do its work means nothing."""
    with pytest.raises(CommandFailed, match="ended with 1"):
        timed(python(tmp_path, "raise SystemExit('no')"))


def test_usage(tmp_path: Path) -> None:
    """What a command needed is more than nothing."""
    usage = timed(python(tmp_path, "pass"))

    assert usage.wall_s > 0
    assert usage.peak_mb > 1


def test_in_turn() -> None:
    """Everything runs once to warm up, then once a round, in order."""
    ran: list[str] = []

    def runner(name: str) -> int:
        ran.append(name)
        return len(ran)

    rounds = in_turn(2, [lambda: runner("a"), lambda: runner("b")])

    assert "".join(ran) == "ababab"
    assert rounds == [[3, 4], [5, 6]]


def test_the_ratio_is_taken_within_rounds() -> None:
    """A machine that becomes slower between two rounds does not bend the ratio."""
    assert median_ratio([1, 10, 100], [2, 20, 200]) == 0.5


@pytest.mark.parametrize(
    ("budget", "ratio", "is_kept"),
    [
        (Budget(0.5), 0.5, True),
        (Budget(0.5), 0.51, False),
        (Budget(0.8, is_least=True), 0.8, True),
        (Budget(0.8, is_least=True), 0.79, False),
    ],
)
def test_budgets(budget: Budget, ratio: float, is_kept: bool) -> None:
    """A budget is the most that a ratio may be, or the least."""
    finding = Finding("a", "1", "b", "2", ratio, budget)

    assert finding.is_kept is is_kept
    assert row(finding).endswith("kept" if is_kept else "BROKEN")


@pytest.mark.parametrize(("value", "is_kept"), [(79.9, True), (80.0, True), (80.1, False)])
def test_limits(value: float, is_kept: bool) -> None:
    """A number that may be so big is kept or broken like a ratio."""
    assert within("memory", value, 80, "MB").is_kept is is_kept


def test_what_is_not_judged() -> None:
    """Figures without a promise, and what cannot be measured, break no budget and are told all the same."""
    results: list[Result] = [Figure("a", "3 ms"), Omission("b", "jq not installed")]

    assert [" ".join(row(result).split()) for result in results] == ["a 3 ms", "b not measured: jq not installed"]
    assert [each["is_kept"] for each in json.loads(as_json(results))] == [True, True]
