"""Opening a history in PostgreSQL: making its tables, bringing them to the current version, or only reading them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history.postgres.database import PostgresDatabase, unavailable
from cronofy_cli.adapters.history.postgres.intake import PostgresIntake
from cronofy_cli.adapters.history.postgres.schema import COMPONENT, CURRENT_VERSION, MIGRATIONS, refuse_newer
from cronofy_cli.adapters.history.sqlite_file import empty_history
from cronofy_cli.adapters.history.store import History
from cronofy_cli.adapters.postgres import ConnectionSettings, migrate, translated, version_of

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres import PostgresAddress


def open_database(address: PostgresAddress, *, read_only: bool) -> History:
    """Open a history in PostgreSQL as `open_history()` does. A role that may only read is enough to read.

    Raises:
        HistoryUnavailable: it cannot be reached, does not let us in, or a later release has written it.
    """
    # Each commit waits for the disk: without that, a server that is killed would lose what it had committed, and a
    # delivery that the application took would count as one that is still to be forwarded.
    settings = ConnectionSettings(is_read_only=read_only)
    database = PostgresDatabase(address, settings)
    try:
        with translated(partial(unavailable, address)):
            is_there = _is_there(database) if read_only else _make(database)
    except BaseException:
        database.close()
        raise
    if not is_there:
        database.close()
        return empty_history(address)
    return History(database, partial(PostgresIntake, database))


def _make(database: PostgresDatabase) -> bool:
    migrate(database.session(), COMPONENT, MIGRATIONS, refuse_newer)
    return True


def _is_there(database: PostgresDatabase) -> bool:
    version = version_of(database.session(), COMPONENT)
    refuse_newer(version)
    if 0 < version < CURRENT_VERSION:
        # Tables of an older release are read as current ones, so they have to become that first.
        open_database(database.address, read_only=False).close()
    return version > 0
