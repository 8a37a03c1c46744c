"""Opening a history's file: making it, bringing it to the current version, or only reading it."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.burst_buffer import Inbox
from cronofy_cli.adapters.history.rows import COLUMNS, to_row
from cronofy_cli.adapters.history.schema import CURRENT_VERSION, migrate, refuse_newer
from cronofy_cli.adapters.history.sqlite_database import SqliteDatabase, translated
from cronofy_cli.adapters.history.sqlite_intake import SqliteIntake
from cronofy_cli.adapters.history.store import History
from cronofy_cli.adapters.sqlite import make_private_file, use_write_ahead_log, version_of
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from cronofy_cli.adapters.history_place import HistoryPlace

BUSY_TIMEOUT_S: Final = 1.0
"""How long a locked file is waited for. Cronofy gives an answer 5 seconds (docs: /developers/push-notifications/)."""
_NOWHERE: Final = Path("/nonexistent/deliveries.db")


def open_file(path: Path, *, read_only: bool = False, survives_power_cut: bool = True, settles: bool = True) -> History:
    """Open a history in a file as `open_history()` does.

    Raises:
        HistoryUnavailable: it cannot be opened, is not a history, or a later release has written it.
    """
    with translated(path):
        if not read_only:
            return _settled(_history(_opened(_create(path), path, survives_power_cut=survives_power_cut), path))
        if not path.exists():
            return empty_history(path)
        return _read_only(path, settles=settles)


def _history(connection: sqlite3.Connection, path: Path, *, missing: int = 0) -> History:
    database = SqliteDatabase(connection, path)
    return History(database, partial(SqliteIntake, database), missing=missing)


def _create(path: Path) -> str:
    """Make the file, for its owner only, and return how SQLite names it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private_file(path)
    return path.absolute().as_uri()


def _connect(uri: str) -> sqlite3.Connection:
    # check_same_thread: the listener opens it where errors can be shown, and uses it on the event loop's thread.
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _opened(uri: str, path: Path, *, survives_power_cut: bool = True) -> sqlite3.Connection:
    connection = _connect(uri)
    try:
        # Before the first table: a delivery is a good kilobyte, and bigger pages make commits of many cheaper.
        connection.execute("PRAGMA page_size = 8192")
        use_write_ahead_log(connection, BUSY_TIMEOUT_S)
        connection.execute(f"PRAGMA synchronous = {'FULL' if survives_power_cut else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _read_only(path: Path, *, settles: bool) -> History:
    uri = path.absolute().as_uri()
    connection = _connect(f"{uri}?mode=ro")
    missing = 0
    try:
        version = version_of(connection)
        refuse_newer(version, path)
        if 0 < version < CURRENT_VERSION:
            # An older file is read as a current one, so it has to become one first.
            _opened(uri, path).close()
        if version and settles and not _history(connection, path).is_settled():
            missing = _settle_elsewhere(connection, path)
    except BaseException:
        connection.close()
        raise
    if version == 0:
        # Another process has made the file and not its tables yet.
        connection.close()
        return empty_history(path)
    return _history(connection, path, missing=missing)


def _settle_elsewhere(connection: sqlite3.Connection, path: Path) -> int:
    """Have what lies in the inbox read too: moved to its own place, or where nothing can be written, from memory.

    Returns how many of the deliveries in memory are damaged.
    """
    try:
        with open_file(path):
            return 0
    except HistoryUnavailable:
        pass
    inbox = Inbox(SqliteDatabase(connection, path))
    columns = COLUMNS.replace("id, ", "id INTEGER PRIMARY KEY, ", 1)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"CREATE TEMP TABLE unmoved ({columns})")
    marks = ",".join("?" * len(COLUMNS.split(",")))
    missing = 0
    for deliveries, count in inbox.look():
        missing += count - len(deliveries)
        rows = [to_row(delivery) for delivery in deliveries]
        connection.executemany(f"INSERT INTO unmoved ({COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - constants
    # A temporary name goes before that of the file. What another program moves meanwhile is read there alone.
    connection.execute(
        f"CREATE TEMP VIEW deliveries AS SELECT {COLUMNS} FROM main.deliveries UNION ALL SELECT {COLUMNS} "  # noqa: S608 - constants
        "FROM unmoved WHERE id > (SELECT coalesce(max(id), 0) FROM main.deliveries)"
    )
    return missing


def _settled(history: History) -> History:
    try:
        history.settle()
    except BaseException:
        history.close()
        raise
    return history


def empty_history(place: HistoryPlace) -> History:
    """Return a history without anything in it, which is not stored."""
    path = place if isinstance(place, Path) else _NOWHERE
    connection = _connect(":memory:")
    migrate(connection, path)
    database = SqliteDatabase(connection, path, place)
    return History(database, partial(SqliteIntake, database), is_stored=False)
