"""Worlds: resetting, keeping and restoring them, several side by side, world files, logs that can be waited for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.seed import default_world_text, seed_world
from cronofy_cli.simulator.world.world_file import parse_world_file, snapshot_of
from tests.simulator.sign_in import code_for, sign_in, wish
from tests.simulator.worlds import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

SMALL = """
[[applications]]
name = "main"
client_id = "team"
client_secrets = ["s1", "s2"]

[[applications]]
name = "other"
client_id = "other"
client_secrets = ["s3"]

[[accounts]]
email = "ada@x.test"
access_token = "ada"
access_tokens = { other = "ada-other" }

[[accounts.profiles]]
[[accounts.profiles.calendars]]
name = "Work"
primary = true
events = [
  { summary = "Fixed", start = "2026-11-24T10:00:00Z", end = "2026-11-24T11:00:00Z" },
  { summary = "Tomorrow", start = "+1d 10:00", minutes = 30, event_id = "own" },
  { summary = "Whole days", start = "-3d", days = 2 },
]

[[accounts]]
email = "bob@x.test"
access_token = "bob"
"""


def reset(simulator: Running) -> None:
    """Reset."""
    simulator.request("POST", "/simulator/reset", json={})


def test_a_reset_goes_back_to_the_world_as_it_was_loaded(simulator: Running, receiver: Receiver) -> None:
    """Events, channels, tokens, faults, logs, the provider and the clock: nothing of before is left."""
    before = simulator.request("GET", "/simulator/world").text
    tokens = sign_in(simulator)
    simulator.open_channel(receiver.url)
    simulator.add_event(summary="Gone after it")
    simulator.request("POST", "/simulator/faults", 201, json={"path_prefix": "/v1", "status": 500})
    simulator.request("POST", "/simulator/provider", json={"delay_s": 60})
    simulator.request("POST", "/simulator/clock", json={"advance_s": 3600, "stopped": True})

    reset(simulator)

    assert simulator.get("/v1/channels") == {"channels": []}
    assert simulator.get("/simulator/faults") == {"faults": []}
    assert simulator.get("/simulator/provider") == {"delay_s": 0.0}
    clock = simulator.get("/simulator/clock")
    assert (clock["ahead_s"], clock["stopped"]) == (0.0, False)
    assert simulator.get("/simulator/deliveries") == {"deliveries": [], "waiting": 0}
    assert [one["path"] for one in simulator.get("/simulator/requests")["requests"]] == ["/v1/channels"]
    assert simulator.request("GET", "/simulator/world").text == before
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    simulator.request("GET", "/v1/userinfo", 401, headers=bearer)


def test_100_resets_then_one_change_is_one_delivery(simulator: Running, receiver: Receiver) -> None:
    """No world of before sends anything."""
    for _ in range(100):
        simulator.open_channel(f"{receiver.url}/old")
        simulator.add_event()
        reset(simulator)
    simulator.settle()
    simulator.open_channel(receiver.url)
    simulator.add_event()

    simulator.settle()
    assert [(one.path, one.type) for one in receiver.received() if one.path == "/hook"] == [
        ("/hook", "verification"),
        ("/hook", "change"),
    ]


def test_a_reset_in_the_middle_of_a_retry_leaves_nothing(simulator: Running, receiver: Receiver) -> None:
    """What was to be tried again is not."""
    receiver.statuses = [500] * 5
    simulator.open_channel(receiver.url)
    simulator.settle_attempts(1)

    reset(simulator)
    simulator.request("POST", "/simulator/clock", json={"advance_s": 86400})

    assert len(receiver.received()) == 1
    assert simulator.get("/simulator/deliveries") == {"deliveries": [], "waiting": 0}


def test_a_kept_state_is_restored(simulator: Running) -> None:
    """As often as wanted; an unknown one is 404."""
    simulator.add_event(summary="Kept")
    simulator.request("POST", "/simulator/snapshots", 201, json={"name": "one"})
    for _ in range(2):
        simulator.add_event(summary="Dropped")
        simulator.request("POST", "/simulator/snapshots/one/restore", json={})
        found = {one["summary"] for one in simulator.events()}
        assert ("Kept" in found, "Dropped" in found) == (True, False)
    simulator.request("POST", "/simulator/snapshots/none/restore", 404, json={})


def test_worlds_do_not_see_each_other(simulator: Running, receiver: Receiver) -> None:
    """Each has a base path, credentials and everything else of its own; ending one leaves the others."""
    one, other = (simulator.request("POST", "/simulator/worlds", 201, json={}).json() for _ in range(2))

    def call(world: dict[str, Any], method: str, path: str, expected: int = 200, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {world['access_token']}"}
        return simulator.request(method, f"{world['url']}{path}", expected, headers=headers, **options)

    call(one, "POST", "/v1/channels", json={"callback_url": receiver.url})
    call(other, "POST", "/simulator/events", 201, json={"summary": "Only here"})
    call(one, "POST", "/simulator/clock", json={"advance_s": 60})

    assert [one.type for one in receiver.received()] == ["verification"]
    assert call(other, "GET", "/simulator/events?search=only%20here").json()["events"]
    assert not call(one, "GET", "/simulator/events?search=only%20here").json()["events"]
    assert not simulator.get("/simulator/events", search="only here")["events"]
    assert call(other, "GET", "/simulator/clock").json()["ahead_s"] == 0
    simulator.request("GET", f"{one['url']}/v1/userinfo", 401)
    next_page = call(one, "GET", "/v1/events?tzid=UTC").json()["pages"]["next_page"]
    assert next_page.startswith(f"{one['url']}/v1/events/pages/")
    call(one, "GET", next_page.removeprefix(one["url"]))
    simulator.request("DELETE", f"/simulator/worlds/{one['world']}", 204)
    call(one, "GET", "/v1/userinfo", 404)
    assert call(other, "GET", "/v1/userinfo").json()["sub"] == other["sub"]


def test_the_first_world_stays(simulator: Running, receiver: Receiver) -> None:
    """It cannot be deleted, and goes on sending after somebody has tried to."""
    simulator.request("DELETE", "/simulator/worlds/first", 404)

    simulator.open_channel(receiver.url)
    receiver.wait_for(1, "verification")


def test_how_many_worlds_there_can_be(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than can be is refused with a way out, which helps."""
    monkeypatch.setattr("cronofy_cli.simulator.worlds.MAX_WORLDS", 2)
    made = [simulator.request("POST", "/simulator/worlds", 201, json={}).json()["world"] for _ in range(2)]

    refused = simulator.request("POST", "/simulator/worlds", 422, json={}).json()
    assert "there are 2 worlds already" in refused["message"]
    simulator.request("DELETE", f"/simulator/worlds/{made[0]}", 204)
    simulator.request("POST", "/simulator/worlds", 201, json={})


