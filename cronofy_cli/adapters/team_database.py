"""Connecting to the PostgreSQL of a team, with a password of the keyring where no other place has one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cronofy_cli.adapters import postgres

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres import ConnectionSettings, PostgresAddress
    from cronofy_cli.adapters.postgres.session import Session


def connect(address: PostgresAddress, settings: ConnectionSettings | None = None) -> Session:
    """Return a connection, as `postgres.connect()` does.

    Raises:
        DriverMissing: psycopg is not installed.
        psycopg.OperationalError: the server cannot be reached, or does not let us in.
    """
    return postgres.connect(address, settings, find_password=_keyring_password)


def _keyring_password(address: PostgresAddress) -> str | None:
    from cronofy_cli.adapters.secrets.database_password import database_password

    # The process's own environment, as libpq reads it for everything else.
    return database_password(address.shown, os.environ)
