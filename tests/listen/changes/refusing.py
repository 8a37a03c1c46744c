"""A history in a file that takes no events for a while."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def refusing(file: Path) -> Iterator[None]:
    """Let it take none as long as the block."""
    with closing(sqlite3.connect(file, timeout=60)) as connection:
        connection.executescript("CREATE TRIGGER no BEFORE INSERT ON event_reads BEGIN SELECT RAISE(FAIL, 'no'); END")
        yield
        connection.executescript("DROP TRIGGER no")
