"""Reading what may have been missed: before a run, or in a gap of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.listen.changes.read_request import ReadWish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.reader import ChangeReader


class Backfill:
    """Has reads made with the filters of the channel at hand, unless no notification of theirs would be wanted."""

    def __init__(
        self, changes: ChangeReader, make: Callable[[Channel, str], Delivery], wants: Callable[[Delivery], bool]
    ) -> None:
        """`make` makes up the notification that would have come."""
        self._changes = changes
        self._make = make
        self._wants = wants

    def read_since(self, channel: Channel, changes_since: str) -> None:
        """Have everything read that changed since a moment. Never waits."""
        missed = self._make(channel, changes_since)
        if self._wants(missed):
            self._changes.ask(ReadWish(changes_since, channel.calendar_ids, channel.only_managed, missed=missed))

    def read_gap(self, channel: Channel, started: datetime) -> None:
        """Have a gap read, from the last moment on from which everything was read before it.

        A notification that was on its way when the gap began speaks of what changed earlier.
        """
        beginning = to_utc_seconds(started)
        self.read_since(channel, min(self._changes.read_since or beginning, beginning))
