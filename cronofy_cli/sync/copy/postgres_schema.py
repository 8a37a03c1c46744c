"""The tables of copies in PostgreSQL, of any number of accounts. Users query them, so columns are only ever added.

The columns of `events` are those of a copy in SQLite, after the account that they belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.postgres import migrate
from cronofy_cli.sync.errors import CopyUnavailable

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres.session import Session

SCHEMA: Final = "cronofy_sync"
COMPONENT: Final = "sync"

# Times are texts whose order as bytes is their order in time: any other collation would spoil it.
_EVENTS: Final = """
CREATE TABLE events (
    data_center text NOT NULL,
    account text NOT NULL,
    event_uid text COLLATE "C" NOT NULL,
    calendar_id text NOT NULL,
    start text COLLATE "C" NOT NULL,
    "end" text COLLATE "C" NOT NULL,
    all_day boolean,
    summary text NOT NULL,
    location text,
    status text,
    participation_status text,
    transparency text,
    recurring boolean NOT NULL,
    event_id text,
    meeting_url text,
    created text COLLATE "C",
    updated text COLLATE "C",
    json text NOT NULL,
    PRIMARY KEY (account, data_center, event_uid)
)
"""
_STATE: Final = """
CREATE TABLE sync_state (
    data_center text NOT NULL,
    account text NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (account, data_center)
)
"""
# Who locks an application's row here is the only one that gives turns.
_BUDGETS: Final = """
CREATE TABLE request_budgets (
    data_center text NOT NULL,
    client_id text NOT NULL,
    paused_until timestamptz,
    PRIMARY KEY (client_id, data_center)
)
"""
_REQUESTS: Final = """
CREATE TABLE requests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_center text NOT NULL,
    client_id text NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz
)
"""
MIGRATIONS: Final = (
    (
        _EVENTS,
        "CREATE INDEX events_by_start ON events (account, data_center, start)",
        _STATE,
        _BUDGETS,
        _REQUESTS,
        "CREATE INDEX requests_by_application ON requests (client_id, data_center)",
    ),
)


def prepare(session: Session, name: str) -> None:
    """Make the tables where they are not, or bring them to this release's version.

    Raises:
        CopyUnavailable: a later release has written them.
    """

    def refuse_newer(version: int) -> None:
        if version > len(MIGRATIONS):
            raise CopyUnavailable(
                f"the copies in {name} were written by a later release (format {version}, this one knows "
                f"{len(MIGRATIONS)})",
                hint="upgrade cronofy, or name another database with --out",
            )

    migrate(session, COMPONENT, MIGRATIONS, refuse_newer, SCHEMA)
