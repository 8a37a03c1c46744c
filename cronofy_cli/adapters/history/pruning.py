"""Removing old deliveries, with everything that belongs to them. What has a tag stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.rows import to_micros

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database

_AT_ONCE: Final = 1000
"""A transaction keeps a listener from recording, so each is short."""

_UNTAGGED: Final = "id NOT IN (SELECT delivery_id FROM tags)"


def prune_older(database: Database, moment: datetime) -> int:
    """Remove the deliveries received before a moment, and return how many there were.

    Raises:
        HistoryUnavailable: not all could be removed.
    """
    return _prune(database, "received_at < ?", to_micros(moment))


def prune_all_but(database: Database, kept: int) -> int:
    """Remove all but the newest deliveries, and return how many were removed.

    Raises:
        HistoryUnavailable: not all could be removed.
    """
    newest = database.value("SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?", (kept,))
    return 0 if newest is None else _prune(database, "id <= ?", newest)


def _prune(database: Database, condition: str, value: int) -> int:
    chosen = f"SELECT id FROM deliveries WHERE {condition} AND {_UNTAGGED} LIMIT {_AT_ONCE}"  # noqa: S608 - constants
    removed = 0
    while count := database.write(f"DELETE FROM deliveries WHERE id IN ({chosen})", (value,)):  # noqa: S608 - constants
        removed += count
    _prune_event_reads(database)
    oldest = database.value("SELECT min(id) FROM deliveries") or database.newest_number("deliveries") + 1
    database.write("DELETE FROM moments WHERE last_id < ?", (oldest,))
    return removed


def _prune_event_reads(database: Database) -> None:
    """Remove the reads of events that belong to no delivery any more."""
    oldest = database.value("SELECT min(id) FROM event_reads") or 1
    newest = database.value("SELECT max(id) FROM event_reads") or 0
    orphans = "NOT EXISTS (SELECT 1 FROM delivery_events WHERE event_read_id = event_reads.id)"
    for first in range(oldest, newest + 1, _AT_ONCE):
        between = (first, first + _AT_ONCE - 1)
        database.write(f"DELETE FROM event_reads WHERE id BETWEEN ? AND ? AND {orphans}", between)  # noqa: S608 - constants
