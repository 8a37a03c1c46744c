"""The SQLite file behind a history, for tests that damage, lock or look into it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from cronofy_cli.adapters.history import History
from cronofy_cli.adapters.history.sqlite_database import SqliteDatabase
from cronofy_cli.adapters.history.sqlite_intake import SqliteIntake

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_H = TypeVar("_H", bound=History)


def connection_of(history: History) -> sqlite3.Connection:
    """Return the connection that a history reads and writes through."""
    assert isinstance(history._database, SqliteDatabase)
    return history._database.connection


def path_of(history: History) -> Path:
    """Return its file."""
    assert isinstance(history._database, SqliteDatabase)
    return history._database.path


def turned_into(kind: type[_H], history: History) -> _H:
    """Return a history of another class on the same connection."""
    assert isinstance(history._database, SqliteDatabase)
    return kind(history._database, partial(SqliteIntake, history._database))
