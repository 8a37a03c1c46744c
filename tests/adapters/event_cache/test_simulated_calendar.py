"""A calendar's whole life, read in bursts with losses and repetitions: what was told adds up to what is true."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.core.api.queries import change_query
from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.output.documents.events import EventChangeDocument
from cronofy_cli.simulator.messages.parameters import parse_events_query
from cronofy_cli.simulator.messages.rendering import event_renderer
from cronofy_cli.simulator.read_events import select_events
from cronofy_cli.simulator.world.model import Attendee, EventDetails, Location
from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.simulator.worlds import CALENDARS, MAIN, NOW, details, empty_account, timed

if TYPE_CHECKING:
    import pytest

    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.simulator.world.state import AccountState

KNOWN = {calendar.calendar_id: calendar for calendar in CALENDARS}

STEPS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([HOME, WORK]), st.integers(0, 9)),
    st.tuples(st.just("move"), st.integers(0, 20), st.integers(-60, 300)),
    st.tuples(st.just("rename"), st.integers(0, 20), st.sampled_from(["Lunch", "Supper", "Tea"])),
    st.tuples(st.just("invite"), st.integers(0, 20), st.sampled_from(["accepted", "declined"])),
    st.tuples(st.just("delete"), st.integers(0, 20), st.none()),
    st.tuples(st.just("restore"), st.integers(0, 20), st.none()),
    # A read since the first change that no read has seen; the number tells how much earlier still.
    st.tuples(st.just("read"), st.sampled_from([0, 0, 1, 60]), st.booleans()),
)


@dataclass
class Told:
    """A calendar, a reader of its changes, and what it was told."""

    cache: EventCache
    world: AccountState = field(default_factory=empty_account)
    now: datetime = NOW
    unread_since: datetime | None = None
    folded: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: int = 0

    def take(self, step: tuple[Any, ...]) -> None:
        """Do one thing; every one takes the third of a second."""
        name, first, second = step
        self.now += timedelta(seconds=1 / 3)
        if name == "read":
            self.read(earlier_s=first, twice=second)
        elif self._edit(name, first, second):
            self.unread_since = self.unread_since or self.now

    def read(self, *, earlier_s: int = 0, twice: bool = False) -> None:
        """Read what changed, as for a notification, perhaps twice."""
        since = to_utc_seconds((self.unread_since or self.now) - timedelta(seconds=earlier_s))
        for _ in range(1 + twice):
            for change in self.cache.observe(self.answer(since), since):
                data = json.loads(EventChangeDocument.of(change).encode())
                self.folded[data["event_uid"]] = data["event"]
                self.changes += 1
        self.unread_since = None

    def answer(self, since: str | None) -> list[bytes]:
        """Return what Read Events answers, or with None everything that is there."""
        wish = change_query(Notification("change", since), "Etc/UTC")
        query = parse_events_query(wish.parameters(), KNOWN)
        found = select_events(self.world.events, query.selection, self.now, MAIN, enforce_sync_window=False)
        render = event_renderer(query, self.world, MAIN)
        return [msgspec.json.encode(render(event)) for event in found]

    def _edit(self, name: str, first: Any, second: Any) -> bool:
        """Let the owner do something, if there is an event to do it to."""
        if name == "add":
            self.world.add_event(first, details(f"2026-04-2{second}T10:00"), self.now)
            return True
        wants_deleted = name == "restore"
        candidates = [event for event in self.world.events if event.deleted is wants_deleted]
        if not candidates:
            return False
        event_uid = candidates[first % len(candidates)].event_uid
        if name == "delete":
            self.world.delete_event(event_uid, self.now)
        elif name == "restore":
            self.world.restore_event(event_uid, self.now)
        else:
            self.world.change_event(event_uid, _details(name, second), self.now)
        return True


def _details(name: str, choice: Any) -> EventDetails:
    if name == "move":
        start = datetime(2026, 4, 20, 10, tzinfo=UTC) + timedelta(hours=choice)
        return EventDetails(span=timed(start.strftime("%Y-%m-%dT%H:%M")))
    if name == "invite":
        return EventDetails(attendees=(Attendee("jane@example.com", "Jane", choice),), location=Location(choice))
    return EventDetails(summary=choice)


@settings(max_examples=60)
@given(steps=st.lists(STEPS, max_size=30))
def test_the_told_changes_add_up(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]) -> None:
    """Whatever the owner did, and however it was read: folded, the changes are the calendar, and none comes twice."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path_factory.mktemp("cache"))}
    with open_event_cache("simulator", "acc_1", environment) as cache:
        reader = Told(cache)
        for step in steps:
            reader.take(step)
        reader.read()
        count = reader.changes
        reader.read(earlier_s=3600, twice=True)

        assert reader.changes == count
        truth = {event["event_uid"]: event for event in map(json.loads, reader.answer(None)) if not event["deleted"]}
        told = {uid: event for uid, event in reader.folded.items() if not event["deleted"]}
        assert {uid: plain(event) for uid, event in told.items()} == {uid: plain(event) for uid, event in truth.items()}


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without the time of its last edit, which may have changed nothing."""
    return {name: value for name, value in event.items() if name != "updated"}
