"""A connection to PostgreSQL whose statements have a time limit on this side too.

The server's own limit does not hold where the server, or the network to it, hangs.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from psycopg.rows import tuple_row

from cronofy_cli.adapters.postgres.poolers import refuse_shared
from cronofy_cli.adapters.postgres.texts import register_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from cronofy_cli.adapters.postgres.address import PostgresAddress
    from cronofy_cli.adapters.postgres.settings import ConnectionSettings

# What it warns of is raised too, or is over with the connection: nothing is written to stderr besides.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_T = TypeVar("_T")
_GRACE_S: Final = 2.0
"""How much later than the server this side gives up waiting."""
_NO_PASSWORD: Final = "no password supplied"  # noqa: S105 - what libpq says
_SET_UP: Final = (
    "SELECT set_config('search_path', %s, false), set_config('statement_timeout', %s, false), "
    "set_config('lock_timeout', %s, false), set_config('default_transaction_read_only', %s, false), "
    "set_config('synchronous_commit', %s, false)"
)


class AnswerTimedOut(psycopg.OperationalError):
    """The server has not answered within the limit; the connection cannot be used any more."""


class Session(psycopg.Connection[tuple[Any, ...]]):
    """A connection. Each wait for the server ends after `limit_s`; `within` makes that shorter for a while."""

    limit_s: float = 60.0 + _GRACE_S
    _until_s: float | None = None
    _channel: str | None = None
    _has_heard: bool = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let everything inside the block together take no longer than this.

        Raises:
            AnswerTimedOut: it took longer.
        """
        self._until_s = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until_s = None

    def wait(self, gen: Generator[Any, Any, _T], *arguments: Any, **options: Any) -> _T:
        """Do as psycopg does, and give up at the limit: what is closed then is noticed as such by whoever comes next.

        Raises:
            AnswerTimedOut: the limit was reached.
        """
        deadline_s = self._until_s or time.monotonic() + self.limit_s
        try:
            return super().wait(_ending_at(gen, deadline_s), *arguments, **options)
        except AnswerTimedOut:
            self.pgconn.finish()
            raise

    def is_broken(self) -> bool:
        """Whether it has ended, as far as can be seen on this side: the server is not asked."""
        if not self.closed:
            with suppress(psycopg.OperationalError):
                self.pgconn.consume_input()
        return self.closed

    def listen_to(self, channel: str) -> bool:
        """Hear what is sent to a channel from now on, and return whether it was not heard before.

        Raises:
            psycopg.Error: the server cannot be asked.
        """
        if self._channel == channel:
            return False
        self.add_notify_handler(self._hear)
        # A standby server does not support LISTEN.
        with suppress(psycopg.errors.ReadOnlySqlTransaction):
            self.execute(f"LISTEN {channel}".encode())
        self._channel = channel
        return True

    def has_heard(self) -> bool:
        """Whether anything was sent since it was last asked. What has arrived is looked at: the server is not asked."""
        self.pgconn.consume_input()
        while self.pgconn.notifies() is not None:
            self._has_heard = True
        has_heard, self._has_heard = self._has_heard, False
        return has_heard

    def _hear(self, _: object) -> None:
        self._has_heard = True


def open_session(
    address: PostgresAddress,
    settings: ConnectionSettings,
    parameters: dict[str, str | int],
    find_password: Callable[[PostgresAddress], str | None],
) -> Session:
    """Connect, and prepare the connection for its use.

    Raises:
        psycopg.OperationalError: the server cannot be reached, or does not let us in.
        ConnectionShared: a pooler in between does not keep sessions.
    """
    session = _connected(address, parameters, find_password, limit_s=settings.statement_limit_s + _GRACE_S)
    # Statements are few, and the same again and again.
    session.prepare_threshold = 0
    register_texts(session)
    try:
        # Before anything is set: a pooler would give that to other programs.
        refuse_shared(session, lambda: _connected(address, parameters, find_password, limit_s=_GRACE_S))
        session.execute(
            _SET_UP,
            (
                settings.schema,
                f"{settings.statement_limit_s * 1000:.0f}",
                f"{settings.lock_limit_s * 1000:.0f}",
                "on" if settings.is_read_only else "off",
                "on" if settings.survives_power_cut else "off",
            ),
        )
    except BaseException:
        session.close()
        raise
    return session


def _connected(
    address: PostgresAddress,
    parameters: dict[str, str | int],
    find_password: Callable[[PostgresAddress], str | None],
    *,
    limit_s: float,
) -> Session:
    options: dict[str, Any] = {"autocommit": True, "row_factory": tuple_row, **parameters}
    try:
        session = Session.connect(address.uri, **options)
    except psycopg.OperationalError as error:
        password = find_password(address) if _NO_PASSWORD in str(error) else None
        if password is None:
            raise
        session = Session.connect(address.uri, password=password, **options)
    session.limit_s = limit_s
    return session


def _ending_at(gen: Generator[Any, Any, _T], deadline_s: float) -> Generator[Any, Any, _T]:
    """Pass on what a generator wants to wait for, until the deadline. psycopg asks again at least every 100 ms."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() >= deadline_s:
                raise AnswerTimedOut("the server does not answer within the time limit")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: _T = end.value
        return result
