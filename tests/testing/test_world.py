"""What a test can do with its world: edits, notifications, time, faults, and what was asked."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.core.signature import digest
from cronofy_cli.testing.control import SimulatorError
from cronofy_cli.testing.simulator import Simulator
from tests.testing.applications import Inbox

if TYPE_CHECKING:
    from cronofy_cli.testing.world import World

TOMORROW = date.today() + timedelta(days=1)  # noqa: DTZ011 - any day will do
WORLD_FILE = """
[choices]
page_size = 2

[[accounts]]
email = "ada@x.test"
access_token = "ada"

[[accounts.profiles]]
provider_name = "google"

[[accounts.profiles.calendars]]
name = "Lab"
primary = true
events = [{ summary = "Tea", start = "+1d 16:00" }]
"""


def api(world: World, path: str, token: str | None = None) -> Any:
    """Call Cronofy's API as the application does."""
    call = urllib.request.Request(world.url + path, headers={"Authorization": f"Bearer {token or world.access_token}"})
    with urllib.request.urlopen(call) as answer:
        return json.load(answer)


def status_of(world: World, path: str) -> int:
    """The status of a call that is refused."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        api(world, path)
    refusal.value.close()
    return refusal.value.code


def titles(world: World) -> list[str]:
    """The titles of all events of the next days."""
    path = f"/v1/events?tzid=Etc/UTC&from={TOMORROW - timedelta(days=1)}&to={TOMORROW + timedelta(days=3)}"
    return [event["summary"] for event in api(world, path)["events"]]


def test_accounts_have_calendars_and_tokens(world: World) -> None:
    """An account is found by its address or sub; its token is one that the API takes."""
    jane, omar = world.accounts

    assert world.account() == jane
    assert world.account("omar.reyes@example.org") == world.account(omar.sub) == omar
    assert (jane.sub, jane.access_token) == (world.sub, world.access_token)
    assert [calendar.name for calendar in jane.calendars] == ["Home", "Work", "Bank Holidays"]
    assert omar.access_token is not None
    assert api(world, "/v1/userinfo", omar.access_token)["sub"] == omar.sub
    listed = api(world, "/v1/calendars")["calendars"]
    assert [one["calendar_id"] for one in listed] == [one.calendar_id for one in jane.calendars]


def test_what_does_not_exist_is_said(world: World) -> None:
    """A wrong name is an error that lists the right ones."""
    with pytest.raises(SimulatorError, match=r"no calendar 'Wrok' of janed@company\.com; there are: Home, Work, Bank"):
        world.account().calendar("Wrok")
    with pytest.raises(SimulatorError, match="no account 'nobody'"):
        world.account("nobody")
    with pytest.raises(SimulatorError, match="no profile 'yahoo'"):
        world.account().profile("yahoo")
    with pytest.raises(SimulatorError, match="has no event 'Nothing'"):
        world.account().calendar().event("Nothing")


def test_an_event_is_added_moved_changed_deleted_and_restored(world: World) -> None:
    """The owner's edits are what the API reads; times may be left out, and a move keeps the length."""
    work = world.account().calendar("Work")

    event = work.add_event("Lunch with Ada", start=datetime.combine(TOMORROW, time(12), UTC))
    assert "Lunch with Ada" in titles(world)
    assert work.event("Lunch with Ada").event_uid == event.event_uid

    moved = event.move(f"{TOMORROW}T15:00:00Z").change(summary="Tea with Ada", location={"description": "Lab"})
    assert (moved.summary, moved.data["location"]["description"]) == ("Tea with Ada", "Lab")
    assert moved.data["start"] != event.data["start"]

    moved.delete()
    assert "Tea with Ada" not in titles(world)
    moved.restore()
    assert "Tea with Ada" in titles(world)
    assert work.add_event().summary == "New event"
    assert work.add_event("Trip", start=TOMORROW).data["start"] == str(TOMORROW)
    assert {one.summary for one in work.events} >= {"Tea with Ada", "New event", "Trip"}


