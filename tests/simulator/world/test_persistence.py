"""The state in a file."""

from __future__ import annotations

import json
import os
import queue
import shutil
import stat
import time
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.delivery import OutboxState
from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import Application
from cronofy_cli.simulator.world.persistence import StoredState, load, save
from cronofy_cli.simulator.world.seed import HOME, seed_world
from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET, SimulatorSettings
from cronofy_cli.simulator.world.state import AccountState
from tests.simulator.worlds import MAIN, NOW, details

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

APPLICATION = Application(MAIN, "client", ("secret",))


def test_a_saved_state_is_loaded_as_it_was(tmp_path: Path) -> None:
    """Everything survives the file: events of every kind, channels, what waits."""
    world = seed_world(NOW.date())
    account = AccountState(world.accounts[0], Identifiers(world.last_number))
    account.write_managed(MAIN, HOME, "mine-1", details(), NOW)
    world = structs.replace(world, accounts=(account.snapshot(), *world.accounts[1:]))
    state = StoredState(world, OutboxState(failing_since={"chn_1": NOW}, last_number=7))

    save(tmp_path / "state.json", state)

    assert load(tmp_path / "state.json", APPLICATION) == state
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_state_file_is_private(tmp_path: Path) -> None:
    """Callback URLs may hold secrets, so only the owner reads the file."""
    save(tmp_path / "state.json", StoredState(seed_world(NOW.date()), OutboxState()))

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_no_file_is_no_state(tmp_path: Path) -> None:
    """The first run has nothing to load."""
    assert load(tmp_path / "state.json", APPLICATION) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"format":"cronofy-simulator","version":3}', "version 3"),
        ('{"format":"something","version":1}', "'something'"),
        ('{"format":"cronofy-simulator","version":1}', "does not hold"),
        ("{", "does not hold"),
        ("[]", "does not hold"),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    """Another version, another format and broken JSON are errors with a hint, never a fresh start over old data."""
    path = tmp_path / "state.json"
    path.write_text(content)

    with pytest.raises(CronofyError, match=expected) as caught:
        load(path, APPLICATION)

    assert caught.value.hint
    assert path.read_text() == content


def test_an_unusable_path_is_an_error(tmp_path: Path) -> None:
    """A folder that does not exist cannot hold the state, and a folder is no state."""
    with pytest.raises(CronofyError, match="cannot be kept"):
        save(tmp_path / "missing" / "state.json", StoredState(seed_world(NOW.date()), OutboxState()))
    with pytest.raises(CronofyError, match="cannot be read"):
        load(tmp_path, APPLICATION)


def test_a_restarted_simulator_goes_on(tmp_path: Path, start: Callable[..., Running], receiver: Receiver) -> None:
    """Events, channels and unfinished notifications outlive a restart."""
    path = tmp_path / "state.json"
    receiver.hang.clear()
    first = start(state_file=path)
    channel = first.open_channel(receiver.url)
    event = first.add_event(summary="Kept")
    receiver.wait_for(1, "verification")
    first.server.stop()
    receiver.hang.set()

    second = start(state_file=path)

    assert second.get("/v1/channels") == {"channels": [channel]}
    assert second.get("/simulator/events", search="kept")["events"] == [event]
    assert receiver.wait_for(2, "verification")[1].channel_id == channel["channel_id"]


def test_the_state_is_saved_soon_after_a_change(tmp_path: Path, start: Callable[..., Running]) -> None:
    """A simulator that is killed has lost at most the last moments, since it saves while it runs."""
    path = tmp_path / "state.json"
    simulator = start(state_file=path, save_delay_s=0.01)
    before = path.stat().st_ino
    simulator.add_event(summary="Saved at once")

    deadline = time.monotonic() + 60
    while path.stat().st_ino == before and time.monotonic() < deadline:
        simulator.request("GET", "/simulator")

    state = load(path, APPLICATION)
    assert state is not None
    assert state.world.accounts[0].events[-1].summary == "Saved at once"


def test_a_failed_save_is_reported(tmp_path: Path) -> None:
    """When the state cannot be kept, that is said while the simulator runs and again when it stops."""
    folder = tmp_path / "state"
    folder.mkdir()
    problems: queue.Queue[CronofyError] = queue.Queue()
    settings = SimulatorSettings(port=0, state_file=folder / "state.json", save_delay_s=0.01)
    server = SimulatorServer(settings, on_problem=problems.put)
    server.start()
    shutil.rmtree(folder)

    with import_httpx().Client(base_url=server.url, trust_env=False, timeout=60) as client:
        client.post("/simulator/events", json={})

    assert "cannot be kept" in problems.get(timeout=60).message
    with pytest.raises(CronofyError, match="cannot be kept"):
        server.stop()


OLD = {
    "world": {
        "account": {
            "account_id": "acc_1",
            "email": "a@x.test",
            "name": "A",
            "zoneinfo": "Europe/London",
            "scope": "read_events",
        },
        "profiles": [
            {
                "profile_id": "pro_1",
                "provider_name": "google",
                "provider_service": "gsuite",
                "profile_name": "a@x.test",
                "disconnected_at": None,
                "initial_sync_required": False,
            }
        ],
        "calendars": [{"calendar_id": "cal_1", "profile_id": "pro_1", "name": "Home", "primary": True}],
        "events": [
            {
                "event_uid": "evt_external_1",
                "calendar_id": "cal_1",
                "summary": "Managed",
                "span": {"start": "2026-05-01T10:00:00Z", "end": "2026-05-01T11:00:00Z", "all_day": False},
                "tzid": "Europe/London",
                "created": "2026-04-01T00:00:00Z",
                "updated": "2026-04-01T00:00:00Z",
                "event_id": "mine-1",
            }
        ],
        "channels": [{"channel_id": "chn_1", "callback_url": "http://127.0.0.1:9/", "is_authorized": True}],
        "last_number": 7,
    },
    "outbox": {"waiting": [], "failing_since": {}, "last_number": 3},
    "authorizations": {
        "authorizations": [{"number": 1, "scope": "read_events", "refresh_token": "refresh"}],
        "access_tokens": [],
        "last_number": 1,
    },
    "clock_ahead_s": 60.0,
    "format": "cronofy-simulator",
    "version": 1,
}
"""A file of version 0.1.0."""


def test_a_file_of_the_first_version_is_read(tmp_path: Path, start: Callable[..., Running]) -> None:
    """Its account, managed events, channels, logins and clock are there, and belong to the first application."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps(OLD))

    simulator = start(state_file=path)

    assert simulator.get("/v1/userinfo")["sub"] == "acc_1"
    assert [event["event_id"] for event in simulator.events(only_managed="true")] == ["mine-1"]
    assert [channel["channel_id"] for channel in simulator.get("/v1/channels")["channels"]] == ["chn_1"]
    assert 59 < simulator.get("/simulator/clock")["ahead_s"] < 120
    wanted = {"grant_type": "refresh_token", "refresh_token": "refresh"}
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert simulator.request("POST", "/oauth/token", json=credentials | wanted).json()["scope"] == "read_events"
    simulator.server.stop()
    assert json.loads(path.read_bytes())["version"] == 2
