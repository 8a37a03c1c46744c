"""What Cronofy is asked about events, from a real HTTP server with scripted responses."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.api.tokens import FixedToken
from cronofy_cli.core.accounts.data_centers import DataCenter
from cronofy_cli.errors import TimeLimitReached
from cronofy_cli.why.cronofy_evidence import MOST_CHANGES, changes_until, find_events
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.scripted_server import ScriptedServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT_ONCE, NEVER = -1.0, 600.0
"""Limits that are reached before the second event, and not at all."""


def event(number: int, summary: str = "Lunch", **fields: Any) -> dict[str, Any]:
    """Return an event that was changed so many seconds after the day began."""
    updated = (NOW - timedelta(hours=12) + timedelta(seconds=number)).isoformat()
    return {"event_uid": f"evt_{number}", "calendar_id": "cal_1", "summary": summary, "updated": updated} | fields


@contextmanager
def serving(*pages: list[dict[str, Any]]) -> Iterator[tuple[ApiClient, ScriptedServer]]:
    """Serve pages of events."""
    with scripted_server() as server:
        for number, events in enumerate(pages, 1):
            place: dict[str, Any] = {"current": number, "total": len(pages)}
            if number < len(pages):
                place["next_page"] = f"{server.url}/v1/events/pages/{number}"
            server.answer(json={"pages": place, "events": events})
        data_center = DataCenter("uk", server.url, server.url)
        with ApiClient(data_center, FixedToken("tok"), retry_policy=RetryPolicy(attempts=1)) as client:
            yield client, server


def test_the_changes_of_a_day() -> None:
    """Everything that was changed in the last 24 hours is read, of all kinds, and comes the newest first."""
    with serving([event(1), event(3)], [event(2), {"event_uid": "evt_0"}]) as (client, server):
        changes = changes_until(client, NOW, "Europe/London")

    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert [each.event_uid for each in changes.events] == ["evt_3", "evt_2", "evt_1", "evt_0"]
    assert (changes.since, changes.is_complete) == (NOW - timedelta(days=1), True)
    assert query == {
        "tzid": ["Europe/London"],
        "last_modified": ["2026-11-21T12:00:00Z"],
        "include_managed": ["true"],
        "include_deleted": ["true"],
        "include_moved": ["true"],
    }


@pytest.mark.parametrize(("count", "is_complete"), [(MOST_CHANGES, True), (MOST_CHANGES + 1, False)])
def test_more_changes_than_are_looked_at(count: int, is_complete: bool) -> None:
    """Two hundred are enough; whether there are more is known."""
    with serving([event(number) for number in range(count)]) as (client, _):
        changes = changes_until(client, NOW, "Etc/UTC")

    assert (len(changes.events), changes.is_complete) == (MOST_CHANGES, is_complete)


@pytest.mark.parametrize("wanted", ["evt_2", "booking-2", "call", "CALL"])
def test_an_event_by_its_name(wanted: str) -> None:
    """An event is found by either id or by its title in any case, among managed and deleted ones too."""
    named = event(2, "Call", event_id="booking-2")
    with serving([event(1), named, event(3, "Calls")]) as (client, server):
        found = find_events(client, wanted, "Etc/UTC", NEVER)

    assert [each.event_uid for each in found] == ["evt_2"]
    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert query.keys() == {"tzid", "include_managed", "include_deleted", "include_moved"}


def test_several_events_of_one_title() -> None:
    """The one that was changed last comes first."""
    with serving([event(1), event(9)], [event(5)]) as (client, _):
        assert [each.event_uid for each in find_events(client, "lunch", "Etc/UTC", NEVER)] == [
            "evt_9",
            "evt_5",
            "evt_1",
        ]


def test_no_event_of_that_name() -> None:
    """All were read, and none fits: that is an answer."""
    with serving([event(1)]) as (client, _):
        assert find_events(client, "Party", "Etc/UTC", NEVER) == ()


def test_too_many_events_to_find_one() -> None:
    """Where the limit is reached and none was found, nothing can be said: it may be one that was not read."""
    with serving([event(1), event(2, "Party")]) as (client, _), pytest.raises(TimeLimitReached) as caught:
        find_events(client, "Party", "Etc/UTC", AT_ONCE)

    assert caught.value.message == "there are too many events to find 'Party' among them within -1 s"


def test_one_event_was_found_before_the_limit() -> None:
    """What was found by then counts."""
    with serving([event(1), event(2)]) as (client, _):
        assert [each.event_uid for each in find_events(client, "Lunch", "Etc/UTC", AT_ONCE)] == ["evt_1"]
