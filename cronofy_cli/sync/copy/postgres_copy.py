"""A copy in PostgreSQL, beside those of other accounts.

A lock of its own keeps other runs away until the transaction ends.
"""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.postgres import ConnectionSettings, version_of
from cronofy_cli.adapters.postgres.locks import lock_number
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.errors import NotFound
from cronofy_cli.sync.copy.interface import LOCK_WAIT_S, Copy, Tables
from cronofy_cli.sync.copy.postgres_schema import COMPONENT, SCHEMA, prepare
from cronofy_cli.sync.errors import translated_in_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from psycopg import Cursor

    from cronofy_cli.adapters.postgres import PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session

_KEY: Final = ("account", "data_center")
_PARAMETER: Final = re.compile(r":(\w+)")
_FIND: Final = (
    "SELECT event_uid, json FROM events "
    "WHERE account = :account AND data_center = :data_center AND event_uid = ANY(:event_uids)"
)
_LAST_RUNS: Final = """
SELECT account, data_center, extract(epoch FROM (state::json->>'run_at')::timestamptz) FROM sync_state
"""


class PostgresCopy(Copy):
    """A copy in tables that others share. Made by `open_copy`."""

    def __init__(self, session: Session, address: PostgresAddress, account: str, data_center: str) -> None:
        key: dict[str, object] = {"account": account, "data_center": data_center}
        super().__init__(str(address), Tables("events", "sync_state", event_key=_KEY, state_key=_KEY, key=key))
        self._session = session
        self._address = address
        self.start_over_hint = f"remove the account's row from {SCHEMA}.sync_state: the next run reads everything"
        self._lock = lock_number(f"sync {SCHEMA} {data_center} {account}")

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep other runs away by a lock that ends with the transaction."""
        with self.translated(), self._session.transaction():
            # Pages are waited for in between, and turns to ask for them.
            self._session.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            self._session.execute("SELECT pg_advisory_xact_lock(%s)", (self._lock,))
            yield

    def translated(self) -> AbstractContextManager[None]:
        """Turn what PostgreSQL raises inside the block into CopyUnavailable."""
        return translated_in_postgres(self._address)

    def find(self, event_uids: Sequence[str]) -> dict[str, bytes]:
        """Return the JSON of those events that are in the copy, by their uids."""
        rows = self._run(_FIND, {"event_uids": list(event_uids)}).fetchall()
        return {uid: json.encode() for uid, json in rows}

    def _execute(self, statement: str, parameters: Mapping[str, object]) -> Cursor[tuple[Any, ...]]:
        return self._session.execute(_translated_parameters(statement), parameters)

    def _execute_many(self, statement: str, parameters: Sequence[Mapping[str, object]]) -> None:
        with self._session.cursor() as cursor:
            cursor.executemany(_translated_parameters(statement), parameters)

    def _stream(self, statement: str, parameters: Mapping[str, object]) -> Iterator[Any]:
        with self._session.cursor() as cursor:
            yield from cursor.stream(_translated_parameters(statement), parameters)


def open_copy(address: PostgresAddress, account: str, data_center: str) -> PostgresCopy:
    """Open a copy. The tables are made where they are not.

    Raises:
        CopyUnavailable: the database cannot be used, or a later release has written there.
    """
    settings = ConnectionSettings(schema=SCHEMA, lock_limit_s=LOCK_WAIT_S)
    with translated_in_postgres(address):
        session = connect(address, settings)
        try:
            prepare(session, str(address))
        except BaseException:
            session.close()
            raise
    return PostgresCopy(session, address, account, data_center)


def open_existing(address: PostgresAddress, account: str, data_center: str) -> PostgresCopy:
    """Open a copy that is only to be looked at.

    Raises:
        NotFound: there is none.
        CopyUnavailable: the database cannot be used.
    """
    with translated_in_postgres(address):
        session = connect(address, ConnectionSettings(schema=SCHEMA, is_read_only=True))
        try:
            if not version_of(session, COMPONENT, SCHEMA):
                raise NotFound(
                    f"there is no copy in {address}", hint=f"make one: cronofy sync --out {shlex.quote(str(address))}"
                )
        except BaseException:
            session.close()
            raise
    return PostgresCopy(session, address, account, data_center)


def last_runs(address: PostgresAddress) -> dict[tuple[str, str], float]:
    """Return when each copy was last brought up to date, in seconds, by account and data center.

    Raises:
        CopyUnavailable: the database cannot be used.
    """
    with translated_in_postgres(address), connect(address, ConnectionSettings(schema=SCHEMA)) as session:
        if not version_of(session, COMPONENT, SCHEMA):
            return {}
        rows = session.execute(_LAST_RUNS).fetchall()
    return {(account, data_center): float(seconds) for account, data_center, seconds in rows}


def _translated_parameters(statement: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", statement).encode()
