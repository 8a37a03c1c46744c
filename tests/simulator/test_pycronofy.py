"""pycronofy, a client that is not ours, against the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pycronofy
import pytest
from pycronofy.exceptions import PyCronofyRequestError

from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET
from tests.simulator.sign_in import REDIRECT_URI, redirected, status_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running


@pytest.fixture
def cronofy(shared_simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """pycronofy's client, pointed at the shared simulator."""
    return connect(shared_simulator, monkeypatch)


def connect(simulator: Running, monkeypatch: pytest.MonkeyPatch, token: str = ACCESS_TOKEN) -> Any:
    """Return pycronofy's client, pointed at a simulator."""
    monkeypatch.setattr(pycronofy.settings, "API_BASE_URL", simulator.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return pycronofy.Client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, access_token=token)


def test_it_lists_what_is_connected(cronofy: Any) -> None:
    """Calendars, profiles, account and userinfo come as pycronofy expects them."""
    assert [calendar["calendar_name"] for calendar in cronofy.list_calendars()] == ["Home", "Work", "Bank Holidays"]
    assert [profile["provider_name"] for profile in cronofy.list_profiles()] == ["google", "apple"]
    assert cronofy.account()["default_tzid"] == "Europe/London"
    assert cronofy.userinfo()["cronofy.data"]["profiles"]


def test_it_opens_lists_and_closes_a_channel(cronofy: Any, shared_simulator: Running) -> None:
    """A channel with filters is created, listed and closed; pycronofy sends a body with every call."""
    home = shared_simulator.calendar_id("Home")

    channel = cronofy.create_notification_channel("http://127.0.0.1:9/", calendar_ids=(home,), only_managed=True)

    assert channel["filters"] == {"calendar_ids": [home], "only_managed": True}
    assert cronofy.list_notification_channels() == [channel]
    cronofy.close_notification_channel(channel["channel_id"])
    assert cronofy.list_notification_channels() == []


def test_it_reads_events_over_several_pages(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    """pycronofy's own paging walks through all events."""
    simulator = start(page_size=50)
    pages = connect(simulator, monkeypatch).read_events(tzid="Europe/London", localized_times=True)

    assert pages.total > 3
    events = list(pages)
    assert len({event["event_uid"] for event in events}) == len(events) == len(simulator.events(tzid="Europe/London"))
    assert events[0]["start"]["tzid"]


def test_it_reads_free_busy(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    """Free/Busy comes in pages too."""
    periods = list(connect(start(page_size=50), monkeypatch).read_free_busy(tzid="Europe/London"))

    assert len(periods) > 150
    assert {period["free_busy_status"] for period in periods} == {"busy", "free", "tentative"}


def test_it_writes_and_deletes_events(cronofy: Any, shared_simulator: Running) -> None:
    """Events are written, read back as managed ones and deleted, one by one and all at once."""
    home = shared_simulator.calendar_id("Home")
    for event_id in ("1", "2", "3"):
        cronofy.upsert_event(
            home,
            {
                "event_id": event_id,
                "summary": "Board meeting",
                "description": "",
                "start": "2026-05-01T10:00:00Z",
                "end": "2026-05-01T11:00:00Z",
                "tzid": "Europe/London",
            },
        )

    def written() -> list[str]:
        return [event["event_id"] for event in cronofy.read_events(only_managed=True)]

    assert sorted(written()) == ["1", "2", "3"]
    cronofy.delete_event(home, "1")
    cronofy.delete_external_event(home, next(iter(cronofy.read_events(only_managed=True)))["event_uid"])
    assert len(written()) == 1
    cronofy.delete_all_events(calendar_ids=(shared_simulator.calendar_id("Work"),))
    assert len(written()) == 1
    cronofy.delete_all_events()
    assert written() == []


def test_its_check_accepts_a_delivered_notification(
    cronofy: Any, shared_simulator: Running, receiver: Receiver
) -> None:
    """`hmac_valid` is true for what the simulator sends, with one digest or two, and false for anything else."""
    channel = cronofy.create_notification_channel(receiver.url)
    shared_simulator.add_event(summary="Déjeuner")

    for delivered in (*receiver.wait_for(1, "verification"), *receiver.wait_for(1, "change")):
        signature, body = delivered.headers["Cronofy-HMAC-SHA256"], delivered.body.decode()
        assert cronofy.hmac_valid(signature, body)
        assert cronofy.hmac_valid(f"b3RoZXI=,{signature}", body)
        assert not cronofy.hmac_valid(signature, body.replace(" ", "") + "\n")
    cronofy.close_notification_channel(channel["channel_id"])


def test_it_signs_in_refreshes_and_revokes(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    """pycronofy's own link leads to a code, which it exchanges, refreshes with rotation, uses and revokes."""
    simulator = start(rotate_refresh_tokens=True)
    monkeypatch.setattr(pycronofy.settings, "APP_BASE_URL", simulator.url)
    cronofy = connect(simulator, monkeypatch, token="")
    link = cronofy.user_auth_link(REDIRECT_URI, state="x", avoid_linking=True)
    code = redirected(simulator.client.get(f"{link}&auto=allow"))["code"]

    first = cronofy.get_authorization_from_code(code)
    second = cronofy.refresh_authorization()

    assert cronofy.list_calendars()
    assert not {first["access_token"], first["refresh_token"]} & {second["access_token"], second["refresh_token"]}
    cronofy.revoke_authorization()
    assert status_with(simulator, second["access_token"]) == 401


def test_it_raises_its_own_error_for_a_refusal(shared_simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """401 and 422 reach pycronofy's error with status and body."""
    with pytest.raises(PyCronofyRequestError) as unknown_token:
        connect(shared_simulator, monkeypatch, token="wrong").list_calendars()
    with pytest.raises(PyCronofyRequestError) as bad_zone:
        connect(shared_simulator, monkeypatch).read_events(tzid="Mars/Olympus")

    assert unknown_token.value.response.status_code == 401
    assert bad_zone.value.response.json()["errors"]["tzid"][0]["key"] == "errors.tzid_unrecognized"