def test_a_world_of_a_definition(simulator: Running) -> None:
    """A definition is a world file's text; choices are of this world alone; a mistake in it is named."""
    made = simulator.request(
        "POST", "/simulator/worlds", 201, json={"definition": SMALL, "choices": {"page_size": 1}}
    ).json()
    bearer = {"Authorization": f"Bearer {made['access_token']}"}

    answer = simulator.request("GET", f"{made['url']}/v1/events", params={"tzid": "UTC"}, headers=bearer).json()

    assert len(answer["events"]) == 1
    assert {one["summary"] for one in simulator.get("/v1/events", tzid="UTC")["events"]}.isdisjoint({"Fixed"})
    refused = simulator.request("POST", "/simulator/worlds", 422, json={"definition": "[[accounts]]\nemial = 1"}).json()
    assert "emial" in refused["message"]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ('[[accounts]]\nemail = "a@x.test"\n[[accounts]]\nemail = "A@x.test"', "2 accounts with the email 'a@x.test'"),
        (
            (
                '[[accounts]]\nemail = "a@x.test"\naccount_id = "acc_1"\n'
                '[[accounts]]\nemail = "b@x.test"\naccount_id = "acc_1"'
            ),
            "2 accounts with the account_id 'acc_1'",
        ),
        (
            (
                '[[accounts]]\nemail = "a@x.test"\naccess_token = "t"\n'
                '[[accounts]]\nemail = "b@x.test"\npersonal_token = "t"'
            ),
            "2 uses of the token 't'",
        ),
        (
            '[[accounts]]\nemail = "a@x.test"\n[[applications]]\nname = "One"\n[[applications]]\nname = "Two"',
            "2 applications with the client_id",
        ),
        (
            '[[accounts]]\nemail = "a@x.test"\n[[applications]]\nclient_id = "1"\n[[applications]]\nclient_id = "2"',
            "2 applications with the name",
        ),
    ],
)
def test_what_a_definition_has_twice(tables: str, said: str, simulator: Running) -> None:
    """Accounts, applications and tokens that could not be told apart are refused, and named."""
    refused = simulator.request("POST", "/simulator/worlds", 422, json={"definition": tables}).json()

    assert said in refused["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"choices": {"page_size": 0}},
        {"choices": {"page_size": -1}},
        {"choices": {"page_size": 1.5}},
        {"choices": {"coalesce_window_s": "nan"}},
        {"choices": {"coalesce_window_s": -5}},
        {"definition": SMALL + "\n[choices]\npage_size = 0"},
        {"definition": SMALL + "\n[choices]\ncoalesce_window_s = nan"},
    ],
)
def test_a_choice_out_of_its_range(body: dict[str, Any], simulator: Running) -> None:
    """It is refused when the world is made, and no world is left of it."""
    refused = simulator.request("POST", "/simulator/worlds", 422, json=body).json()

    assert refused["error"] == "world_refused"
    assert "is a " in refused["message"]
    assert len(simulator.get("/simulator/worlds")["worlds"]) == 1


