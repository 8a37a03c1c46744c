"""The requests that an application may make, shared by all programs that keep copies in one PostgreSQL.

Each request is a row from its beginning until a while after its end. Times are the database's own. A program that was
killed leaves rows without an end: they count as long as a request can last, and no longer.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.api.budget import LONGEST_WAIT_S, no_turn
from cronofy_cli.adapters.postgres import ConnectionSettings
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS
from cronofy_cli.sync.copy.postgres_schema import SCHEMA, prepare
from cronofy_cli.sync.errors import translated_in_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.adapters.postgres import PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session
    from cronofy_cli.core.api.rate_limits import RateLimit

_LONGEST_REQUEST_S: Final = 90.0
_LOCK_LIMIT_S: Final = 30.0
_FORGET_EVERY: Final = 50
"""Requests, after which the old ones are removed."""
_ADD: Final = "INSERT INTO request_budgets (client_id, data_center) VALUES (%s, %s) ON CONFLICT DO NOTHING"
# The lock comes in a statement of its own: the next one then sees what others have written before they gave it back.
_LOCK: Final = """
SELECT coalesce(paused_until <= clock_timestamp(), TRUE) FROM request_budgets
WHERE client_id = %s AND data_center = %s FOR UPDATE
"""
_COUNTED: Final = """
(SELECT count(*) FROM requests WHERE client_id = %(client_id)s AND data_center = %(data_center)s
    AND coalesce(ended_at, begun_at + make_interval(secs => %(longest)s))
        > clock_timestamp() - make_interval(secs => {within}))
"""
_BEGIN: Final = """
INSERT INTO requests (client_id, data_center, begun_at)
SELECT %(client_id)s, %(data_center)s, clock_timestamp() WHERE {is_allowed} RETURNING id
"""
_END: Final = "UPDATE requests SET ended_at = clock_timestamp() WHERE id = %s"
_FORGET: Final = b"""
DELETE FROM requests WHERE client_id = %(client_id)s AND data_center = %(data_center)s
    AND coalesce(ended_at, begun_at + make_interval(secs => %(longest)s))
        < clock_timestamp() - make_interval(secs => %(span)s)
"""
_PAUSE: Final = """
UPDATE request_budgets SET paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => %s))
WHERE client_id = %s AND data_center = %s
"""


class PostgresBudget:
    """A budget of an application, for the threads of all programs that use one database."""

    def __init__(
        self,
        address: PostgresAddress,
        client_id: str,
        data_center: str,
        limits: Sequence[RateLimit] = CRONOFY_LIMITS,
    ) -> None:
        """Connect, once a turn is asked for."""
        self._address = address
        self._application = (client_id, data_center)
        self._values: dict[str, object] = {
            "client_id": client_id,
            "data_center": data_center,
            "longest": _LONGEST_REQUEST_S,
            "span": max(limit.within_s for limit in limits),
        }
        conditions = []
        for number, limit in enumerate(limits):
            self._values |= {f"within_{number}": limit.within_s, f"requests_{number}": limit.requests}
            conditions.append(f"{_COUNTED.format(within=f'%(within_{number})s')} < %(requests_{number})s")
        self._begin_statement = _BEGIN.format(is_allowed=" AND ".join(conditions)).encode()
        self._one_thread = threading.Lock()
        self._session: Session | None = None
        self._ended = threading.Event()

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Wait until a request may be sent.

        Raises:
            CopyUnavailable: the database cannot be asked.
            RequestFailed: it was stopped.
        """
        number = None
        while number is None and not stop.is_set():
            if self._ended.is_set():
                raise no_turn()
            number = self._begin()
            if number is None:
                stop.wait(LONGEST_WAIT_S)
        try:
            yield
        finally:
            if number is not None:
                self._run(_END, number)

    def slow_down(self, delay_s: float) -> None:
        """Let no program send for a while."""
        self._run(_PAUSE, delay_s, *self._application)

    def stop(self) -> None:
        """Give no more turns."""
        self._ended.set()

    def close(self) -> None:
        """Give no more turns, and close the connection."""
        self.stop()
        with self._one_thread:
            if self._session is not None:
                self._session.close()
            self._session = None

    def _begin(self) -> int | None:
        """Begin a request and return its number, or None if there is no turn now."""
        with self._one_thread, translated_in_postgres(self._address):
            session = self._opened()
            with session.transaction():
                found = session.execute(_LOCK, self._application).fetchone()
                row = session.execute(self._begin_statement, self._values).fetchone() if found == (True,) else None
                number = None if row is None else int(row[0])
                if number is None or number % _FORGET_EVERY == 0:
                    session.execute(_FORGET, self._values)
            return number

    def _run(self, statement: str, *values: object) -> None:
        with self._one_thread, translated_in_postgres(self._address):
            self._opened().execute(statement.encode(), values)

    def _opened(self) -> Session:
        if self._session is None:
            settings = ConnectionSettings(schema=SCHEMA, lock_limit_s=_LOCK_LIMIT_S, survives_power_cut=False)
            session = connect(self._address, settings)
            try:
                prepare(session, str(self._address))
                # One that vanishes amid a turn must not keep the others waiting.
                session.execute("SET idle_in_transaction_session_timeout = '10s'")
                session.execute(_ADD, self._application)
            except BaseException:
                session.close()
                raise
            self._session = session
        return self._session
