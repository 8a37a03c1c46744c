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
    database.write("DELETE FROM event_reads WHERE id NOT IN (SELECT event_read_id FROM delivery_events)", ())
    return removed