def test_a_world_file_is_served(tmp_path: Path, start: Callable[..., Running]) -> None:
    """Its accounts, applications, tokens and events are there; each token reaches its own account and application."""
    path = tmp_path / "team.toml"
    path.write_text(SMALL)
    simulator = start(world_file=path)

    def read(token: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {token}"}
        answer = simulator.request(
            "GET", "/v1/events", params={"tzid": "UTC", "include_managed": "true"}, headers=bearer
        )
        return {one["summary"]: one for one in answer.json()["events"]}

    assert read("ada").keys() >= {"Tomorrow", "Whole days"}
    assert read("ada")["Tomorrow"]["event_id"] == "own"
    assert "event_id" not in read("ada-other")["Tomorrow"]
    assert read("bob") == {}
    credentials = simulator.get("/simulator/credentials")
    assert (credentials["client_id"], credentials["client_secrets"]) == ("team", ["s1", "s2"])


def test_applications_hear_of_each_other(tmp_path: Path, start: Callable[..., Running], receiver: Receiver) -> None:
    """A write by one is a change for the other, signed with the other's secrets, and silent for itself."""
    path = tmp_path / "team.toml"
    path.write_text(SMALL)
    simulator = start(world_file=path)
    for token, where in (("ada", "own"), ("ada-other", "other")):
        bearer = {"Authorization": f"Bearer {token}"}
        simulator.request("POST", "/v1/channels", headers=bearer, json={"callback_url": f"{receiver.url}/{where}"})
    bearer = {"Authorization": "Bearer ada"}
    (calendar,) = simulator.request("GET", "/v1/calendars", headers=bearer).json()["calendars"]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    event = {"event_id": "1", "summary": "x", "start": f"{tomorrow}", "end": f"{tomorrow + timedelta(days=1)}"}

    simulator.request("POST", f"/v1/calendars/{calendar['calendar_id']}/events", 202, headers=bearer, json=event)

    simulator.settle()
    (change,) = receiver.received("change")
    assert change.path == "/hook/other"
    assert "," not in change.headers["Cronofy-HMAC-SHA256"]
    assert "," in next(one for one in receiver.received() if one.path == "/hook/own").headers["Cronofy-HMAC-SHA256"]


def test_the_authorize_page_offers_the_accounts(simulator: Running) -> None:
    """Whoever is chosen is signed in; a test names one in the query."""
    page = simulator.request("GET", "/oauth/authorize", params=wish()).text
    assert "Omar Reyes" in page
    code = code_for(simulator, account="omar.reyes@example.org")

    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://localhost:7777/callback",
        "client_id": "simulator-client-id",
        "client_secret": "CRN_simulator_client_secret",
    }
    tokens = simulator.request("POST", "/oauth/token", json=body).json()

    assert tokens["userinfo"]["email"] == "omar.reyes@example.org"
    assert tokens["sub"] == "acc_5700a00eb0ccd07000000004"


def test_the_export_makes_the_same_events(start: Callable[..., Running]) -> None:
    """A world file of the running world loads, and has the same events, holidays too, in the same calendars."""
    simulator = start(page_size=1000)
    text = simulator.request("GET", "/simulator/world").text
    made = simulator.request("POST", "/simulator/worlds", 201, json={"definition": text}).json()
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    query = {"tzid": "UTC"}
    copied = simulator.request("GET", f"{made['url']}/v1/events", params=query, headers=bearer).json()["events"]
    original = simulator.get("/v1/events", **query)["events"]

    def told(events: list[dict[str, Any]]) -> list[Any]:
        names = ("event_uid", "calendar_id", "summary", "start", "end", "attendees", "organizer", "conferencing")
        return [[one.get(name) for name in names] for one in events]

    assert {one["calendar_id"] for one in original} >= {simulator.calendar_id("Bank Holidays")}
    assert told(copied) == told(original)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "is not TOML"),
        ("accounts = []", "no accounts"),
        ('[[accounts]]\nemail = "a"\nnonsense = 1', "nonsense"),
        ("[[accounts]]\nemail = 1", "email"),
        (SMALL.replace("+1d 10:00", "soon"), "'soon' is no time"),
        (SMALL.replace('email = "ada@x.test"', 'email = "ada@x.test"\ntzid = "Nowhere"'), "'Nowhere' is no time zone"),
        (SMALL.replace("2026-11-24T11:00:00Z", "2026-11-24T09:00:00Z"), "does not come after its start"),
        (SMALL.replace("2026-11-24T11:00:00Z", "2026-11-24T10:00:00Z"), "does not come after its start"),
        (SMALL.replace("2026-11-24T11:00:00Z", "2026-11-25"), "does not come after its start"),
        (SMALL.replace("+1d 10:00", "+1d 24:00"), "'24:00' is no time of day"),
        (
            f'{SMALL}[[accounts.channels]]\ncallback_url = "http://x.test/"\ncalendars = ["Work"]',
            "the account bob@x.test has no calendar 'Work'",
        ),
    ],
)
def test_mistakes_in_a_world_file_are_named(text: str, expected: str) -> None:
    """Whatever is wrong is said with the file's name or the value."""
    with pytest.raises(WrongUsage, match=expected):
        snapshot_of(parse_world_file(text, "team.toml"), NOW.date())


