"""A PostgreSQL that several programs share: its address, connections with time limits, migrations, locks, and failures.

What is in a database is known in each store. psycopg is imported here alone, and only once a connection is made:
`address` says which database, `opening` connects, `session` is such a connection, `troubles` turns psycopg's errors
into ours, `migrations` makes and upgrades tables, `locks` lets one program at a time do something.
"""

from __future__ import annotations

from cronofy_cli.adapters.postgres.address import PostgresAddress, is_postgres, refuse_password
from cronofy_cli.adapters.postgres.locks import AdvisoryLock
from cronofy_cli.adapters.postgres.migrations import migrate, version_of
from cronofy_cli.adapters.postgres.opening import connect
from cronofy_cli.adapters.postgres.settings import ConnectionSettings
from cronofy_cli.adapters.postgres.troubles import Trouble, described, translated

__all__ = [
    "AdvisoryLock",
    "ConnectionSettings",
    "PostgresAddress",
    "Trouble",
    "connect",
    "described",
    "is_postgres",
    "migrate",
    "refuse_password",
    "translated",
    "version_of",
]
