"""Cronofy's API over HTTP: statuses, bodies, tokens, paging, writes."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.simulator.world.settings import PERSONAL_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.running import Running

PERSONAL = {"Authorization": f"Bearer {PERSONAL_TOKEN}"}
NOWHERE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic simulator-access-token", "Bearer é"]
)
@pytest.mark.parametrize("path", ["/v1/calendars", "/v1/events", "/v1/channels", "/v1/events/pages/x"])
def test_a_token_is_needed(shared_simulator: Running, path: str, authorization: str | None) -> None:
    """Without a known bearer token the answer is 401, empty, and names the scheme."""
    headers = [] if authorization is None else [(b"Authorization", authorization.encode())]

    answer = import_httpx().get(f"{shared_simulator.url}{path}", headers=headers, trust_env=False)

    assert answer.status_code == 401
    assert answer.content == b""
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", "/chn_1")])
def test_a_personal_token_has_no_channels(shared_simulator: Running, method: str, path: str) -> None:
    """Channels belong to an application; a personal token reads, and gets 403 for channels."""
    assert shared_simulator.request(method, f"/v1/channels{path}", 403, headers=PERSONAL).content == b""
    assert shared_simulator.request("GET", "/v1/calendars", headers=PERSONAL).json()["calendars"]


def test_who_is_connected(shared_simulator: Running) -> None:
    """UserInfo, Account, profiles and calendars tell of the same account."""
    userinfo, account = shared_simulator.get("/v1/userinfo"), shared_simulator.get("/v1/account")["account"]
    profiles = shared_simulator.get("/v1/profiles")["profiles"]
    calendars = shared_simulator.get("/v1/calendars")["calendars"]

    assert (userinfo["sub"], userinfo["zoneinfo"]) == (account["account_id"], account["default_tzid"])
    assert re.fullmatch("acc_[0-9a-f]{24}", userinfo["sub"])
    assert userinfo["cronofy.type"] == "account"
    assert [profile["provider_service"] for profile in profiles] == ["gsuite", "icloud"]
    assert [profile["profile_id"] for profile in userinfo["cronofy.data"]["profiles"]] == [
        profile["profile_id"] for profile in profiles
    ]
    assert [(one["calendar_name"], one["calendar_primary"], one["calendar_readonly"]) for one in calendars] == [
        ("Home", True, False),
        ("Work", False, False),
        ("Bank Holidays", False, True),
    ]
    assert {one["profile_id"] for one in calendars} == {profile["profile_id"] for profile in profiles}


def test_a_channel_is_created_listed_and_closed(simulator: Running) -> None:
    """Creation answers 200 with the channel, closing 202 with nothing, and then it is not found."""
    home = simulator.calendar_id("Home")

    channel = simulator.open_channel(NOWHERE, calendar_ids=[home], only_managed=False)

    assert re.fullmatch("chn_[0-9a-f]{24}", channel["channel_id"])
    assert channel == {
        "channel_id": channel["channel_id"],
        "callback_url": NOWHERE,
        "filters": {"calendar_ids": [home], "only_managed": False},
        "scheduling_conversations": {},
    }
    assert simulator.get("/v1/channels") == {"channels": [channel]}
    path = f"/v1/channels/{channel['channel_id']}"
    assert simulator.request("DELETE", path, 202, json={}).content == b""
    assert simulator.get("/v1/channels") == {"channels": []}
    assert simulator.request("DELETE", path, 404).content == b""


def test_a_form_creates_a_channel(simulator: Running) -> None:
    """Form-encoded bodies do the same as JSON."""
    form = {"callback_url": NOWHERE, "filters[only_managed]": "true"}

    channel = simulator.request("POST", "/v1/channels", data=form).json()["channel"]

    assert (channel["callback_url"], channel["filters"]) == (NOWHERE, {"only_managed": True})


def test_bad_parameters_are_refused_in_cronofys_shape(shared_simulator: Running) -> None:
    """422 bodies name each field with keys and descriptions."""
    answer = shared_simulator.request("GET", "/v1/events", 422)

    assert answer.json() == {"errors": {"tzid": [{"key": "errors.required", "description": "required"}]}}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert shared_simulator.refusal("GET", "/v1/free_busy", params={"tzid": "Nowhere"}) == {
        "tzid": ["errors.tzid_unrecognized"]
    }
    assert shared_simulator.refusal("POST", "/v1/channels", json={}) == {"callback_url": ["errors.required"]}


def test_the_url_length_limit_is_a_choice(start: Callable[..., Running]) -> None:
    """The older limit of 128 characters can be switched on."""
    wish = {"callback_url": NOWHERE.ljust(129, "a")}

    assert start(enforce_url_length=True).refusal("POST", "/v1/channels", json=wish) == {
        "callback_url": ["errors.too_long"]
    }


def test_scheduling_conversations_are_a_choice(start: Callable[..., Running]) -> None:
    """The undocumented key can be switched off."""
    assert "scheduling_conversations" not in start(emit_scheduling_conversations=False).open_channel(NOWHERE)


def test_pages_lead_through_all_events(start: Callable[..., Running]) -> None:
    """Following `next_page` gives every event once, by start, from the host that the client named."""
    simulator = start(page_size=37)
    first = simulator.get("/v1/events", tzid="Etc/UTC")
    events = simulator.events()

    assert len(first["events"]) == 37
    assert first["pages"]["total"] == -(-len(events) // 37)
    assert first["pages"]["next_page"].startswith(f"{simulator.url}/v1/events/pages/")
    assert len({event["event_uid"] for event in events}) == len(events) > 100
    named = simulator.request(
        "GET", "/v1/free_busy", params={"tzid": "Etc/UTC"}, headers={"Host": "localhost:7080"}
    ).json()
    assert named["pages"]["next_page"].startswith("http://localhost:7080/v1/free_busy/pages/")


def test_pages_expire(start: Callable[..., Running]) -> None:
    """A page whose time is over is 404, and so is one that never was."""
    simulator = start(page_size=10, page_lifetime_s=0)
    pages = simulator.get("/v1/events", tzid="Etc/UTC")["pages"]

    assert simulator.request("GET", pages["next_page"], 404).content == b""
    assert simulator.request("GET", "/v1/events/pages/0", 404).content == b""


def test_free_busy_lists_periods(start: Callable[..., Running]) -> None:
    """Periods come with or without free ones; the default is a choice."""
    simulator, strict = start(page_size=1000), start(page_size=1000, free_periods_by_default=False)

    def statuses(of: Running, **params: str) -> set[str]:
        return {period["free_busy_status"] for period in of.get("/v1/free_busy", tzid="Etc/UTC", **params)["free_busy"]}

    assert statuses(simulator) == {"busy", "free", "tentative"}
    assert statuses(simulator, include_free="false") == {"busy", "tentative"}
    assert statuses(strict) == {"busy", "tentative"}
    assert statuses(strict, include_free="true") == {"busy", "free", "tentative"}


def test_the_application_writes_and_deletes_events(simulator: Running) -> None:
    """Writes are accepted with 202, show up as managed events, and go again by either id."""
    home = simulator.calendar_id("Home")
    for event_id in ("1", "2", "3"):
        simulator.write_event(home, event_id)
    simulator.write_event(home, "1", summary="Changed")

    managed = simulator.events(only_managed="true")
    assert {(event["event_id"], event["summary"]) for event in managed} == {
        ("1", "Changed"),
        ("2", "Managed"),
        ("3", "Managed"),
    }
    path = f"/v1/calendars/{home}/events"
    simulator.request("DELETE", path, 202, json={"event_id": "1"})
    uid = next(event["event_uid"] for event in managed if event["event_id"] == "2")
    simulator.request("DELETE", path, 202, json={"event_uid": uid})
    assert [event["event_id"] for event in simulator.events(only_managed="true")] == ["3"]
    simulator.request("DELETE", "/v1/events", 202, json={"delete_all": True})
    assert simulator.events(only_managed="true") == []


def test_writes_know_their_calendar(shared_simulator: Running) -> None:
    """An unknown calendar is 404, a read-only one 403."""
    event = {"event_id": "1", "summary": "x", "start": "2026-05-01", "end": "2026-05-02"}
    holidays = shared_simulator.calendar_id("Bank Holidays")

    shared_simulator.request("POST", "/v1/calendars/cal_x/events", 404, json=event)
    shared_simulator.request("DELETE", "/v1/calendars/cal_x/events", 404, json={"event_id": "1"})
    shared_simulator.request("DELETE", "/v1/calendars/cal_x/events", 404, json={"event_uid": "evt_x"})
    shared_simulator.request("POST", f"/v1/calendars/{holidays}/events", 403, json=event)
    shared_simulator.request("DELETE", f"/v1/calendars/{holidays}/events", 403, json={"event_id": "1"})
    shared_simulator.request("DELETE", f"/v1/calendars/{holidays}/events", 403, json={"event_uid": "evt_x"})
    home = shared_simulator.calendar_id("Home")
    shared_simulator.request("DELETE", f"/v1/calendars/{home}/events", 404, json={"event_uid": "evt_x"})


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/v1/nothing", 404, "unknown_path"),
        ("GET", "/v1/channels/", 404, "unknown_path"),
        ("PUT", "/v1/channels", 405, "unknown_method"),
        ("GET", "/v1/channels/chn_1", 405, "unknown_method"),
        ("POST", "/v1/real_time_scheduling", 501, "not_simulated"),
        ("DELETE", "/v1/availability_rules/work_hours", 501, "not_simulated"),
        ("GET", "/w/nowhere/v1/channels", 404, "unknown_world"),
    ],
)
def test_what_is_not_here_says_so(shared_simulator: Running, method: str, path: str, status: int, error: str) -> None:
    """No unknown path and no call that is not simulated looks like a refusal of Cronofy's: the body names the call."""
    answer = shared_simulator.request(method, path, status).json()

    assert (answer["error"], answer["simulator"]) == (error, True)
    assert path in answer["message"] or "{" in answer["message"] or error == "unknown_world"
    logged = shared_simulator.request("GET", "/simulator/requests", params={"path": path}).json()["requests"]
    assert error == "unknown_world" or (logged[-1]["method"], logged[-1]["status"]) == (method, status)


