"""Two runs of `listen` for one account: one for each target, and each says that the other exists."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.scripts.listening import edit, listening, open_channels

if TYPE_CHECKING:
    from tests.support import Cli

pytestmark = pytest.mark.usefixtures("simulator")
SECOND = ("listen", "--data-center", "simulator")
TARGET = "9/hook"
"""Nothing answers there, and nothing has to."""


def test_the_same_target(cli: Cli) -> None:
    """The second one names process, start and folder of the first, and ends with an exit code of its own."""
    with listening(cli, TARGET) as first:
        result = cli(*SECOND, TARGET, "--json")
        record = json.loads(next((cli.data / "runs").glob("*.json")).read_bytes())

    assert (result.exit_code, result.stdout, result.error["code"]) == (6, "", "already_listening")
    assert (
        f"process {first.running.process.pid}, since {record['started_at']}, in {record['folder']}"
        in (result.error["message"])
    )
    assert f"kill {first.running.process.pid}" in result.error["hint"]
    assert "--follow" in result.error["hint"]


def test_the_first_was_killed(cli: Cli) -> None:
    """The lock is gone with the process that held it, however that ended."""
    with listening(cli, TARGET) as first:
        first.running.stop(signal.SIGKILL)

    with listening(cli, TARGET) as second:
        assert [channel["channel_id"] for channel in open_channels(cli)] == [second.channel_id]


def test_a_viewer(cli: Cli) -> None:
    """With --follow the second shows what the first receives, opens no channel, and ends when nothing can come."""
    with listening(cli, TARGET) as first, cli.start(*SECOND, TARGET, "--follow") as second:
        second.wait_for("Following what the other run receives")
        edit(cli, "add", "Lunch")
        line = json.loads(second.wait_for('"kind":"delivery"'))
        assert line["id"] == first.wait_for("delivery")[0]["id"]
        assert [channel["channel_id"] for channel in open_channels(cli)] == [first.channel_id]
        first.running.stop()
        exit_code = second.end()

    assert exit_code == 3
    assert any("the other run has ended" in error for error in second.errors)


def test_a_viewer_of_one_notification(cli: Cli) -> None:
    """Filters and --count choose what a viewer shows, as they do for a run of its own."""
    with listening(cli, TARGET), cli.start(*SECOND, TARGET, "--follow", "--only", "change", "--count", "1") as second:
        second.wait_for("Following what the other run receives")
        edit(cli, "add", "Lunch")
        assert second.end() == 0


@pytest.mark.parametrize("target", [(), ("8/other",)])
def test_to_another_target(target: tuple[str, ...], cli: Cli) -> None:
    """To another target, or to none, both run, and each says that the other receives the same notifications."""
    said = "receives the same notifications"
    with listening(cli, TARGET) as first, listening(cli, *target) as second:
        assert f"process {first.running.process.pid}" in second.running.wait_for(said)
        assert f"process {second.running.process.pid}" in first.running.wait_for(said)
