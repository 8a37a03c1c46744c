"""Whether a pooler in between keeps a session of the server for us, or gives each transaction whichever is free.

The second kind loses locks and messages, and what we set, such as that transactions only read, reaches other programs.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg

from cronofy_cli.adapters.postgres.troubles import ConnectionShared

if TYPE_CHECKING:
    from collections.abc import Callable

    Connection = psycopg.Connection[tuple[Any, ...]]


def refuse_shared(session: Connection, connect_again: Callable[[], Connection]) -> None:
    """Stop if transactions of a connection are not all in one session. Nothing is written or set.

    What `connect_again` returns may wait in vain: a pooler that keeps sessions may have none left.

    Raises:
        ConnectionShared: they are not.
        psycopg.Error: the server cannot be asked.
    """
    number = _number(session)
    if number == session.info.backend_pid:
        return
    # A pooler accepted the connection. If it shares sessions, a transaction elsewhere gets the one just seen.
    with suppress(psycopg.OperationalError), connect_again() as other, other.transaction():
        if _number(other) == number or _number(session) != number:
            raise ConnectionShared("its transactions are in different sessions")


def _number(session: Connection) -> int:
    found = session.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    assert found is not None
    number: int = found[0]
    return number
