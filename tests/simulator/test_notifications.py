"""Push notifications as an application receives them: signed, filtered, coalesced, tried again."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.simulator.world.settings import CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

NO_WEB_SERVER = "http://127.0.0.1:9/hook"


def attempts(simulator: Running, count: int) -> list[dict[str, Any]]:
    """What the simulator says of its first attempts, as soon as there are so many."""
    deadline = time.monotonic() + 10
    pause = threading.Event()
    while True:
        made: list[dict[str, Any]] = simulator.get("/simulator/deliveries")["deliveries"]
        if len(made) >= count:
            return made[:count]
        assert time.monotonic() < deadline, f"fewer than {count} attempts: {made}"
        pause.wait(0.01)


def test_a_new_channel_is_verified(simulator: Running, receiver: Receiver) -> None:
    """Creating a channel sends `verification` to the callback URL, with its query, signed over the raw body."""
    channel = simulator.open_channel(f"{receiver.url}?user=42")

    (verification,) = receiver.wait_for(1)

    assert verification.path == "/hook?user=42"
    assert json.loads(verification.body) == {"notification": {"type": "verification"}, "channel": channel}
    assert verification.headers["Content-Type"] == "application/json; charset=utf-8"
    assert verification.headers["User-Agent"].startswith("cronofy-simulator/")
    published = [ClientSecret("published", CLIENT_SECRET)]
    assert judge(verification.headers[HEADER], verification.body, published).state is SignatureState.VALID


def test_an_identical_channel_is_verified_again(simulator: Running, receiver: Receiver) -> None:
    """Asking twice for one channel gives one id and two verifications."""
    ids = {simulator.open_channel(receiver.url)["channel_id"] for _ in range(2)}

    assert {verification.channel_id for verification in receiver.wait_for(2, "verification")} == ids
    assert len(ids) == 1


def test_an_identical_channel_can_go_without_another_verification(
    start: Callable[..., Running], receiver: Receiver
) -> None:
    """By choice a channel that is open already is only answered; another one of the application is verified."""
    simulator = start(verify_identical_channels=False)
    for _ in range(2):
        simulator.open_channel(receiver.url)
    simulator.open_channel(receiver.url, only_managed=True)
    simulator.settle()

    assert len(receiver.received("verification")) == 2


def test_each_active_secret_signs(start: Callable[..., Running], receiver: Receiver) -> None:
    """While secrets are rotated, a receiver that knows either one is satisfied."""
    start(client_secrets=("old", "new")).open_channel(receiver.url)

    (verification,) = receiver.wait_for(1)

    for secret in ("old", "new"):
        verdict = judge(verification.headers[HEADER], verification.body, [ClientSecret(secret, secret)])
        assert verdict.state is SignatureState.VALID


def test_an_owners_edits_are_told_and_can_be_read(simulator: Running, receiver: Receiver) -> None:
    """Adding, moving and deleting each send `change`, and `changes_since` leads to exactly the changed event."""
    simulator.open_channel(receiver.url)
    event = simulator.add_event(summary="Lunch", calendar="Home")
    uid = event["event_uid"]
    later = datetime.fromisoformat(event["start"]) + timedelta(days=1)

    def read(number: int) -> dict[str, Any]:
        since = receiver.wait_for(number, "change")[-1].notification["changes_since"]
        (changed,) = simulator.events(last_modified=since, include_deleted="true", include_moved="true")
        return changed

    assert read(1) == event
    simulator.request("PATCH", f"/simulator/events/{uid}", json={"start": later.isoformat()})
    assert read(2)["start"] == later.strftime("%Y-%m-%dT%H:%M:%SZ")
    simulator.request("DELETE", f"/simulator/events/{uid}")
    assert read(3)["deleted"] is True


def test_edits_close_together_share_a_notification(start: Callable[..., Running], receiver: Receiver) -> None:
    """A burst of edits is one `change`, from whose `changes_since` all of them are read."""
    simulator = start(coalesce_window_s=3600)
    simulator.open_channel(receiver.url)
    for number in range(5):
        simulator.add_event(summary=f"Burst {number}")
    simulator.request("POST", "/simulator/clock", json={"advance_s": 3600})

    (change,) = receiver.wait_for(1, "change")

    read = simulator.events(last_modified=change.notification["changes_since"])
    assert {event["summary"] for event in read} == {f"Burst {number}" for number in range(5)}
    simulator.settle()
    assert len(receiver.received("change")) == 1


def test_filters_keep_foreign_changes_away(simulator: Running, receiver: Receiver) -> None:
    """A channel hears only of its calendars; with `only_managed` only of users' edits of the application's events."""
    home, work = simulator.calendar_id("Home"), simulator.calendar_id("Work")
    at_work = simulator.open_channel(f"{receiver.url}/work", calendar_ids=[work])["channel_id"]
    managed = simulator.open_channel(f"{receiver.url}/managed", only_managed=True)["channel_id"]
    simulator.write_event(home, "mine-1")
    uid = simulator.events(only_managed="true")[0]["event_uid"]

    simulator.add_event(calendar="Home")
    simulator.add_event(calendar="Work")
    assert receiver.wait_for(1, "change")[0].channel_id == at_work
    simulator.request("PATCH", f"/simulator/events/{uid}", json={"summary": "Moved by its owner"})

    assert [change.channel_id for change in receiver.wait_for(2, "change")] == [at_work, managed]


def test_the_applications_own_writes_are_not_told(simulator: Running, receiver: Receiver) -> None:
    """Creating, changing and deleting through the API is silent, also where an owner's edit has just been told."""
    home = simulator.calendar_id("Home")
    simulator.open_channel(receiver.url)
    owners = simulator.add_event(summary="The owner's")
    receiver.wait_for(1, "change")
    simulator.elevate(home)

    simulator.write_event(home, "1")
    simulator.write_event(home, "1", summary="Changed")
    simulator.request("DELETE", f"/v1/calendars/{home}/events", 202, json={"event_id": "1"})
    simulator.request("DELETE", f"/v1/calendars/{home}/events", 202, json={"event_uid": owners["event_uid"]})
    simulator.request("DELETE", "/v1/events", 202, json={"delete_all": True})

    simulator.settle()
    assert [one.type for one in receiver.received()] == ["verification", "change"]