def test_a_change_is_delivered_to_a_handler(world: World) -> None:
    """An application is served, a channel opened, and an edit arrives there, signed with the world's secret."""
    inbox = Inbox()
    handler = world.handler(inbox.asgi, "/hooks/cronofy")

    handler.wait_for_delivery("verification", status=200)
    event = world.account().calendar("Work").add_event("Lunch")
    first = handler.wait_for_delivery("change")
    event.delete()
    second = handler.wait_for_delivery("change")

    assert inbox.types == ["verification", "change", "change"]
    assert set(inbox.paths) == {"/hooks/cronofy"}
    assert (first.succeeded, first.attempt, first.callback_url) == (True, 1, handler.url)
    assert second.number > first.number
    assert first.json["channel"]["channel_id"] == handler.channel_id
    assert first.signature == digest(first.body.encode(), world.client_secret)
    assert [one.type for one in handler.deliveries] == inbox.types


def test_any_notification(world: World) -> None:
    """A type that no edit causes is pushed by its name, with fields of its own."""
    inbox = Inbox()
    handler = world.handler(inbox.asgi)
    handler.wait_for_delivery("verification", status=200)

    world.deliver("gdpr_requested", reason="asked")
    handler.wait_for_delivery("gdpr_requested", status=200)

    assert inbox.received[-1]["notification"] == {"type": "gdpr_requested", "reason": "asked"}


def test_a_delivery_that_does_not_come(world: World) -> None:
    """The failure says what was waited for, and what there was instead."""
    world.handler(Inbox().asgi).wait_for_delivery("verification")

    with pytest.raises(AssertionError, match=r"no delivery with type change in 0\.1 s; there were: verification 200"):
        world.wait_for_delivery("change", timeout_s=0.1)


def test_nothing_is_left_to_be_sent(world: World) -> None:
    """After `settle` a test can say that nothing was sent: an application's own writes are never notified."""
    inbox = Inbox()
    handler = world.handler(inbox.asgi)
    calendar_id = world.account().calendar("Work").calendar_id
    event = {"event_id": "1", "summary": "Mine", "start": f"{TOMORROW}T10:00:00Z", "end": f"{TOMORROW}T11:00:00Z"}
    write = urllib.request.Request(
        f"{world.url}/v1/calendars/{calendar_id}/events",
        json.dumps(event).encode(),
        {"Authorization": f"Bearer {world.access_token}", "Content-Type": "application/json"},
    )

    urllib.request.urlopen(write).close()
    world.settle()

    assert [one.type for one in handler.deliveries] == ["verification"]


def test_a_day_of_retries(world: World) -> None:
    """An application that fails keeps getting the notification; when it recovers, the next attempt succeeds."""
    inbox = Inbox()
    handler = world.handler(inbox.wsgi)
    handler.wait_for_delivery("verification", status=200)
    inbox.status = 500

    world.deliver("change")
    handler.wait_for_delivery("change", status=500)
    with pytest.raises(AssertionError, match=r"notifications still to be sent after 0 s: 1"):
        world.settle(timeout_s=0)
    world.advance(hours=3)
    failed = [one for one in world.deliveries if one.status == 500]
    inbox.status = 200
    world.advance(days=1)

    assert [one.attempt for one in failed] == list(range(1, len(failed) + 1))
    assert len(failed) > 3
    assert world.deliveries[-1].succeeded
    world.settle()


def test_the_clock(world: World) -> None:
    """A world's clock is set, stopped and advanced, and is what its events are made by."""
    moment = datetime(2027, 3, 1, 10, 20, tzinfo=UTC)

    world.set_clock(moment, stopped=True)
    world.advance(minutes=5)

    assert world.now == moment + timedelta(minutes=5)
    assert world.account().calendar().add_event("Soon").data["start"].startswith("2027-03-01T11:00:00")
    world.set_clock(moment)
    with urllib.request.urlopen(f"{world.url}/simulator/clock") as answer:
        assert json.load(answer)["stopped"] is False