def test_a_huge_body_is_refused(shared_simulator: Running) -> None:
    """Bodies above 1 MiB are 413; one of a MiB is read."""
    assert shared_simulator.refusal("POST", "/v1/channels", content=b" " * 1024 * 1024)
    shared_simulator.request("POST", "/v1/channels", 413, content=b" " * (1024 * 1024 + 1))


@pytest.mark.parametrize("path", ["/v1/calendars", "/simulator", "/simulator/credentials", "/nothing"])
@pytest.mark.parametrize(
    "host",
    ["evil.test", "evil.test:7080", "127.0.0.1.evil.test", "192.0.2.1", "[2001:db8::1]:80", "[::1].evil.test", ""],
)
def test_another_host_name_is_refused(shared_simulator: Running, path: str, host: str) -> None:
    """A page that points its own name at this machine gets nothing (DNS rebinding)."""
    assert shared_simulator.request("GET", path, 403, headers={"Host": host}).text.startswith("this server")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7080", "127.0.0.1", "127.1.2.3:1", "[::1]:7080", "api.localhost"]
)
def test_loopback_names_are_served(shared_simulator: Running, host: str) -> None:
    """Every name of this machine will do."""
    assert shared_simulator.request("GET", "/v1/calendars", headers={"Host": host}).json()["calendars"]


def test_a_request_without_a_host_is_refused(shared_simulator: Running) -> None:
    """HTTP/1.0 without a Host header gets nothing either."""
    address = urlsplit(shared_simulator.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.putrequest("GET", "/simulator", skip_host=True)
    connection.endheaders()
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (403, b"this server answers on loopback only")
    connection.close()
