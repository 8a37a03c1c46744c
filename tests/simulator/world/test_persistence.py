"""The state in a file."""

from __future__ import annotations

import os
import queue
import shutil
import stat
import time
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.delivery import OutboxState
from cronofy_cli.simulator.world.persistence import StoredState, load, save
from cronofy_cli.simulator.world.seed import HOME, seed_world
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.simulator.world.state import World
from tests.simulator.worlds import NOW, details

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running


def test_a_saved_state_is_loaded_as_it_was(tmp_path: Path) -> None:
    """Everything survives the file: events of every kind, channels, what waits."""
    world = World(seed_world(NOW.date()))
    world.write_managed(HOME, "mine-1", details(), NOW)
    state = StoredState(world.snapshot(), OutboxState(failing_since={"chn_1": NOW}, last_number=7))

    save(tmp_path / "state.json", state)

    assert load(tmp_path / "state.json") == state
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_state_file_is_private(tmp_path: Path) -> None:
    """Callback URLs may hold secrets, so only the owner reads the file."""
    save(tmp_path / "state.json", StoredState(seed_world(NOW.date()), OutboxState()))

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_no_file_is_no_state(tmp_path: Path) -> None:
    """The first run has nothing to load."""
    assert load(tmp_path / "state.json") is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"format":"cronofy-simulator","version":2}', "version 2"),
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
        load(path)

    assert caught.value.hint
    assert path.read_text() == content


def test_an_unusable_path_is_an_error(tmp_path: Path) -> None:
    """A folder that does not exist cannot hold the state, and a folder is no state."""
    with pytest.raises(CronofyError, match="cannot be kept"):
        save(tmp_path / "missing" / "state.json", StoredState(seed_world(NOW.date()), OutboxState()))
    with pytest.raises(CronofyError, match="cannot be read"):
        load(tmp_path)


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

    deadline = time.monotonic() + 10
    while path.stat().st_ino == before and time.monotonic() < deadline:
        simulator.request("GET", "/simulator")

    state = load(path)
    assert state is not None
    assert state.world.events[-1].summary == "Saved at once"


def test_a_failed_save_is_reported(tmp_path: Path) -> None:
    """When the state cannot be kept, that is said while the simulator runs and again when it stops."""
    folder = tmp_path / "state"
    folder.mkdir()
    problems: queue.Queue[CronofyError] = queue.Queue()
    settings = SimulatorSettings(port=0, state_file=folder / "state.json", save_delay_s=0.01)
    server = SimulatorServer(settings, on_problem=problems.put)
    server.start()
    shutil.rmtree(folder)

    with import_httpx().Client(base_url=server.url, trust_env=False) as client:
        client.post("/simulator/events", json={})

    assert "cannot be kept" in problems.get(timeout=10).message
    with pytest.raises(CronofyError, match="cannot be kept"):
        server.stop()