def test_what_the_application_asked(world: World) -> None:
    """Each API call is in the log with what it was answered, and can be waited for."""
    api(world, "/v1/userinfo")
    assert status_of(world, "/v1/resources") == 501

    assert [(one.method, one.path, one.status, one.operation) for one in world.requests] == [
        ("GET", "/v1/userinfo", 200, "userinfo"),
        ("GET", "/v1/resources", 501, "Resources"),
    ]
    assert world.wait_for_request("/v1/userinfo").sub == world.sub
    assert "does not do GET /v1/resources" in str(world.requests[1].note)
    with pytest.raises(AssertionError, match=r"no call with path /v1/channels in 0\.1 s; there were: GET /v1/us"):
        world.wait_for_request("/v1/channels", timeout_s=0.1)


def test_calls_that_fail(world: World) -> None:
    """The next calls of a path fail as ordered, then work again."""
    world.fail("/v1/userinfo", status=503)

    assert status_of(world, "/v1/userinfo") == 503
    assert api(world, "/v1/userinfo")["sub"] == world.sub

    world.fail("/v1/userinfo", status=500, method="GET", times=2)
    assert [status_of(world, "/v1/userinfo") for _ in range(2)] == [500, 500]
    world.fail("/v1/userinfo", drop=True)
    with pytest.raises(http.client.RemoteDisconnected):
        api(world, "/v1/userinfo")
    world.fail("/v1/userinfo", delay_s=0.001)
    world.fail(status=502)
    assert status_of(world, "/v1/calendars") == 502
    assert api(world, "/v1/userinfo")["sub"] == world.sub
    world.wait_for_request(count=7)
    assert [one.status for one in world.requests] == [503, 200, 500, 500, None, 502, 200]


def test_one_call_among_others(world: World) -> None:
    """The call that is waited for is chosen by its path, method and status, and by how many of them came before."""
    for path in ("/v1/userinfo", "/v1/calendars", "/v1/userinfo"):
        api(world, path)
    assert status_of(world, "/v1/resources") == 501

    world.wait_for_request(count=4)
    first, second, *_ = world.requests
    assert world.wait_for_request() == first
    assert world.wait_for_request("/v1/cal") == second
    assert world.wait_for_request("/v1/userinfo", method="GET", status=200, count=2) == world.requests[2]
    assert world.wait_for_request(status=501).path == "/v1/resources"
    with pytest.raises(AssertionError, match=r"no call with path /v1/userinfo, method POST in 0\.01 s"):
        world.wait_for_request("/v1/userinfo", method="POST", timeout_s=0.01)
    with pytest.raises(AssertionError, match="no call"):
        world.wait_for_request("/v1/userinfo", count=3, timeout_s=0.01)


def test_one_handler_among_others(world: World) -> None:
    """Each account can have a handler, and a notification is sent to one channel, or to all."""
    jane, omar = (world.handler(Inbox().asgi, account=account.sub) for account in world.accounts)
    for handler in (jane, omar):
        assert handler.wait_for_delivery("verification", status=200).channel_id == handler.channel_id

    world.deliver("change", channel_id=omar.channel_id)
    omar.wait_for_delivery("change")
    world.settle()
    assert [one.type for one in jane.deliveries] == ["verification"]
    world.deliver("change")
    assert {jane.wait_for_delivery("change").channel_id, omar.wait_for_delivery("change").channel_id} == {
        jane.channel_id,
        omar.channel_id,
    }
    world.settle()
    assert [one.type for one in omar.deliveries] == ["verification", "change", "change"]


def test_a_failure_that_no_call_would_meet(world: World) -> None:
    """A path with a slip in it is refused: the test would pass without its fault."""
    with pytest.raises(SimulatorError, match="the beginning of a call's path"):
        world.fail("/v1/nope", status=503)
    with pytest.raises(SimulatorError, match="/v1/userinfo: GET"):
        world.fail("/v1/userinfo", status=503, method="POST")


