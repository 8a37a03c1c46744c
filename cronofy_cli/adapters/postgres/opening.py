"""Connecting to a PostgreSQL database, with limits: nothing waits longer than it was allowed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.postgres.troubles import DriverMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.postgres.address import PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session

APPLICATION_NAME: Final = "cronofy"
CONNECT_LIMIT_S: Final = 2
"""psycopg takes nothing shorter. Of several hosts each is tried for so long."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How a connection is used."""

    schema: str = "cronofy"
    """Where names of tables are looked up."""
    statement_limit_s: float = 60.0
    """After which the server breaks a statement off, and a little later this side no longer waits for an answer."""
    lock_limit_s: float = 2.0
    is_read_only: bool = False
    survives_power_cut: bool = True
    """Whether a commit waits for the server's disk."""


def connect(
    address: PostgresAddress,
    settings: ConnectionSettings | None = None,
    *,
    find_password: Callable[[PostgresAddress], str | None] | None = None,
) -> Session:
    """Return a connection in autocommit mode. It is left to the caller to use `translated()` around it.

    `find_password` is asked when the server wants a password and neither the address nor libpq's own places have one.

    Raises:
        DriverMissing: psycopg is not installed.
        psycopg.OperationalError: the server cannot be reached, or does not let us in.
    """
    try:
        from cronofy_cli.adapters.postgres.session import open_session
    except ImportError as error:
        raise DriverMissing(str(error)) from error
    settings = settings or ConnectionSettings()
    parameters: dict[str, str | int] = {
        "application_name": APPLICATION_NAME,
        "client_encoding": "UTF8",
        "connect_timeout": CONNECT_LIMIT_S,
        # A server that has vanished is noticed before Cronofy gives up its 5 seconds.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 4000,
    }
    return open_session(address, settings, parameters, find_password)
