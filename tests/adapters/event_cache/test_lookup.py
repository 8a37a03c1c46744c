"""What the caches know of a time, for whoever shows it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import events_around, open_event_cache
from cronofy_cli.adapters.event_cache.connection import cache_file

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 29)


def event(uid: str, start: str, end: str, **more: object) -> bytes:
    """Return an event."""
    return json.dumps({"event_uid": uid, "summary": uid, "start": start, "end": end, **more}).encode()


CALL = event("call", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z")
FAIR = event("fair", "2026-11-20", "2026-11-29")
OTHERS = (
    event("before", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"),
    event("after", "2026-11-30T10:00:00Z", "2026-11-30T11:00:00Z"),
    event("gone", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z", deleted=True),
    event("no-time", "", ""),
)


def test_the_events_of_a_time(tmp_path: Path) -> None:
    """Those that end in it, of the account that has the event, and of its data center alone."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    for data_center, sub, events in (
        ("uk", "acc_1", (CALL, FAIR, *OTHERS)),
        ("uk", "acc_2", (event("theirs", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"),)),
        ("us", "acc_1", (event("call", "2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"),)),
    ):
        with open_event_cache(data_center, sub, environment) as cache:
            cache.remember(events)

    assert events_around(["gone"], FIRST, LAST, "uk", environment) == [CALL, FAIR]
    assert events_around(["unknown"], FIRST, LAST, "uk", environment) == []
    assert events_around([], FIRST, LAST, "uk", environment) == []
    assert events_around(["call"], FIRST, LAST, "de", environment) == []


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A file that is no cache, or one of a later release, says nothing, and is left as it is; none is made."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    assert events_around(["call"], FIRST, LAST, "uk", environment) == []
    assert list(tmp_path.iterdir()) == []
    with open_event_cache("uk", "acc_1", environment) as cache:
        cache.remember([CALL])
        cache._connection.execute("PRAGMA user_version = 99")
    broken = cache_file("uk", "acc_0", environment)
    broken.write_bytes(b"no database" * 100)

    assert events_around(["call"], FIRST, LAST, "uk", environment) == []
    assert broken.read_bytes() == b"no database" * 100