def test_the_built_in_world_is_such_a_file() -> None:
    """What ships is loaded as any other file is."""
    assert snapshot_of(parse_world_file(default_world_text(), "x"), NOW.date()) == seed_world(NOW.date())


def test_waiting_for_a_call_and_for_a_delivery(simulator: Running, receiver: Receiver) -> None:
    """A question with `wait_s` is answered when what it asks for has happened; or, empty, when the time is over."""
    found: list[dict[str, Any]] = []

    def wait() -> None:
        answer = simulator.client.get("/simulator/requests", params={"path": "/v1/profiles", "wait_s": "60"})
        found.extend(answer.json()["requests"])

    waiting = threading.Thread(target=wait)
    waiting.start()
    simulator.get("/v1/profiles")
    waiting.join()
    assert [one["operation"] for one in found] == ["list_profiles"]
    simulator.open_channel(receiver.url)
    simulator.add_event()
    delivered = simulator.get("/simulator/deliveries", type="change", succeeded="true", wait_s="60")["deliveries"]
    assert [(one["status"], one["attempt"]) for one in delivered] == [(200, 1)]
    assert simulator.get("/simulator/deliveries", type="never", wait_s="0.05")["deliveries"] == []


def test_the_log_has_bodies_and_no_secrets(simulator: Running) -> None:
    """What was sent is there; tokens and client secrets are taken out."""
    simulator.open_channel("http://127.0.0.1:9/")
    tokens = sign_in(simulator)

    requests = simulator.get("/simulator/requests")["requests"]

    (created,) = [one for one in requests if one["operation"] == "create_channel"]
    assert (created["body"], created["sub"]) == (
        '{"callback_url":"http://127.0.0.1:9/"}',
        "acc_5700a00eb0ccd07000000001",
    )
    assert "CRN_" not in str(requests)
    assert tokens["access_token"] not in str(requests)


def test_a_day_of_failures_is_the_same_every_time(start: Callable[..., Running], receiver: Receiver) -> None:
    """23 hours of failures keep a channel that then works; 24 close it; the attempts are the same each time."""
    seen = []
    for _ in range(2):
        simulator = start()
        simulator.request("POST", "/simulator/clock", json={"set_to": "2026-12-01T00:00:00Z", "stopped": True})
        receiver.statuses = [500] * 9
        simulator.open_channel(receiver.url)
        simulator.request("POST", "/simulator/clock", json={"advance_s": 23 * 3600})
        simulator.request("POST", "/simulator/clock", json={"advance_s": 3600})
        assert len(simulator.get("/v1/channels")["channels"]) == 1
        receiver.statuses = [500] * 20
        simulator.add_event()
        simulator.request("POST", "/simulator/clock", json={"advance_s": 24 * 3600})
        assert simulator.get("/v1/channels") == {"channels": []}
        attempts = simulator.get("/simulator/deliveries")["deliveries"]
        seen.append([(one["at"], one["type"], one["attempt"], one["status"]) for one in attempts])

    assert seen[0] == seen[1]
    assert len(seen[0]) == 20


def test_the_control_api_is_documented(shared_simulator: Running) -> None:
    """Every call of it is in the OpenAPI document, with its parameters, and so is each simulated call of Cronofy's."""
    document = shared_simulator.get("/simulator/openapi.json")

    assert document["openapi"] == "3.1.0"
    assert {"/simulator/reset", "/simulator/worlds", "/simulator/requests", "/v1/batch"} <= document["paths"].keys()
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
