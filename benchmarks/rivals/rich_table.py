"""All pages of Read Events as one table that Rich draws.

python rich_table.py ORIGIN
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("start", "summary", "status", "calendar_id", "event_uid")


def main(origin: str) -> None:
    """Print the events that the server at `origin` has."""
    table = Table(box=None)
    for column in COLUMNS:
        table.add_column(column.upper())
    for event in _events(f"{origin}/v1/events"):
        table.add_row(*(str(event[column]) for column in COLUMNS))
    Console(width=200).print(table)


def _events(url: str | None) -> Iterator[dict[str, Any]]:
    while url:
        with urlopen(url) as answer:
            page = json.load(answer)
        yield from page["events"]
        url = page["pages"].get("next_page")


if __name__ == "__main__":
    main(sys.argv[1])
