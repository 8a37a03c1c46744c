"""Make the package wrong on purpose, one small change at a time, and see whether a test notices.

    python benchmarks/mutants.py --room core --count 20 --seed 7     twenty changes of cronofy_cli/core
    python benchmarks/mutants.py --room core --room adapters/api     of each room as many
    python benchmarks/mutants.py --room core/text.py:12 --count 0    every change of one line (or module)
    python benchmarks/mutants.py                                     ten of every room
    python benchmarks/mutants.py --kind guard --kind release --count 0     every lock and every closing
    python benchmarks/mutants.py --room sync --list                  what would be changed, without any test

Each change is tried in a copy of this tree, uncommitted edits included, never in place: first by the tests that bear
the module's name or import it, then by the rest of the folder of tests that mirrors its place, then by what else
reaches it until --budget is used up. A change that only fails a test which fails without it as well is "unclear". The
report is a table in Markdown and a list of what survived; it never fails, because a survivor may be as right as the
original.

mutmut and cosmic-ray were looked at and left: both run one command per mutant (the whole suite of minutes, or one fixed
choice of tests), and mutmut's trampolines do not reach the child processes in which most of our commands run.
"""

from __future__ import annotations

import argparse
import itertools
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.mutant_tests import TestChoice
    from benchmarks.mutations import Mutation

REPOSITORY = Path(__file__).resolve().parents[1]
LEFT_OUT = ("__pycache__", ".git", ".venv", "node_modules", ".*_cache", ".hypothesis", "*.egg-info")
"""What no test reads, and what only git or a tool has put there."""
SILENCE_LIMIT_S = 60
"""A test that takes longer hangs; pytest then ends with a traceback of every thread."""
RUN_LIMIT_S = 900
"""For a hang outside of a test, as while modules are imported."""
TOGETHER = 4
"""How many files of the tests that are not near are run at once."""
PACKAGE = "cronofy_cli"
_NOTHING_FAILED = frozenset({0, 5})

