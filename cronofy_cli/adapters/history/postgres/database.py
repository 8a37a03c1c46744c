"""A connection to a history in PostgreSQL, which is made again when the server was away.

What was not committed when it went away is lost, and nothing that may have been done is repeated: the caller gets an
error and can try again. Only a query that finds an old connection broken is repeated here.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cronofy_cli.adapters.history.database import Database, HistoryAway
from cronofy_cli.adapters.history.dialect import POSTGRES
from cronofy_cli.adapters.history.postgres.schema import CHANNEL
from cronofy_cli.adapters.postgres import Trouble, described, translated
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cronofy_cli.adapters.history.postgres.search_index import PostgresIndex
    from cronofy_cli.adapters.postgres import ConnectionSettings, PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session

_T = TypeVar("_T")
_SLOW_S: Final = 0.5
_PAUSE_S: Final = 2.0
"""For how long everything fails at once after a failure that took time: a listener that waits does not answer."""
MAY_WRITE: Final = "SELECT has_table_privilege('deliveries', 'INSERT') AND has_table_privilege('numbers', 'UPDATE')"
IS_STANDBY: Final = "SELECT pg_is_in_recovery()"
_LOOK_AGAIN_S: Final = 3.0
"""How often a version is another one although nothing was heard: a message may have been lost with a connection."""


class PostgresDatabase(Database):
    """A connection, made when it is needed."""

    __slots__ = (
        "_failed_until_s",
        "_failure",
        "_is_transacting",
        "_session",
        "_settings",
        "_version",
        "_version_s",
        "address",
    )

    dialect = POSTGRES

    def __init__(self, address: PostgresAddress, settings: ConnectionSettings) -> None:
        super().__init__(address)
        self.address = address
        self._settings = settings
        self._session: Session | None = None
        self._failed_until_s = 0.0
        self._failure: HistoryUnavailable | None = None
        self._is_transacting = False
        self._version = 0
        self._version_s = 0.0

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self._asked(lambda session: session.execute(marked(sql), parameters, binary=True).fetchall())

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first column of a query's first row; None without a row."""
        row = self._asked(lambda session: session.execute(marked(sql), parameters, binary=True).fetchone())
        return row[0] if row else None

    def write(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement, in a transaction of the caller's or as one, and return how many rows it changed."""
        with self._translated():
            return self.session().execute(marked(sql), parameters).rowcount

    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of parameters, in a transaction of the caller's."""
        self.session().cursor().executemany(marked(sql), rows)

    def answer(self, sql: str, parameters: Sequence[object]) -> Any:
        """Run a statement with psycopg's own marks, and return the first column of its first row."""
        with self._translated():
            row = self.session().execute(sql.encode(), parameters, binary=True).fetchone()
        assert row is not None
        return row[0]

    def insert(self, sql: str, parameters: Sequence[object]) -> int:
        """Run a statement that adds a row with a number of its own, and return that."""
        with self._translated():
            row = self.session().execute(marked(f"{sql} RETURNING id"), parameters).fetchone()
        assert row is not None
        number: int = row[0]
        return number

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it. One inside another is a part of that."""
        if self.is_in_transaction:
            yield
            return
        with self._translated():
            session = self.session()
            self._is_transacting = True
            try:
                with session.transaction():
                    yield
            finally:
                self._is_transacting = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let everything inside the block together take no longer than this, and otherwise fail as if it were away."""
        with self._translated(), self.session().within(seconds):
            yield

    @property
    def is_in_transaction(self) -> bool:
        """Whether what is written now belongs to a transaction of a caller's."""
        return self._is_transacting

    def newest_number(self, table: str) -> int:
        """Return the highest number that a row of the table has, or had; 0 without one."""
        return self.value("SELECT newest FROM numbers WHERE name = ?", (table,)) or 0

    def change_version(self) -> int:
        """Return a number that is another one when anything was written, and every few seconds."""
        with self._translated():
            session = self.session()
            is_new = session.listen_to(CHANNEL)
            has_heard = session.has_heard()
        if is_new or has_heard or time.monotonic() - self._version_s > _LOOK_AGAIN_S:
            self._version += 1
            self._version_s = time.monotonic()
        return self._version

    def check_may_write(self) -> None:
        """Ask what the role may do, and whether the server can be written to."""
        if self.value(IS_STANDBY):
            raise unavailable(self.address, Trouble.NOT_ALLOWED, "the server is a standby, which can only be read from")
        if not self.value(MAY_WRITE):
            raise unavailable(self.address, Trouble.NOT_ALLOWED, "it may only read")

    def open_index(self, *, read_only: bool) -> PostgresIndex:  # noqa: ARG002 - the connection is what it is
        """Open the index, which is in the same database."""
        from cronofy_cli.adapters.history.postgres.search_index import PostgresIndex

        return PostgresIndex(self)

    def remove_index(self) -> None:
        """Do nothing: it is a part of the database, which repairs itself or fails as a whole."""

    def close(self) -> None:
        """Let go of it."""
        if self._session is not None:
            self._session.close()

    def session(self) -> Session:
        """Return the connection, a new one if the server has ended the former or was away.

        Raises:
            HistoryUnavailable: it is away.
        """
        session = self._session
        if session is not None and (self._is_transacting or not session.is_broken()):
            # In a transaction a new one would write what the former may have lost.
            return session
        if session is not None:
            session.close()
            self._session = None
        if self._failure is not None and time.monotonic() < self._failed_until_s:
            raise self._failure
        begun_s = time.monotonic()
        try:
            with self._translated():
                self._session = connect(self.address, self._settings)
        except HistoryUnavailable as error:
            self._note_failure(error, begun_s)
            raise
        return self._session

    def _asked(self, ask: Callable[[Session], _T]) -> _T:
        """Ask, and once more if the connection turns out to be broken: a server that has started again is there."""
        was_open = self._session is not None and not self.is_in_transaction
        begun_s = time.monotonic()
        try:
            with self._translated():
                return ask(self.session())
        except HistoryUnavailable:
            is_broken = self._session is not None and self._session.closed
            if not (was_open and is_broken) or time.monotonic() - begun_s > _SLOW_S:
                raise
        with self._translated():
            return ask(self.session())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        begun_s = time.monotonic()
        try:
            with translated(partial(unavailable, self.address)):
                yield
        except HistoryUnavailable as error:
            if self._session is not None and self._session.closed:
                self._note_failure(error, begun_s)
            raise

    def _note_failure(self, error: HistoryUnavailable, begun_s: float) -> None:
        now_s = time.monotonic()
        if now_s - begun_s > _SLOW_S:
            self._failure, self._failed_until_s = error, now_s + _PAUSE_S


@lru_cache(maxsize=256)
def marked(sql: str) -> bytes:
    """Return a statement with psycopg's marks in the place of `?`."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def unavailable(address: PostgresAddress, trouble: Trouble, words: str) -> HistoryUnavailable:
    """Return what a trouble of the database means for the history."""
    sentence, hint = described("the history", address, trouble, words)
    kind = HistoryAway if trouble is Trouble.AWAY else HistoryUnavailable
    return kind(sentence, hint=hint)
