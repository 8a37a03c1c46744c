"""How long the history takes to find the newest deliveries, without the program around it.

    python history_query.py FILE ROUNDS LIMIT

Prints the milliseconds of each round as JSON. Every round has a connection of its own, so that SQLite's own cache is
empty. Needs the package installed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cronofy_cli.adapters.history import open_history


def main(file: Path, rounds: int, limit: int) -> None:
    """Ask so many times."""
    sys.stdout.write(json.dumps([_asked_ms(file, limit) for _ in range(rounds)]))


def _asked_ms(file: Path, limit: int) -> float:
    with open_history(file, read_only=True) as history:
        begun = time.perf_counter()
        found = history.latest(limit)
        took_s = time.perf_counter() - begun
    if len(found) != limit:
        sys.exit(f"{len(found)} deliveries were found, not {limit}")
    return took_s * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
