"""What SQLite and the file system raise, each once."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import Final

_CODES: Final = (
    "SQLITE_FULL",
    "SQLITE_BUSY",
    "SQLITE_BUSY_SNAPSHOT",
    "SQLITE_LOCKED",
    "SQLITE_NOTADB",
    "SQLITE_CORRUPT",
    "SQLITE_IOERR",
    "SQLITE_IOERR_WRITE",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_PERM",
    "SQLITE_AUTH",
    "SQLITE_ERROR",
)


def sqlite_errors() -> list[tuple[str, Exception]]:
    """Return errors with the names of what they stand for."""
    raised: list[tuple[str, Exception]] = []
    for name in _CODES:
        error = sqlite3.OperationalError(f"words of {name}")
        error.sqlite_errorcode = getattr(sqlite3, name)
        raised.append((name, error))
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EACCES"):
        number = getattr(errno, name)
        raised.append((name, OSError(number, os.strerror(number))))
    raised.append(("OSError without a number", OSError()))
    raised.append(("text that is none", UnicodeDecodeError("utf-8", b"x", 0, 1, "x")))
    return raised
