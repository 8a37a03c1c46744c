"""Reading the events behind `change` notifications.

A `change` says only "something, since then" (docs: /developers/push-notifications/). The reads are made here, on a
thread of their own: neither the answer to Cronofy nor the next line waits for them. Notifications that arrive while a
read is under way are folded into the next one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from cronofy_cli.core.queries import change_query
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cronofy_cli.core.deliveries import Delivery
    from cronofy_cli.core.notifications import Notification
    from cronofy_cli.core.queries import EventsQuery

_TRUSTED = {SignatureState.VALID, SignatureState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ChangeRead:
    """The events that were read because of one or more `change` notifications."""

    delivery_ids: tuple[int, ...]
    changes_since: str
    events: tuple[bytes, ...]
    """Each event's own JSON."""

    def payload(self) -> bytes:
        """Return it as one JSON document."""
        import msgspec

        head = msgspec.json.encode({"delivery_ids": self.delivery_ids, "changes_since": self.changes_since})
        return head[:-1] + b',"events":[' + b",".join(self.events) + b"]}"


class ChangeReader:
    """A sink of the pipeline that reads events, and passes what it read on."""

    def __init__(
        self,
        read: Callable[[EventsQuery], Iterable[bytes]],
        tzid: str,
        on_read: Callable[[ChangeRead], None],
        on_trouble: Callable[[CronofyError], None],
    ) -> None:
        self._read = read
        self._tzid = tzid
        self._on_read = on_read
        self._on_trouble = on_trouble
        self._waiting: list[Delivery] = []
        self._condition = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="change-reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of the deliveries that speak of changes. Never waits."""
        wanted = [delivery for delivery in deliveries if _is_change(delivery)]
        if wanted:
            with self._condition:
                self._waiting.extend(wanted)
                self._condition.notify()

    def read_missed(self, notification: Notification) -> None:
        """Read what a notification that never came would have spoken of, in the caller's thread.

        Raises:
            CronofyError: it could not be read.
        """
        events = tuple(self._read(change_query(notification, self._tzid)))
        self._on_read(ChangeRead((), notification.changes_since or "", events))

    def stop(self, limit_s: float) -> None:
        """Finish what is waiting, for at most `limit_s`."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(limit_s)

    def _work(self) -> None:
        while batch := self._take():
            for group in _same_filter(batch):
                try:
                    self._on_read(self._read_group(group))
                except CronofyError as error:
                    self._on_trouble(error)

    def _take(self) -> list[Delivery]:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closing)
            batch, self._waiting = self._waiting, []
            return batch

    def _read_group(self, group: Sequence[Delivery]) -> ChangeRead:
        notification = group[0].notification
        # RFC 3339 in UTC with whole seconds: the order of the texts is that of the times.
        earliest = min(delivery.notification.changes_since or "" for delivery in group)
        query = change_query(replace(notification, changes_since=earliest), self._tzid)
        return ChangeRead(
            delivery_ids=tuple(delivery.id for delivery in group if delivery.id is not None),
            changes_since=earliest,
            events=tuple(self._read(query)),
        )


def _is_change(delivery: Delivery) -> bool:
    trusted = delivery.verdict.state in _TRUSTED
    return trusted and delivery.notification.type == "change" and bool(delivery.notification.changes_since)


def _same_filter(batch: Sequence[Delivery]) -> list[list[Delivery]]:
    def key(delivery: Delivery) -> tuple[tuple[str, ...], bool]:
        return delivery.notification.calendar_ids, delivery.notification.only_managed

    return [list(group) for _, group in groupby(sorted(batch, key=key), key=key)]
