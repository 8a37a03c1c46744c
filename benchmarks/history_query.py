"""How long the history takes to find the newest deliveries, without the program around it.

    python history_query.py FILE ROUNDS LIMIT [TEXT FOUND]

With TEXT it searches, and FOUND of them must be there. Prints the milliseconds of each round as JSON. Every round has a
connection of its own, so that SQLite's own cache is empty. Needs the package installed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cronofy_cli.adapters.history import Criteria, open_history


def main(file: Path, rounds: int, limit: int, text: str | None = None, found: int | None = None) -> None:
    """Ask so many times."""
    wanted = limit if found is None else found
    sys.stdout.write(json.dumps([_asked_ms(file, limit, text, wanted) for _ in range(rounds)]))


def _asked_ms(file: Path, limit: int, text: str | None, wanted: int) -> float:
    with open_history(file, read_only=True) as history:
        begun = time.perf_counter()
        found = history.latest(limit, Criteria(search=text))
        took_s = time.perf_counter() - begun
    if len(found) != wanted:
        sys.exit(f"{len(found)} deliveries were found, not {wanted}")
    return took_s * 1000


if __name__ == "__main__":
    file, rounds, limit, *search = sys.argv[1:]
    main(Path(file), int(rounds), int(limit), *((search[0], int(search[1])) if search else ()))
