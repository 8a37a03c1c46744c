"""Times in which nothing could arrive, such as while a tunnel was down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.history.rows import from_micros, to_micros

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.history.database import Database


class Gap(NamedTuple):
    """From when to when nothing may have arrived, and why."""

    started: datetime
    ended: datetime
    reason: str

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.ended - self.started).total_seconds()


class Gaps:
    """The table of gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, gap: Gap) -> None:
        """Keep a gap.

        Raises:
            HistoryUnavailable: it was not written.
        """
        self._database.write(
            "INSERT INTO gaps (started_at, ended_at, reason) VALUES (?, ?, ?)",
            (to_micros(gap.started), to_micros(gap.ended), gap.reason),
        )

    def since(self, moment: datetime) -> list[Gap]:
        """Return the gaps that had not ended before a moment, in the order of their ends.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        sql = "SELECT started_at, ended_at, reason FROM gaps WHERE ended_at >= ? ORDER BY ended_at, id"
        rows = self._database.rows(sql, (to_micros(moment),))
        return [Gap(from_micros(started), from_micros(ended), reason) for started, ended, reason in rows]
