"""The tables of a database, made and brought to the current version by whoever comes first.

Each component, such as the history, counts the migrations that it has been through in the table `versions` of the
schema. A database that has been through more of them than this release knows is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.postgres.locks import lock_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.postgres.session import Session

_VERSIONS: Final = "CREATE TABLE versions (component text PRIMARY KEY, version integer NOT NULL)"
_LOCK_LIMIT_MS: Final = "60000"
"""How long the migration of another program is waited for."""
_KEEP: Final = (
    "INSERT INTO versions (component, version) VALUES (%s, %s) "
    "ON CONFLICT (component) DO UPDATE SET version = excluded.version"
)


def version_of(session: Session, component: str, schema: str = "cronofy") -> int:
    """Return how many migrations the component has been through here; 0 is a database that has none of its tables.

    Raises:
        psycopg.Error: the role may not look there.
    """
    if not _is_there(session, f"{schema}.versions"):
        return 0
    found = session.execute("SELECT version FROM versions WHERE component = %s", (component,)).fetchone()
    return 0 if found is None else found[0]


def migrate(
    session: Session,
    component: str,
    migrations: Sequence[Sequence[str]],
    refuse_newer: Callable[[int], None],
    schema: str = "cronofy",
) -> None:
    """Bring a component's tables to the current version, in one transaction, one program at a time.

    `migrations` are the statements that lead from one version to the next, oldest first; names in them are those of
    the schema that the session uses. `refuse_newer` is given the version there and raises if a later release has
    written it. The schema is a name of ours and no one else's.

    Raises:
        psycopg.Error: the role may not make tables there.
    """
    version = version_of(session, component, schema)
    refuse_newer(version)
    if version == len(migrations):
        return
    with session.transaction():
        # The lock comes before the second look: another program may be migrating the same tables.
        session.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_LIMIT_MS,))
        session.execute("SELECT pg_advisory_xact_lock(%s)", (lock_number(f"migrate {schema}"),))
        if session.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
            session.execute(f"CREATE SCHEMA {schema}".encode())
        if not _is_there(session, f"{schema}.versions"):
            session.execute(_VERSIONS)
        version = version_of(session, component, schema)
        refuse_newer(version)
        for statements in migrations[version:]:
            for statement in statements:
                session.execute(statement.encode())
        session.execute(_KEEP, (component, len(migrations)))


def _is_there(session: Session, table: str) -> bool:
    return session.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,)