def test_edits_outside_the_sync_window_go_unseen(simulator: Running, receiver: Receiver) -> None:
    """An event three years ahead is not synced, so nobody hears of it."""
    simulator.open_channel(receiver.url)
    simulator.add_event(start=f"{datetime.now(UTC).year + 3}-01-01")
    seen = simulator.add_event(summary="Seen")

    (change,) = receiver.wait_for(1, "change")

    assert simulator.events(last_modified=change.notification["changes_since"]) == [seen]


def test_a_closed_channel_hears_nothing(simulator: Running, receiver: Receiver) -> None:
    """After closing, changes go to the other channels only."""
    closed = simulator.open_channel(f"{receiver.url}/closed")["channel_id"]
    other = simulator.open_channel(f"{receiver.url}/open")["channel_id"]
    receiver.wait_for(2, "verification")
    simulator.request("DELETE", f"/v1/channels/{closed}", 202)

    simulator.add_event()

    assert [change.channel_id for change in receiver.wait_for(1, "change")] == [other]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_refused_notification_is_sent_again(start: Callable[..., Running], receiver: Receiver, status: int) -> None:
    """Anything but 2xx is a failure, redirects too; the same body comes again by the scaled schedule."""
    receiver.statuses = [status, status]
    simulator = start(retry_scale=0.001)
    simulator.open_channel(receiver.url)

    first, second, third = receiver.wait_for(3)

    assert first.body == second.body == third.body
    made = attempts(simulator, 3)
    assert [(one["attempt"], one["status"]) for one in made] == [(1, status), (2, status), (3, 200)]
    assert [one["next_attempt_at"] is None for one in made] == [False, False, True]
    assert second.at - first.at >= 0.015


def test_a_slow_answer_is_a_failure(start: Callable[..., Running], receiver: Receiver) -> None:
    """An answer that does not come within the limit does not count, and is tried again."""
    receiver.hang.clear()
    simulator = start(answer_limit_s=0.2)
    simulator.open_channel(receiver.url)

    (attempt,) = attempts(simulator, 1)

    assert (attempt["status"], attempt["failure"], attempt["reason"]) == (
        None,
        "answer_timed_out",
        "no answer within 0.2 s",
    )
    assert attempt["duration_ms"] >= 195
    assert attempt["next_attempt_at"]


def test_channels_are_told_side_by_side(simulator: Running, receiver: Receiver) -> None:
    """While one receiver hangs, all others have their notification already."""
    receiver.hang.clear()
    for number in range(10):
        simulator.open_channel(f"{receiver.url}/{number}")

    assert len({verification.path for verification in receiver.wait_for(10)}) == 10


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        (NO_WEB_SERVER, "connection_refused"),
        ("http://no-such-host.invalid/hook", "name_not_resolved"),
        ("https://{receiver}/hook", "tls_failed"),
    ],
)
def test_an_unreachable_url_is_reported(url: str, failure: str, simulator: Running, receiver: Receiver) -> None:
    """Where no server listens, or none that can be talked to, the attempt says so and the next one is planned."""
    url = url.format(receiver=urlsplit(receiver.url).netloc)
    channel = simulator.open_channel(url)

    (attempt,) = attempts(simulator, 1)

    assert (attempt["channel_id"], attempt["callback_url"]) == (channel["channel_id"], url)
    assert attempt["status"] is None
    assert attempt["failure"] == failure
    assert attempt["reason"]
    assert attempt["next_attempt_at"]


def test_a_channel_that_never_answers_is_closed(
    start: Callable[..., Running], wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """When the (scaled) 24 hours are over without a success, the channel is gone from the list."""
    simulator = start(retry_scale=0.000003)
    simulator.open_channel(NO_WEB_SERVER)

    attempts(simulator, 1)
    wait_until(lambda: simulator.get("/v1/channels") == {"channels": []})