def test_profiles_and_calendars_go_away(world: World) -> None:
    """What happens around calendars: a profile is lost and found, its first sync ends, a calendar vanishes."""
    handler = world.handler(Inbox().asgi)
    account = world.account()
    profile = account.profile("google")

    profile.disconnect()
    assert handler.wait_for_delivery("profile_disconnected").succeeded
    profile.reconnect()
    profile.start_initial_sync()
    profile.finish_initial_sync()
    assert handler.wait_for_delivery("profile_initial_sync_completed").succeeded
    account.calendar("Home").remove()

    assert [one.name for one in world.account().calendars] == ["Work", "Bank Holidays"]


def test_back_to_the_beginning(world: World) -> None:
    """A reset leaves nothing of channels, logs and edits; a kept state comes back."""
    handler = world.handler(Inbox().asgi)
    handler.wait_for_delivery("verification")
    world.account().calendar("Work").add_event("Kept")
    world.keep()

    world.reset()
    assert (world.deliveries, world.requests) == ((), ())
    assert "Kept" not in [one.summary for one in world.account().calendar("Work").events]
    world.restore()
    assert world.account().calendar("Work").event("Kept").summary == "Kept"
    world.deliver("change")
    assert world.wait_for_delivery("change").channel_id == handler.channel_id


def test_worlds_of_a_file(process: Simulator, tmp_path: Any) -> None:
    """A suite brings a world of its own, as a path or a text, with choices."""
    path = tmp_path / "team.toml"
    path.write_text(WORLD_FILE)

    with process.world(path) as one, process.world(WORLD_FILE, page_size=1, emit_scheduling_conversations=False) as two:
        one.account().calendar("Lab").add_event("More")
        assert [event.summary for event in two.account("ada@x.test").calendar().events] == ["Tea"]
        assert [event.summary for event in one.account("ada@x.test").calendar().events] == ["More", "Tea"]
        assert one.client_secret != two.client_secret

    with pytest.raises(SimulatorError, match="there is no choice 'pagesize'"):
        process.world(pagesize=1)


def test_a_choice_out_of_its_range(process: Simulator) -> None:
    """A world with it is refused where it is asked for, in words: no call fails because of it later."""
    with pytest.raises(SimulatorError, match="the choice 'page_size' is a whole number from 1 to 100000, not '0'"):
        process.world(page_size=0)
    with pytest.raises(SimulatorError, match="the choice 'page_size'"):
        process.world(WORLD_FILE.replace("page_size = 2", "page_size = -1"))


def test_the_environment_of_an_application(world: World) -> None:
    """A world names itself as `simulator exec` does, for an application that is configured so."""
    assert world.environment["CRONOFY_API_URL"] == world.url
    assert set(world.environment) == {
        *("CRONOFY_API_URL", "CRONOFY_APP_URL", "CRONOFY_CLIENT_ID", "CRONOFY_CLIENT_SECRET"),
        *("CRONOFY_ACCESS_TOKEN", "CRONOFY_SUB", "CRONOFY_SIMULATOR_URL"),
    }
    assert world.client_secret not in repr(world)
    assert world.access_token not in repr(world.account())


def test_a_world_can_make_further_ones(world: World) -> None:
    """Whoever is given the environment of a world uses it as a simulator."""
    with Simulator.start(world.environment) as simulator, simulator.world() as further:
        assert further.account().calendar("Work").add_event("Lunch").summary == "Lunch"
        assert further.url != world.url


def test_a_world_that_has_ended(process: Simulator) -> None:
    """After its end a world is gone, with a sentence."""
    with process.world() as world:
        pass

    with pytest.raises(SimulatorError, match=f"404: .*there is no world '{world.world_id}'"):
        world.reset()


def test_a_simulator_that_is_gone() -> None:
    """No answer is an error that names the address."""
    with pytest.raises(SimulatorError, match=r"the simulator at http://127\.0\.0\.1:9 does not answer POST"):
        Simulator("http://127.0.0.1:9/simulator").world()
