"""Opening a cache's file: making it, bringing it to the current version, and knowing whose events it holds."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.event_cache.failures import is_beyond_repair, translated
from cronofy_cli.adapters.event_cache.places import cache_file
from cronofy_cli.adapters.event_cache.schema import migrate
from cronofy_cli.adapters.event_cache.store import EventCache, utc_today
from cronofy_cli.adapters.sqlite import make_private_file, use_write_ahead_log
from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

BUSY_TIMEOUT_S: Final = 10.0
"""How long a locked file is waited for. Nothing that has to be answered in time waits for the cache."""


def open_event_cache(
    data_center_name: str,
    sub: str,
    environment: Mapping[str, str],
    *,
    world: str = "",
    today: Callable[[], date] = utc_today,
) -> EventCache:
    """Open an account's cache, and make or upgrade it if need be.

    `world` tells simulators of one name apart: each starts with calendars of its own, so the cache of another world is
    emptied first.

    Raises:
        EventCacheUnavailable: it cannot be opened, is not a cache, or a later release has written it.
    """
    path = cache_file(data_center_name, sub, environment)
    with translated(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private_file(path)
        connection = _opened(path)
        try:
            _belong(connection, data_center_name, sub, world)
        except BaseException:
            connection.close()
            raise
    return EventCache(connection, path, today)


def open_cache_file(path: Path) -> EventCache:
    """Open a file that is there already.

    Raises:
        EventCacheUnavailable: it cannot be opened, is not a cache, or a later release has written it.
    """
    with translated(path):
        return EventCache(_opened(path), path)


def clear_cache_file(path: Path) -> int:
    """Empty a cache, or remove a file that cannot be read as one, and return how many events were in it.

    A cache that can be read keeps its file: another program may have it open.

    Raises:
        EventCacheUnavailable: it can be neither emptied nor removed.
    """
    try:
        with open_cache_file(path) as cache:
            return cache.clear()
    except EventCacheUnavailable as error:
        if not is_beyond_repair(error):
            raise
    with translated(path):
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    return 0


def _opened(path: Path) -> sqlite3.Connection:
    # check_same_thread: it is opened where errors can be shown, and used on the thread that reads events.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        use_write_ahead_log(connection, BUSY_TIMEOUT_S)
        # What a power cut takes back is read and told again; the file stays whole.
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _belong(connection: sqlite3.Connection, data_center_name: str, sub: str, world: str) -> None:
    """Say in the file whose events it holds, and empty it if they are of another world."""
    if _is_of(connection, world):
        return
    # The lock comes before the second look: another process may have made the file and read events into it.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_of(connection, world):
            connection.execute("DELETE FROM events")
            connection.execute("INSERT OR REPLACE INTO about VALUES (1, ?, ?, ?, 0)", (data_center_name, sub, world))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _is_of(connection: sqlite3.Connection, world: str) -> bool:
    return bool(connection.execute("SELECT world FROM about").fetchone() == (world,))
