"""Looking up what the caches know, without making one, upgrading it, or waiting for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.event_cache.connection import cache_files
from cronofy_cli.adapters.event_cache.schema import MIGRATIONS
from cronofy_cli.adapters.sqlite import version_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

_WAIT_S: Final = 0.2
_MOST_ASKED: Final = 50
_MOST: Final = 2_000


def events_around(
    event_uids: Collection[str], first: date, last: date, data_center_name: str, environment: Mapping[str, str]
) -> list[bytes]:
    """Return the events as they were last seen that end from one day to another (UTC), deleted ones not counted, of the
    account that has one of `event_uids`. Nothing where no cache can be read that knows one of them.
    """
    for path in cache_files(data_center_name, environment):
        try:
            with closing(_open(path)) as connection:
                if version_of(connection) == len(MIGRATIONS) and _knows(connection, list(event_uids)[:_MOST_ASKED]):
                    return _between(connection, first, last)
        except sqlite3.Error:
            # Locked, damaged or gone: then what it knows is not known.
            continue
    return []


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S, isolation_level=None)


def _knows(connection: sqlite3.Connection, event_uids: list[str]) -> bool:
    marks = ",".join("?" * len(event_uids))
    sql = f"SELECT 1 FROM events WHERE event_uid IN ({marks}) LIMIT 1"  # noqa: S608 - marks alone
    return connection.execute(sql, event_uids).fetchone() is not None


def _between(connection: sqlite3.Connection, first: date, last: date) -> list[bytes]:
    sql = "SELECT raw FROM events WHERE deleted = 0 AND ends_on BETWEEN ? AND ? ORDER BY ends_on LIMIT ?"
    return [raw for (raw,) in connection.execute(sql, (first.toordinal(), last.toordinal(), _MOST))]
