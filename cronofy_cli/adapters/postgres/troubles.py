"""What goes wrong with a PostgreSQL database, and the words for it.

Which error of ours a failure becomes is known in each store. Neither values nor addresses with a password are in the
words: psycopg's errors name hosts and users, and what the server says beside its sentence is left out.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.postgres.address import PostgresAddress
    from cronofy_cli.errors import CronofyError


class Trouble(Enum):
    """Why a database cannot be used."""

    AWAY = auto()
    """It cannot be reached, does not answer in time, is starting or ending."""
    NOT_LET_IN = auto()
    """It takes neither this role nor this password, or none was given."""
    NOT_TRUSTED = auto()
    """The server's certificate is not accepted, or what is said about certificates is wrong."""
    NOT_THERE = auto()
    """There is no database of this name."""
    NOT_ALLOWED = auto()
    """The role may not do this."""
    LOCKED = auto()
    """Another program holds what is needed for longer than was waited."""
    FULL = auto()
    """The server's disk is full."""
    NO_TABLES = auto()
    """The tables are not there."""
    SHARED = auto()
    """A pooler in between gives each transaction whichever connection is free."""
    NO_DRIVER = auto()
    """psycopg is not installed, or finds no libpq."""
    OTHER = auto()


class DriverMissing(Exception):
    """psycopg cannot be imported."""


class ConnectionShared(Exception):
    """What is connected to is not the same session of the server in each transaction."""


_BY_CLASS: Final = {
    "08": Trouble.AWAY,  # connection exception
    "28": Trouble.NOT_LET_IN,  # invalid authorization
    "53": Trouble.AWAY,  # insufficient resources, such as too many connections
    "57": Trouble.AWAY,  # operator intervention: ending, starting
    "58": Trouble.FULL,  # errors of the server's system
}
_BY_CODE: Final = {
    "26000": Trouble.SHARED,  # a prepared statement is not there
    "25006": Trouble.NOT_ALLOWED,  # read-only transaction
    "3D000": Trouble.NOT_THERE,
    "3F000": Trouble.NO_TABLES,
    "40001": Trouble.LOCKED,
    "40P01": Trouble.LOCKED,  # deadlock
    "42501": Trouble.NOT_ALLOWED,
    "42P05": Trouble.SHARED,  # a prepared statement is there already
    "42P01": Trouble.NO_TABLES,
    "53100": Trouble.FULL,
    "55P03": Trouble.LOCKED,  # lock not available
    "57014": Trouble.LOCKED,  # the statement took longer than its limit
}
"""SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_TRUST_WORDS: Final = ("certificate", "sslmode")
_LOGIN_WORDS: Final = ("password", "authentication", "pg_hba.conf", "role")
"""libpq has no code for what it meets itself or while it connects, only the server's sentence."""


def trouble_of(error: BaseException) -> Trouble | None:
    """Return why psycopg, or its absence, raised this; None for any other error, and for wrong use of psycopg."""
    if isinstance(error, DriverMissing):
        return Trouble.NO_DRIVER
    if isinstance(error, ConnectionShared):
        return Trouble.SHARED
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(error, psycopg.Error):
        return None
    code = error.sqlstate
    if code is not None:
        found = _BY_CODE.get(code) or _BY_CLASS.get(code[:2])
        return found or (None if code.startswith("42") else Trouble.OTHER)
    if not isinstance(error, psycopg.OperationalError):
        return None
    words = str(error).lower()
    if "does not exist" in words and "database" in words:
        return Trouble.NOT_THERE
    if any(word in words for word in _TRUST_WORDS):
        return Trouble.NOT_TRUSTED
    return Trouble.NOT_LET_IN if any(word in words for word in _LOGIN_WORDS) else Trouble.AWAY


def words_of(error: Any) -> str:
    """Return what is said of an error, in a line."""
    diag = getattr(error, "diag", None)
    words = (diag.message_primary if diag is not None else None) or str(error)
    lines = [
        line.strip().removeprefix("connection failed: ").removeprefix("connection is bad: ")
        for line in words.splitlines()
        if line.strip()
    ]
    return lines[0] if lines else type(error).__name__


@contextmanager
def translated(explain: Callable[[Trouble, str], CronofyError]) -> Iterator[None]:
    """Raise what `explain` makes of a trouble and its words. Wrong use of psycopg stays the bug it is.

    Raises:
        CronofyError: the one that `explain` returned.
    """
    try:
        yield
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise explain(trouble, words_of(error)) from error


def described(what: str, address: PostgresAddress, trouble: Trouble, words: str) -> tuple[str, str]:
    """Return a sentence and a hint for a trouble of `what` is in the database."""
    return {
        Trouble.AWAY: (
            f"{what} cannot be reached in PostgreSQL: {words}",
            f"check that the server of {address} runs and can be reached from here",
        ),
        Trouble.NOT_LET_IN: (
            f"PostgreSQL does not let you use {what}: {words}",
            f"check the role of {address}, and its password in PGPASSWORD, ~/.pgpass, pg_service.conf or the keyring",
        ),
        Trouble.NOT_TRUSTED: (
            f"{what} in PostgreSQL cannot be reached safely: {words}",
            f"check sslmode and sslrootcert of {address}",
        ),
        Trouble.NOT_THERE: (
            f"the database for {what} is not there: {words}",
            f"create the database of {address}, or name another one",
        ),
        Trouble.NOT_ALLOWED: (
            f"your role may not do this with {what}: {words}",
            f"have the role of {address} granted what it needs",
        ),
        Trouble.LOCKED: (
            f"{what} is locked by another program, or answers too slowly: {words}",
            f"look at pg_stat_activity of {address} for what holds it",
        ),
        Trouble.FULL: (f"{what} cannot grow: {words}", f"free some space on the server of {address}"),
        Trouble.NO_TABLES: (
            f"there are no tables for {what} yet: {words}",
            f"let a role that may create them in {address} run the command once",
        ),
        Trouble.SHARED: (
            f"{what} cannot be used through a pooler that shares connections between transactions: {words}",
            f"have {address} lead to PostgreSQL itself, or the pooler keep sessions (pgbouncer: pool_mode = session)",
        ),
        Trouble.NO_DRIVER: (
            f"PostgreSQL needs psycopg, which cannot be used here: {words}",
            "pip install 'cronofy-cli[postgres]'",
        ),
        Trouble.OTHER: (f"{what} failed in PostgreSQL: {words}", f"check {address}"),
    }[trouble]
