"""Connecting to a PostgreSQL database, with limits: nothing waits longer than it was allowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.postgres.settings import ConnectionSettings
from cronofy_cli.adapters.postgres.troubles import DriverMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.postgres.address import PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session

APPLICATION_NAME: Final = "cronofy"
CONNECT_LIMIT_S: Final = 2
"""The shortest that libpq accepts. With several hosts it applies to each."""


def connect(
    address: PostgresAddress,
    settings: ConnectionSettings | None = None,
    *,
    find_password: Callable[[PostgresAddress], str | None],
) -> Session:
    """Return a connection in autocommit mode. It is left to the caller to use `translated()` around it.

    `find_password` is asked when the server wants a password and neither the address nor libpq's own places have one.

    Raises:
        DriverMissing: psycopg is not installed.
        psycopg.OperationalError: the server cannot be reached, or does not let us in.
        ConnectionShared: a pooler in between does not keep sessions.
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
