"""Measure everything that is promised about speed, against the programs that it is promised against.

    python benchmarks/run.py                      everything, some minutes
    python benchmarks/run.py --quick              fewer rounds and a smaller history: a first look
    python benchmarks/run.py --only listener      one of the names below; repeat it
    python benchmarks/run.py --json FILE          the numbers for programs too
    python benchmarks/run.py --venv DIR           measure what is installed in DIR instead of installing it anew

Ours and theirs run in turn, and a ratio is the median of the ratios of all rounds, so a machine whose speed drifts does
not bend it. Exits with 1 if a budget is broken. What cannot be measured because a program is missing is named.

The package is installed by a current pip into an environment of its own, as users have it: an older pip writes a
console script that imports `re`, and only an installed package has its bytecode from the start. What is recorded goes
to a temporary folder, so TMPDIR chooses the disk. For Linux.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
MEASUREMENTS = {
    "start-up": "start_up",
    "listener": "listener",
    "events": "events",
    "history": "history",
    "team-history": "team_history",
    "bursts": "bursts",
    "live-view": "live_view",
    "inspector": "inspector",
    "simulator": "simulator",
}
"""The names for --only, and the modules that hold them."""


def main() -> int:
    """Measure what was asked for, and return the exit code."""
    from benchmarks.bench import Bench
    from benchmarks.installation import installed, prepared
    from benchmarks.report import as_json, heading, row

    wishes = _wishes()
    findings = []
    with tempfile.TemporaryDirectory(prefix="cronofy-benchmarks-") as temporary:
        folder = Path(temporary)
        programs = installed(wishes.venv) if wishes.venv else prepared(REPOSITORY, folder / "venv")
        print(heading(), flush=True)
        for name in wishes.only or MEASUREMENTS:
            bench = Bench(programs, folder / name, quick=wishes.quick)
            bench.folder.mkdir()
            for finding in import_module(f"benchmarks.{MEASUREMENTS[name]}").measure(bench):
                print(row(finding), flush=True)
                findings.append(finding)
    if wishes.json:
        wishes.json.write_text(as_json(findings), encoding="utf-8")
    return 0 if all(finding.is_kept for finding in findings) else 1


def _wishes() -> argparse.Namespace:
    description, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=description, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON too")
    parser.add_argument("--venv", type=Path, metavar="DIR", help="measure what is installed there")
    return parser.parse_args()


if __name__ == "__main__":
    # The modules beside this one are a package, which a program that is started by its path does not find.
    sys.path.insert(0, str(REPOSITORY))
    sys.exit(main())
