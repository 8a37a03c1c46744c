"""What can be said of a history's database: who we are there, and what we may do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.history.postgres.database import IS_STANDBY, MAY_WRITE, unavailable
from cronofy_cli.adapters.history.postgres.schema import COMPONENT, refuse_newer
from cronofy_cli.adapters.postgres import ConnectionSettings, translated, version_of
from cronofy_cli.adapters.team_database import connect

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres import PostgresAddress

_WHO: Final = "SELECT current_user::text, current_setting('server_version')"


class DatabaseReport(NamedTuple):
    """A database that answers."""

    role: str
    server_version: str
    has_tables: bool
    may_record: bool


def look_at(address: PostgresAddress) -> DatabaseReport:
    """Ask a database who we are there, and what we may do.

    Raises:
        HistoryUnavailable: it cannot be reached, does not let us in, or a later release has written it.
    """
    with (
        translated(partial(unavailable, address)),
        connect(address, ConnectionSettings(is_read_only=True)) as session,
    ):
        role, server_version = session.execute(_WHO).fetchone() or ("", "")
        version = version_of(session, COMPONENT)
        refuse_newer(version)
        may_record = bool(version) and (
            session.execute(MAY_WRITE).fetchone() == (True,) and session.execute(IS_STANDBY).fetchone() == (False,)
        )
        return DatabaseReport(role, server_version, version > 0, may_record)
