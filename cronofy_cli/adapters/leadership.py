"""What the listeners of one callback URL share in the PostgreSQL of their history: its path, and which of them leads.

Who leads holds a lock of a connection's own, so that it is free as soon as the connection has ended. PostgreSQL notices
a listener that has vanished from the network later than that one notices it itself.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.postgres import AdvisoryLock, ConnectionSettings, described, migrate, translated
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.postgres import PostgresAddress, Trouble
    from cronofy_cli.adapters.postgres.session import Session

ANSWER_LIMIT_S: Final = 2.0
"""How long the server's answer is waited for."""
SERVER_LIMIT_S: Final = 11
"""The earliest at which the server gives up a connection whose other end has vanished, or says nothing any more."""
_PATHS: Final = (
    "CREATE TABLE callback_paths (api_url text NOT NULL, sub text NOT NULL, public_url text NOT NULL, "
    "path text NOT NULL, PRIMARY KEY (api_url, sub, public_url))"
)
_MIGRATIONS: Final = ((_PATHS,),)
_KEEP_PATH: Final = (
    "INSERT INTO callback_paths (api_url, sub, public_url, path) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (api_url, sub, public_url) DO NOTHING"
)
_PATH: Final = "SELECT path FROM callback_paths WHERE api_url = %s AND sub = %s AND public_url = %s"
_SERVER_LIMITS: Final = (
    "SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), "
    "set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '11000', false)"
)
# PostgreSQL 14. Between the two there may be a proxy, whose own connection to the server does not end with ours.
_SILENCE_LIMIT: Final = (
    "SELECT set_config(name, %s, false) FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout'"
)


@dataclass(frozen=True, slots=True)
class SharedUrl:
    """A public address, and what is received there."""

    api_url: str
    sub: str
    public_url: str

    @property
    def lock_name(self) -> str:
        """The name of the lock that its leader holds."""
        return f"listen {self.api_url} {self.sub} {self.public_url}"


class Leadership:
    """A connection that can lead. Used by one thread at a time."""

    def __init__(self, address: PostgresAddress, session: Session, url: SharedUrl) -> None:
        self._address = address
        self._session = session
        self._url = url
        self._lock = AdvisoryLock(session, url.lock_name)

    @classmethod
    def open(cls, address: PostgresAddress, url: SharedUrl) -> Self:
        """Connect.

        Raises:
            HistoryUnavailable: the database cannot be reached or used.
        """
        with _translated(address):
            session = connect(address, ConnectionSettings(statement_limit_s=ANSWER_LIMIT_S))
        made = cls(address, session, url)
        try:
            with _translated(address):
                session.execute(_SERVER_LIMITS)
                session.execute(_SILENCE_LIMIT, (str(SERVER_LIMIT_S * 1000),))
                migrate(session, "listeners", _MIGRATIONS, _refuse_newer)
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Let another one lead. Harmless in any state."""
        self._session.close()

    def path(self, make: Callable[[], str]) -> str:
        """Return the path that all listeners of the address serve: that of the one who came first, who makes it.

        Raises:
            HistoryUnavailable: the database cannot be reached or used.
        """
        key = (self._url.api_url, self._url.sub, self._url.public_url)
        with _translated(self._address):
            found = self._session.execute(_PATH, key).fetchone()
            if found is None:
                self._session.execute(_KEEP_PATH, (*key, make()))
                found = self._session.execute(_PATH, key).fetchone()
        assert found is not None
        path: str = found[0]
        return path

    def try_to_lead(self) -> bool:
        """Lead from now on if no other listener does, and return whether it leads. Never waits.

        Raises:
            HistoryUnavailable: the database cannot be reached.
        """
        with _translated(self._address), self._session.within(ANSWER_LIMIT_S):
            return self._lock.try_to_take()

    def leads(self) -> bool:
        """Ask the server whether this connection still leads.

        Raises:
            HistoryUnavailable: it cannot be asked, so another one may lead.
        """
        with _translated(self._address), self._session.within(ANSWER_LIMIT_S):
            return self._lock.is_held()

    def fileno(self) -> int:
        """What can be read from once the server says something, such as that it ends the connection."""
        return self._session.fileno()


@contextmanager
def _translated(address: PostgresAddress) -> Iterator[None]:
    def explain(trouble: Trouble, words: str) -> HistoryUnavailable:
        sentence, hint = described("the history", address, trouble, words)
        return HistoryUnavailable(sentence, hint=hint)

    with translated(explain):
        yield


def _refuse_newer(version: int) -> None:
    if version > len(_MIGRATIONS):
        raise HistoryUnavailable(
            "the tables of listeners were written by a newer cronofy",
            hint="upgrade with `pip install --upgrade cronofy-cli`",
        )
