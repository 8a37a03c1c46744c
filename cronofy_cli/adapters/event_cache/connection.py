"""The caches' files: where they are, opening one, and what is done with all of them."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.event_cache.schema import is_beyond_repair, migrate, translated
from cronofy_cli.adapters.event_cache.store import EventCache, utc_today
from cronofy_cli.adapters.paths import data_folder
from cronofy_cli.adapters.sqlite import make_private_file, transaction, use_write_ahead_log
from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from cronofy_cli.adapters.event_cache.store import CacheStatus

BUSY_TIMEOUT_S: Final = 10.0
"""How long a locked file is waited for. Nothing that has to be answered in time waits for the cache."""
_SUFFIX: Final = ".db"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the caches. It need not exist yet."""
    return data_folder(environment) / "event-cache"


def cache_file(data_center_name: str, sub: str, environment: Mapping[str, str]) -> Path:
    """Return an account's file. A data center may be named by an address, which is no name for a file."""
    return cache_folder(environment) / f"{_file_word(data_center_name)}.{_file_word(sub)}{_SUFFIX}"


def cache_files(data_center_name: str, environment: Mapping[str, str]) -> list[Path]:
    """Return the files of a data center's accounts that are there."""
    return sorted(cache_folder(environment).glob(f"{_file_word(data_center_name)}.*{_SUFFIX}"))


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


def list_event_caches(environment: Mapping[str, str]) -> list[CacheStatus]:
    """Return what each cache on this machine holds, by its file's name.

    Raises:
        EventCacheUnavailable: one of them cannot be read.
    """
    found = []
    for path in _files(environment):
        with _open_file(path) as cache:
            found.append(cache.status())
    return found


def clear_event_caches(environment: Mapping[str, str]) -> int:
    """Empty all caches, remove what cannot be read as one, and return how many events were forgotten.

    Raises:
        EventCacheUnavailable: one of them can be neither emptied nor removed.
    """
    return sum(_clear_file(path) for path in _files(environment))


def _open_file(path: Path) -> EventCache:
    """Open a file that is there already.

    Raises:
        EventCacheUnavailable: it cannot be opened, is not a cache, or a later release has written it.
    """
    with translated(path):
        return EventCache(_opened(path), path)


def _clear_file(path: Path) -> int:
    """Empty a cache, or remove a file that cannot be read as one, and return how many events were in it.

    A cache that can be read keeps its file: another program may have it open.

    Raises:
        EventCacheUnavailable: it can be neither emptied nor removed.
    """
    try:
        with _open_file(path) as cache:
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
    with transaction(connection):
        if not _is_of(connection, world):
            connection.execute("DELETE FROM events")
            connection.execute("INSERT OR REPLACE INTO about VALUES (1, ?, ?, ?, 0)", (data_center_name, sub, world))


def _is_of(connection: sqlite3.Connection, world: str) -> bool:
    return bool(connection.execute("SELECT world FROM about").fetchone() == (world,))


def _files(environment: Mapping[str, str]) -> list[Path]:
    return sorted(cache_folder(environment).glob(f"*{_SUFFIX}"))


def _file_word(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return f"_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
