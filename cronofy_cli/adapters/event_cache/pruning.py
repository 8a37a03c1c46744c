"""Keeping the cache small: what lies behind the sync window and was not read for long is forgotten.

A read by `last_modified` brings such an event back only if it is edited, and then it is seen for the first time again.
An event that is still to come is kept however long nobody has read it: its next change is to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.api.sync_window import DAYS_BACK

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

UNREAD_DAYS: Final = 60
"""Managed events are read at any age (docs: /developers/api/events/read-events/), and stay as long as that happens."""


def prune_daily(connection: sqlite3.Connection, today: date) -> None:
    """Forget what is not worth keeping, at the first write of a day. Part of the caller's transaction."""
    day = today.toordinal()
    is_new_day = connection.execute("UPDATE about SET pruned_on = ? WHERE pruned_on <> ?", (day, day)).rowcount
    if is_new_day:
        connection.execute(
            "DELETE FROM events WHERE seen_on < ? AND (ends_on IS NULL OR ends_on < ?)",
            (day - UNREAD_DAYS, day - DAYS_BACK - 1),
        )