SURVIVED, UNCLEAR, HUNG = "survived", "unclear", "timed out"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change."""

    room: str
    module: str
    kind: str
    line: int
    change: str
    by: str
    """The test that noticed it, or SURVIVED, UNCLEAR or HUNG."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One copy of the tree, in which one change after another is tried."""

    root: Path
    tests: TestChoice
    budget_s: float

    def outcome(self, room: str, module: str, mutation: Mutation) -> Outcome:
        """Try one change."""
        file = self.root / module
        source = file.read_bytes()
        file.write_bytes(mutation.applied(source))
        try:
            by = self._noticed_by(module)
        finally:
            file.write_bytes(source)
        if by not in {SURVIVED, HUNG} and self._run([by]) != SURVIVED:
            by = f"{UNCLEAR}, as without it: {by}"
        return Outcome(room, module, mutation.kind, mutation.line, mutation.shown(source), by)

    def _noticed_by(self, module: str) -> str:
        nearest = self.tests.nearest(module)
        rest = [test for test in self.tests.mirrored(module) if test not in nearest]
        for tests in filter(None, (nearest, rest)):
            by = self._run(tests)
            if by != SURVIVED:
                return by
        deadline = time.monotonic() + self.budget_s
        others = self.tests.others(module)
        while others and time.monotonic() < deadline:
            by = self._run(others[:TOGETHER])
            if by != SURVIVED:
                return by
            del others[:TOGETHER]
        return SURVIVED

    def _run(self, tests: Sequence[str]) -> str:
        """Run tests until one fails, and return its name, HUNG or SURVIVED."""
        options = ["-x", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=no", "--no-header", "-rfE"]
        limits = ["-o", f"faulthandler_timeout={SILENCE_LIMIT_S}", "-o", "faulthandler_exit_on_timeout=true"]
        folder = f"--basetemp={self.root.parent / 't'}"
        environment = os.environ | {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"}
        with (self.root.parent / "output").open("w+", errors="replace") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *options, *limits, folder, *tests],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(RUN_LIMIT_S)
            except subprocess.TimeoutExpired:
                return HUNG
            finally:
                _end(process)
            output.seek(0)
            return SURVIVED if code in _NOTHING_FAILED else _failed(output.read(), tests)


def _failed(output: str, tests: Sequence[str]) -> str:
    """Return the first failed test of a run's output."""
    if "Timeout (" in output:
        return HUNG
    failed = [line.split(maxsplit=1)[1] for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return failed[0].partition(" - ")[0] if failed else tests[0]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run of tests, and what it left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(frozen=True, slots=True)
class Draw:
    """One change to try."""

    room: str
    module: str
    mutation: Mutation


def draws(rooms: Sequence[str], count: int, seed: int, kinds: Sequence[str] = ()) -> list[Draw]:
    """Draw the changes of all rooms, in an order in which the rooms take turns."""
    from benchmarks.mutations import drawn

    by_room = []
    for room in rooms:
        place, _, line = room.partition(":")
        path = REPOSITORY / PACKAGE / place
        files = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
        sources = {file.relative_to(REPOSITORY).as_posix(): file.read_bytes() for file in files}
        found = drawn(sources, 0 if line else count, seed, kinds)
        by_room.append([Draw(room, module, one) for module, one in found if not line or one.line == int(line)])
    turns = itertools.zip_longest(*by_room)
    return [draw for turn in turns for draw in turn if draw]


def outcomes(found: Sequence[Draw], jobs: int, budget_s: float) -> Iterator[Outcome]:
    """Try every change, so many at once, and yield what became of each."""
    from benchmarks.mutant_tests import TestChoice

    with (
        tempfile.TemporaryDirectory(prefix="m", ignore_cleanup_errors=True) as folder,
        ThreadPoolExecutor(jobs) as pool,
    ):
        free: queue.SimpleQueue[Trial] = queue.SimpleQueue()
        for number in range(jobs):
            root = _copied(Path(folder, str(number), "r"))
            free.put(Trial(root, TestChoice(root), budget_s))

        def tried(draw: Draw) -> Outcome:
            trial = free.get()
            try:
                return trial.outcome(draw.room, draw.module, draw.mutation)
            finally:
                free.put(trial)

        yield from pool.map(tried, found)


def _copied(root: Path) -> Path:
    shutil.copytree(REPOSITORY, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return root


def table(found: Sequence[Outcome]) -> str:
    """Return the rates of every room as a table in Markdown, and what survived as a list."""
    lines = ["| room | tried | noticed | timed out | unclear | survived | rate |", "|---|--:|--:|--:|--:|--:|--:|"]
    rooms = sorted({one.room for one in found})
    for room in [*rooms, "all"]:
        of_room = [one.by for one in found if room in {one.room, "all"}]
        counts = Counter(_kind(by) for by in of_room)
        rate = (len(of_room) - counts[SURVIVED] - counts[UNCLEAR]) / max(len(of_room), 1)
        cells = (len(of_room), counts["noticed"], counts[HUNG], counts[UNCLEAR], counts[SURVIVED], f"{rate:.0%}")
        lines.append(f"| {room} | {' | '.join(map(str, cells))} |")
    left = [f"- {_shown(one)}" for one in found if _kind(one.by) in {SURVIVED, UNCLEAR}]
    return "\n".join([*lines, "", *(left or ["Nothing survived."])])


def _kind(by: str) -> str:
    return next((kind for kind in (SURVIVED, UNCLEAR, HUNG) if by.startswith(kind)), "noticed")


def _shown(one: Outcome) -> str:
    return f"{one.module.removeprefix(f'{PACKAGE}/')}:{one.line} {one.kind}: `{one.change}`: {one.by}"


def _rooms() -> list[str]:
    return sorted(path.parent.name for path in (REPOSITORY / PACKAGE).glob("*/__init__.py"))


def main() -> int:
    """Draw changes, try them, print the report, and return 0."""
    options = _options()
    found = draws(options.room or _rooms(), options.count, options.seed, options.kind or ())
    if options.list:
        for draw in found:
            source = (REPOSITORY / draw.module).read_bytes()
            print(f"{draw.module}:{draw.mutation.line} {draw.mutation.kind}: {draw.mutation.shown(source)}")
        return 0
    print(f"{len(found)} changes, seed {options.seed}", file=sys.stderr, flush=True)
    results = []
    for outcome in outcomes(found, options.jobs, options.budget):
        print(_shown(outcome), file=sys.stderr, flush=True)
        results.append(outcome)
    print(table(results))
    return 0


def _options() -> argparse.Namespace:
    description, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=description, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    room_help = "a folder of the package, a module (core/text.py) or a line of one (core/text.py:12); repeat it"
    parser.add_argument("--room", action="append", metavar="ROOM", help=room_help)
    parser.add_argument("--count", type=int, default=10, metavar="N", help="changes per room; 0 for all (default: 10)")
    kind_help = "only such changes: guard, release, border, raise, text and so on, as --list names them; repeat it"
    parser.add_argument("--kind", action="append", metavar="KIND", help=kind_help)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), metavar="N", help="repeat a draw")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="tried at once")
    budget_help = "seconds for tests outside the mirrored folder, for each change (default: 60)"
    parser.add_argument("--budget", type=float, default=60.0, metavar="SECONDS", help=budget_help)
    parser.add_argument("--list", action="store_true", help="print what would be changed and try nothing")
    return parser.parse_args()


if __name__ == "__main__":
    # The modules beside this one are a package, which a program that is started by its path does not find.
    sys.path.insert(0, str(REPOSITORY))
    sys.exit(main())
