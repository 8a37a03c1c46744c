"""The tables of a history in PostgreSQL, in the schema `cronofy`.

They are those of the file (`history.schema`), with the same columns, so that the same statements work on both. What is
different: numbers come from the table `numbers`, each connection that listens hears of what is written, and the search
index is beside the rest.
"""

from __future__ import annotations

from typing import Final

from cronofy_cli.errors import HistoryUnavailable

COMPONENT: Final = "history"
CHANNEL: Final = "cronofy_history"
"""Where connections hear that something was written."""

_NUMBERS: Final = (
    # Numbers rise in the order of commits, also with several writers: the row is locked until its writer commits. What
    # was removed is not numbered again.
    "CREATE TABLE numbers (name text PRIMARY KEY, newest bigint NOT NULL) WITH (fillfactor = 10)",
    "INSERT INTO numbers VALUES ('deliveries', 0), ('event_reads', 0), ('forwards', 0)",
    """
    CREATE FUNCTION number_row() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
        UPDATE numbers SET newest = newest + 1 WHERE name = TG_TABLE_NAME RETURNING newest INTO NEW.id;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('{CHANNEL}', '');
        RETURN NULL;
    END $$
    """,
)

_DELIVERIES: Final = (
    """
    CREATE TABLE deliveries (
        id bigint PRIMARY KEY,
        format integer NOT NULL,
        received_at bigint NOT NULL,
        method text NOT NULL,
        target bytea NOT NULL,
        headers bytea NOT NULL,
        body bytea NOT NULL,
        signature text NOT NULL,
        secret_label text,
        type text,
        changes_since text,
        channel_id text,
        callback_url text,
        calendar_ids text NOT NULL,
        only_managed integer NOT NULL,
        is_json integer NOT NULL,
        answer_status integer NOT NULL,
        context text NOT NULL
    )
    """,
    "CREATE INDEX deliveries_by_channel ON deliveries (channel_id, id)",
    "CREATE INDEX deliveries_by_type ON deliveries (type, id)",
    "CREATE INDEX deliveries_by_time ON deliveries (received_at)",
    # Almost all are valid and answered 200: the rare ones are found at once, and the others cost nothing to record.
    "CREATE INDEX deliveries_not_valid ON deliveries (signature, id) WHERE signature <> 'valid'",
    "CREATE INDEX deliveries_not_accepted ON deliveries (answer_status, id) WHERE answer_status <> 200",
    "CREATE TABLE reconstructed (delivery_id bigint PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE)",
    """
    CREATE TABLE imported (
        delivery_id bigint PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
        imported_at bigint NOT NULL,
        claimed text NOT NULL
    )
    """,
    """
    CREATE TABLE tags (
        name text COLLATE "C" PRIMARY KEY,
        delivery_id bigint NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX tags_by_delivery ON tags (delivery_id)",
    """
    CREATE TABLE moments (
        first_id bigint PRIMARY KEY,
        last_id bigint NOT NULL,
        recorded_at bigint NOT NULL,
        answered_at bigint
    )
    """,
    """
    CREATE TABLE gaps (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started_at bigint NOT NULL,
        ended_at bigint NOT NULL,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX gaps_by_end ON gaps (ended_at)",
)

_EVENTS: Final = (
    """
    CREATE TABLE event_reads (
        id bigint PRIMARY KEY,
        format integer NOT NULL,
        payload bytea NOT NULL,
        read_at bigint
    )
    """,
    """
    CREATE TABLE delivery_events (
        delivery_id bigint PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
        event_read_id bigint NOT NULL REFERENCES event_reads (id)
    )
    """,
    "CREATE INDEX delivery_events_by_read ON delivery_events (event_read_id)",
)

_FORWARDS: Final = (
    """
    CREATE TABLE forwards (
        id bigint PRIMARY KEY,
        delivery_id bigint NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
        target text NOT NULL,
        attempt integer NOT NULL,
        started_at bigint NOT NULL,
        duration_us bigint NOT NULL,
        address text,
        status integer,
        failure text,
        reason text,
        answer_head bytea NOT NULL,
        answer_body bytea NOT NULL,
        is_cut integer NOT NULL,
        succeeded integer NOT NULL,
        is_replay integer NOT NULL,
        is_intended integer NOT NULL
    )
    """,
    "CREATE INDEX forwards_by_delivery ON forwards (delivery_id, target, succeeded)",
    "CREATE INDEX forwards_that_failed ON forwards (status, delivery_id) WHERE succeeded = 0 AND is_intended = 1",
    "CREATE INDEX forwards_that_were_late ON forwards (delivery_id) WHERE duration_us > 5000000 AND is_intended = 1",
    """
    CREATE TABLE owed (
        delivery_id bigint NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
        target text COLLATE "C" NOT NULL,
        PRIMARY KEY (delivery_id, target)
    )
    """,
)

_SEARCH: Final = (
    # Trigrams of bytes as numbers, of a block of deliveries at a time: see `search_index`. Nothing is looked up in the
    # rows, so that their numbers are not compressed, nor counted by ANALYZE.
    """
    CREATE TABLE search_blocks (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        first_id bigint NOT NULL,
        last_id bigint NOT NULL,
        grams integer[] NOT NULL
    )
    """,
    "ALTER TABLE search_blocks ALTER COLUMN grams SET STORAGE EXTERNAL, ALTER COLUMN grams SET STATISTICS 0",
    "CREATE INDEX search_blocks_by_gram ON search_blocks USING gin (grams) WITH (gin_pending_list_limit = 512)",
    "CREATE TABLE search_marks (stream text PRIMARY KEY, upto bigint NOT NULL, stamp bigint)",
)

_TRIGGERS: Final = (
    *(
        f"CREATE TRIGGER number_row BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION number_row()"
        for table in ("event_reads", "forwards")
    ),
    *(
        f"CREATE TRIGGER tell_of_change AFTER INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION tell_of_change()"
        for table in ("deliveries", "delivery_events", "forwards", "gaps", "moments", "tags")
    ),
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (*_NUMBERS, *_DELIVERIES, *_EVENTS, *_FORWARDS, *_SEARCH, *_TRIGGERS),
)
"""The statements that lead from one version to the next, oldest first. Released ones are never edited."""

CURRENT_VERSION: Final = len(MIGRATIONS)


def refuse_newer(version: int) -> None:
    """Stop before touching tables that a later release has written.

    Raises:
        HistoryUnavailable: `version` is unknown to this release.
    """
    if version > CURRENT_VERSION:
        raise HistoryUnavailable(
            f"the history was written by a newer cronofy (its format is {version}, this one knows {CURRENT_VERSION})",
            hint="upgrade with `pip install --upgrade 'cronofy-cli[postgres]'`",
        )
