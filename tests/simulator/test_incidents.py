"""What happens around a calendar, over HTTP: profiles, removed calendars, the clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.sign_in import Page, code_for, refresh, refused, sign_in, status_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

DAY_S = 86400


def profile(simulator: Running, provider_name: str = "google") -> dict[str, Any]:
    """A profile, as UserInfo shows it."""
    profiles = simulator.get("/v1/userinfo")["cronofy.data"]["profiles"]
    found: dict[str, Any] = next(one for one in profiles if one["provider_name"] == provider_name)
    return found


def act(simulator: Running, what: str, **body: object) -> dict[str, Any]:
    """Do something to the Google profile and return it."""
    path = f"/simulator/profiles/{profile(simulator)['profile_id']}/{what}"
    answer: dict[str, Any] = simulator.request("POST", path, json=body).json()["profile"]
    return answer


def advance(simulator: Running, seconds: float) -> dict[str, Any]:
    """Turn the clock."""
    answer: dict[str, Any] = simulator.request("POST", "/simulator/clock", json={"advance_s": seconds}).json()
    return answer


def slow(simulator: Running, seconds: float) -> dict[str, Any]:
    """Let the provider take so long."""
    answer: dict[str, Any] = simulator.request("POST", "/simulator/provider", json={"delay_s": seconds}).json()
    return answer


def test_a_lost_profile_is_told_and_shown(simulator: Running, receiver: Receiver) -> None:
    """Disconnecting is one notification; profiles and UserInfo show the state, and where to reconnect."""
    simulator.open_channel(receiver.url)
    shown = [act(simulator, "disconnect") for _ in range(2)][-1]

    simulator.settle()
    assert len(receiver.received("profile_disconnected")) == 1
    assert shown in simulator.get("/v1/profiles")["profiles"]
    assert profile(simulator).items() >= shown.items()
    assert (shown["profile_connected"], shown["profile_relink_url"]) == (
        False,
        f"{simulator.url}/relink/{shown['profile_id']}",
    )
    assert "profile_relink_url" not in profile(simulator, "apple")


def test_changes_flow_again_after_reconnecting(simulator: Running, receiver: Receiver) -> None:
    """While it is lost, edits are not told; reconnecting tells of them at once, and later edits as ever."""
    work = simulator.calendar_id("Work")
    simulator.open_channel(receiver.url, calendar_ids=[work])
    act(simulator, "disconnect")
    missed = simulator.add_event(calendar="Work", summary="Missed")
    simulator.settle()
    assert receiver.received("change") == []

    reconnected = act(simulator, "reconnect")

    assert reconnected["profile_connected"] is True
    assert "profile_relink_url" not in reconnected
    (change,) = receiver.wait_for(1, "change")
    assert missed in simulator.events(last_modified=change.notification["changes_since"])
    act(simulator, "reconnect")
    simulator.add_event(calendar="Work", summary="Told")
    assert receiver.wait_for(2, "change")[-1].notification["changes_since"] >= change.notification["changes_since"]


def test_the_relink_page_reconnects(simulator: Running) -> None:
    """Its button works once; another site's form cannot press it, and an unknown profile has no page."""
    relink_url = act(simulator, "disconnect")["profile_relink_url"]
    page = Page(simulator.request("GET", relink_url).text)
    assert page.form == ("post", "/relink")
    assert "is disconnected" in page.text

    simulator.request("POST", "/relink", 400, data={"token": "x"})
    assert profile(simulator)["profile_connected"] is False
    simulator.request("POST", "/relink", data=page.fields)
    assert profile(simulator)["profile_connected"] is True
    simulator.request("POST", "/relink", 400, data=page.fields)
    simulator.request("GET", "/relink/pro_x", 404)


def test_the_first_sync_is_told_when_it_is_done(simulator: Running, receiver: Receiver) -> None:
    """UserInfo shows that it runs; its end is one notification, and none comes when it did not run."""
    simulator.open_channel(receiver.url)

    act(simulator, "initial_sync", required=False)
    act(simulator, "initial_sync", required=True)
    assert profile(simulator)["profile_initial_sync_required"] is True
    assert profile(simulator, "apple")["profile_initial_sync_required"] is False
    act(simulator, "initial_sync", required=False)

    simulator.settle()
    assert len(receiver.received("profile_initial_sync_completed")) == 1
    assert profile(simulator)["profile_initial_sync_required"] is False


def test_nothing_is_told_before_the_first_sync_is_done(simulator: Running, receiver: Receiver) -> None:
    """While a profile's first sync runs its edits are not told; afterwards they are."""
    simulator.open_channel(receiver.url)
    act(simulator, "initial_sync", required=True)
    simulator.add_event(calendar="Work", summary="Too early")
    simulator.settle()
    assert receiver.received("change") == []
    act(simulator, "initial_sync", required=False)
    simulator.settle()
    assert [one.type for one in receiver.received()] == ["verification", "profile_initial_sync_completed"]

    later = simulator.add_event(calendar="Work", summary="Told")

    (change,) = receiver.wait_for(1, "change")
    assert later in simulator.events(last_modified=change.notification["changes_since"])


