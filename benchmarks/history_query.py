"""How long the history takes to find the newest deliveries, without the program around it.

    python history_query.py PLACE ROUNDS LIMIT [TEXT FOUND]

With TEXT it searches, and FOUND of them must be there. Prints the milliseconds of each round as JSON. Every round has a
connection of its own, so that SQLite's own cache is empty; connecting is not counted. Needs the package installed.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.adapters.history_place import parse_place

if TYPE_CHECKING:
    from cronofy_cli.adapters.history_place import HistoryPlace


def main(place: HistoryPlace, rounds: int, limit: int, text: str | None = None, found: int | None = None) -> None:
    """Ask so many times."""
    wanted = limit if found is None else found
    sys.stdout.write(json.dumps([_asked_ms(place, limit, text, wanted) for _ in range(rounds)]))


def _asked_ms(place: HistoryPlace, limit: int, text: str | None, wanted: int) -> float:
    with open_history(place, read_only=True) as history:
        begun = time.perf_counter()
        found = history.latest(limit, Criteria(search=text))
        took_s = time.perf_counter() - begun
    if len(found) != wanted:
        sys.exit(f"{len(found)} deliveries were found, not {wanted}")
    return took_s * 1000


if __name__ == "__main__":
    place, rounds, limit, *search = sys.argv[1:]
    main(parse_place(place), int(rounds), int(limit), *((search[0], int(search[1])) if search else ()))
