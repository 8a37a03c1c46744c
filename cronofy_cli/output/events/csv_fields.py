"""The fields that CSV has when none are chosen: a module of its own, since a TAB offers them and loads nothing else."""

from __future__ import annotations

from typing import Final

CSV_EVENT_FIELDS: Final[tuple[tuple[str, ...], ...]] = (
    *(("event_uid",), ("calendar_id",), ("start",), ("end",), ("summary",), ("location", "description"), ("status",)),
    *(("participation_status",), ("transparency",), ("recurring",), ("deleted",), ("event_id",), ("updated",)),
)
"""The columns of CSV, by their API names."""
CSV_PERIOD_FIELDS: Final[tuple[tuple[str, ...], ...]] = (
    *(("calendar_id",), ("start",), ("end",), ("free_busy_status",), ("event_uid",), ("event_id",), ("deleted",)),
)