def test_a_slow_provider_delays_what_is_told(
    simulator: Running, receiver: Receiver, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A change is told when the provider's time is over, and can be read before; without a delay it is told at once."""
    simulator.open_channel(receiver.url)
    assert slow(simulator, 3600) == {"delay_s": 3600.0}
    late = simulator.add_event(calendar="Work")
    assert late in simulator.events()
    advance(simulator, 3000)
    simulator.request("POST", "/simulator/push", 202, json={"type": "last"})
    wait_until(lambda: len(simulator.get("/simulator/deliveries")["deliveries"]) == 2)
    assert simulator.get("/simulator/deliveries")["waiting"] == 1
    assert [one.type for one in receiver.received()] == ["verification", "last"]

    advance(simulator, 600)
    (change,) = receiver.wait_for(1, "change")
    assert change.notification["changes_since"] == late["updated"]
    slow(simulator, 0)
    simulator.add_event(calendar="Work")
    receiver.wait_for(2, "change")


@pytest.mark.parametrize("body", [{}, {"delay_s": -1}, {"delay_s": 86401}, {"delay_s": "soon"}])
def test_a_delay_that_is_none(simulator: Running, body: dict[str, object]) -> None:
    """A provider takes a number of seconds, a day at most."""
    assert list(simulator.refusal("POST", "/simulator/provider", json=body)) == ["delay_s"]
    assert simulator.get("/simulator/provider") == {"delay_s": 0.0}


def test_answers_are_dated_by_the_turned_clock(simulator: Running) -> None:
    """The Date of every answer is the simulator's own time, also of an error."""
    advance(simulator, 10 * DAY_S)
    until = datetime.now(UTC) + timedelta(days=10, minutes=1)

    for path, status in (("/v1/channels", 200), ("/v1/nothing", 404)):
        (date,) = simulator.request("GET", path, status).headers.get_list("Date")
        assert until - timedelta(minutes=2) < parsedate_to_datetime(date) < until


def test_a_removed_calendar_is_listed_as_deleted(simulator: Running, receiver: Receiver) -> None:
    """Its events are deleted and told as a `change`; it takes no more events and cannot be removed again."""
    work = simulator.calendar_id("Work")
    simulator.write_event(work, "mine")
    at_work = simulator.open_channel(f"{receiver.url}/work", calendar_ids=[work])["channel_id"]
    managed = simulator.open_channel(f"{receiver.url}/managed", only_managed=True)["channel_id"]
    simulator.open_channel(f"{receiver.url}/home", calendar_ids=[simulator.calendar_id("Home")])

    removed = simulator.request("DELETE", f"/simulator/calendars/{work}").json()["calendar"]

    assert (removed["calendar_id"], removed["calendar_deleted"]) == (work, True)
    states = {one["calendar_name"]: one["calendar_deleted"] for one in simulator.get("/v1/calendars")["calendars"]}
    assert states == {"Home": False, "Work": True, "Bank Holidays": False}
    assert {change.channel_id for change in receiver.wait_for(2, "change")} == {at_work, managed}
    assert simulator.events(**{"calendar_ids[]": work}, include_managed="true") == []
    assert all(event["deleted"] for event in simulator.events(**{"calendar_ids[]": work}, include_deleted="true"))
    simulator.request("DELETE", f"/simulator/calendars/{work}", 404)
    simulator.request("POST", "/simulator/events", 422, json={"calendar": "Work"})
    event = {"event_id": "1", "summary": "x", "start": "2026-05-01", "end": "2026-05-02"}
    simulator.request("POST", f"/v1/calendars/{work}/events", 404, json=event)
    assert [one["name"] for one in simulator.get("/simulator")["calendars"]] == ["Home", "Bank Holidays"]


def test_the_sync_window_moves_with_the_clock(simulator: Running) -> None:
    """After ten days, events appear at its far edge and vanish at its near one; new edits have the new time."""
    today = datetime.now(UTC).date()
    simulator.add_event(summary="Far", start=(today + timedelta(days=205)).isoformat())
    simulator.add_event(summary="Past", start=(today - timedelta(days=40)).isoformat())

    def seen() -> set[str]:
        return {event["summary"] for event in simulator.events()} & {"Far", "Past"}

    assert seen() == {"Past"}
    assert advance(simulator, 10 * DAY_S)["ahead_s"] == 10 * DAY_S
    assert seen() == {"Far"}
    assert simulator.add_event()["updated"][:10] > today.isoformat()
    assert simulator.get("/simulator/clock")["now"][:10] > today.isoformat()


def test_retries_and_a_channels_end_come_with_the_clock(
    simulator: Running, receiver: Receiver, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Turned by 15 seconds, the second attempt is made; turned by a day, all of them, and the channel is closed."""
    receiver.statuses = [500] * 20
    simulator.open_channel(receiver.url)

    def attempts() -> int:
        return len(simulator.get("/simulator/deliveries")["deliveries"])

    wait_until(lambda: attempts() == 1)
    advance(simulator, 15)
    assert attempts() == 2
    advance(simulator, DAY_S)

    assert not simulator.get("/v1/channels")["channels"]
    assert len(receiver.received()) == 10


@pytest.mark.parametrize(
    ("asked", "words", "now", "is_stopped"),
    [
        ({"advance_s": 60}, "advanced by 0:01:00", "2026-11-26T09:05:31Z", True),
        ({"set_to": "2026-11-30T08:00:00Z"}, "set to 2026-11-30", "2026-11-30T08:00:00Z", True),
        ({"set_to": "2026-11-30T08:00:00Z", "stopped": False}, "set to 2026-11-30", "2026-11-30T08:00:0", False),
    ],
)
def test_a_clock_that_is_turned_while_it_is_turned(
    asked: dict[str, object],
    words: str,
    now: str,
    is_stopped: bool,
    start: Callable[..., Running],
    receiver: Receiver,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """Whatever the second turn is, it comes when the first has ended, and the attempts are those of the first."""
    simulator = start(answer_limit_s=60)
    simulator.request("POST", "/simulator/clock", json={"set_to": "2026-11-25T09:04:31Z", "stopped": True})
    receiver.statuses = [500] * 20
    receiver.hang.clear()
    simulator.open_channel(receiver.url)
    receiver.wait_for(1)

    def has_begun(words: str) -> bool:
        return any(words in str(entry) for entry in simulator.get("/simulator/timeline")["entries"])

    def turn(body: dict[str, object]) -> dict[str, Any]:
        answer: dict[str, Any] = simulator.request("POST", "/simulator/clock", json=body).json()
        return answer

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(turn, {"advance_s": DAY_S})
        wait_until(partial(has_begun, "advanced by 1 day, 0:00:00"))
        second = pool.submit(turn, asked)
        wait_until(partial(has_begun, words))
        receiver.hang.set()
        assert first.result()["now"] == "2026-11-26T09:04:31Z"

    assert second.result()["now"].startswith(now)
    assert second.result()["stopped"] is is_stopped
    assert len(receiver.received()) == 10


def test_what_is_due_at_the_end_of_a_turn_belongs_to_it(simulator: Running, receiver: Receiver) -> None:
    """An attempt that is due at the very moment to which the clock is turned is made, and its answer waited for."""
    simulator.request("POST", "/simulator/clock", json={"stopped": True})
    receiver.statuses = [500]
    simulator.open_channel(receiver.url)
    simulator.settle_attempts(1)
    receiver.hang.clear()

    with ThreadPoolExecutor(1) as pool:
        turned = pool.submit(advance, simulator, 15)
        receiver.wait_for(2)
        assert not turned.done()
        receiver.hang.set()
        turned.result()

    assert [one["status"] for one in simulator.get("/simulator/deliveries")["deliveries"]] == [500, 200]


def test_pages_codes_and_tokens_expire_with_the_clock(start: Callable[..., Running]) -> None:
    """A turned clock ends pages after ten minutes, codes after one, access tokens after an hour; refreshing goes on."""
    simulator = start(page_size=10)
    next_page = simulator.get("/v1/events", tzid="UTC")["pages"]["next_page"]
    tokens, code = sign_in(simulator), code_for(simulator)

    advance(simulator, 60)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:7777/callback"}
    assert refused(simulator, fields) == "invalid_grant"
    assert simulator.get(next_page)["events"]
    advance(simulator, 3540)

    simulator.request("GET", next_page, 404)
    assert status_with(simulator, tokens["access_token"]) == 401
    assert status_with(simulator, refresh(simulator, tokens["refresh_token"])["access_token"]) == 200


def test_disturbances_outlive_a_restart(tmp_path: Path, start: Callable[..., Running]) -> None:
    """Profiles, removed calendars and the turned clock are in the state file."""
    path = tmp_path / "state.json"
    first = start(state_file=path)
    act(first, "disconnect")
    first.request("DELETE", f"/simulator/calendars/{first.calendar_id('Work')}")
    advance(first, 7.5)
    before = first.get("/v1/userinfo")["cronofy.data"]["profiles"]
    first.server.stop()

    second = start(state_file=path)

    after = second.get("/v1/userinfo")["cronofy.data"]["profiles"]
    assert [one | {"profile_relink_url": ""} for one in after] == [one | {"profile_relink_url": ""} for one in before]
    assert second.get("/simulator/clock")["ahead_s"] == pytest.approx(7.5)
