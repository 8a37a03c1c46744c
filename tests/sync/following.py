"""A program that follows a calendar by notifications alone, as `listen` does, and one that folds what is printed."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.core.api.queries import EventsQuery, change_query
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.zones import find_zone
from cronofy_cli.output.documents.events import EventChangeDocument
from cronofy_cli.sync.event_row import event_row
from cronofy_cli.sync.window import window_rule
from tests.sync.keeping import ZONE
from tests.sync.owner import Fate

if TYPE_CHECKING:
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.core.api.sync_window import Days
    from tests.simulator.receiver import Receiver
    from tests.sync.keeping import Keeping

LIMIT_S = 60.0


class Follower:
    """Reads what a notification speaks of, compares it with what was seen, and prints the changes as lines of JSON."""

    def __init__(self, account: Keeping, client: ApiClient, cache: EventCache, receiver: Receiver) -> None:
        self.lines: list[str] = []
        self._account = account
        self._client = client
        self._cache = cache
        self._receiver = receiver
        self._late: list[bytes] = []
        answer = account.http.post("/v1/channels", json={"callback_url": receiver.url})
        assert answer.status_code == 200, answer.text
        self._attempts = 0
        self.await_notification()
        self._window = self._today()
        self._read(EventsQuery(ZONE, include_managed=True), None)

    def await_notification(self) -> bytes:
        """Wait until one more notification was posted and its answer taken note of; return its body."""
        self._attempts += 1
        pause, waited_s = threading.Event(), 0.0
        while len(self._account.http.get("/simulator/deliveries").json()["deliveries"]) < self._attempts:
            assert waited_s < LIMIT_S, "no notification came"
            pause.wait(0.003)
            waited_s += 0.003
        return self._receiver.received()[self._attempts - 1].body

    def expect(self, fate: Fate) -> None:
        """Answer the next notification as its fate is."""
        if fate is Fate.LOST:
            self._receiver.statuses.append(500)

    def meet(self, body: bytes, fate: Fate) -> None:
        """Work on a notification, or not, or not now."""
        if fate is Fate.LATE:
            self._late.append(body)
        if fate in {Fate.ARRIVES, Fate.TWICE}:
            self._follow(body)
        if fate is Fate.TWICE:
            before = len(self.lines)
            self._follow(body)
            assert self.lines[before:] == []

    def catch_up(self) -> None:
        """Work on what was put off, the latest first."""
        while self._late:
            self._follow(self._late.pop())

    def read_edge(self) -> None:
        """Read what time has brought into the window: no notification tells of it."""
        before, self._window = self._window, self._today()
        first = min(before.end, self._window.end) - timedelta(days=7)
        self._read(EventsQuery(ZONE, from_=first.isoformat(), include_managed=True), None)

    def _follow(self, body: bytes) -> None:
        notification = parse_notification(body)
        self._read(change_query(notification, ZONE), notification.changes_since)

    def _read(self, query: EventsQuery, changes_since: str | None) -> None:
        with closing(endpoints.read_events(self._client, query)) as pages:
            events = [bytes(event) for page in pages for event in page.events]
        for change in self._cache.observe(events, changes_since):
            self.lines.append(EventChangeDocument.of(change).encode().decode())

    def _today(self) -> Days:
        return sync_window(self._account.clock.now.astimezone(find_zone(ZONE)).date())


def folded(lines: list[str]) -> dict[str, Any]:
    """Return the events that changes lead to, by uid, as a program would keep them that knows only the changes."""
    events: dict[str, Any] = {}
    for line in lines:
        change = json.loads(line)
        if change["kind"] == "removed":
            events.pop(change["event_uid"], None)
        else:
            events[change["event_uid"]] = change["event"]
    return events


def in_window(events: dict[str, Any], window: Days) -> dict[str, Any]:
    """Return those that the window holds and the application does not manage.

    `updated` alone is no change, and is left out.
    """
    rule = window_rule(window, find_zone(ZONE))
    return {
        uid: {name: value for name, value in event.items() if name != "updated"}
        for uid, event in events.items()
        if "event_id" not in event and rule.holds(event_row(json.dumps(event).encode()))
    }
