"""`cronofy channels prune`, and the owners that `channels list` tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.journal import Journal, JournalEntry, RunRecord
from cronofy_cli.adapters.tunnels.processes import AgentProcess, identify_child
from tests.in_process import run_main

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli, Result

GONE = AgentProcess(4194305, "0", "python")
BASE = "http://127.0.0.1:9"
APPLICATION = f"{BASE}/cronofy"
NOTHING = "No channel is left over from a listener of this machine.\n"


class Desk:
    """A machine, and another one of the same account: nothing of what that one opens is in this one's journal."""

    def __init__(self, cli: Cli) -> None:
        cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
        self._cli = cli
        self._runs = cli.data / "runs"
        self.sub = str(self.cronofy("userinfo", "--json").json["sub"])
        self.journal = Journal(cli.environment)

    def cronofy(self, *arguments: str, terminal: bool = False) -> Result:
        """Run a command on this machine."""
        return run_main(self._cli, *arguments, terminal=terminal)

    def elsewhere(self, callback_url: str) -> str:
        """Open a channel on the other machine and return its id."""
        created = self.cronofy("channels", "create", "--callback-url", callback_url, "--json")
        channel_id = str(created.json["channel_id"])
        self.journal.forget_created(channel_id)
        return channel_id

    def left(self, name: str, sub: str | None = None) -> tuple[str, JournalEntry]:
        """Open a channel in a run that was killed."""
        url = f"{BASE}/r/{name:0<22}"
        entry = JournalEntry(self._runs, RunRecord(name, GONE, "simulator", sub or self.sub))
        entry.note_callback_url(url)
        return self.elsewhere(url), entry

    def owners(self) -> dict[str, str]:
        """Return whose each channel is, as `list` tells it in a pipe."""
        lines = self.cronofy("channels", "list").lines
        return {line.split("\t")[0]: line.split("\t")[-1] for line in lines}


@pytest.fixture
def desk(cli: Cli, simulator: SimulatorServer) -> Desk:
    """A machine with a simulator of the test's own."""
    return Desk(cli)


def test_whose_channels_there_are(desk: Desk) -> None:
    """The list tells each channel's owner in its last column."""
    ours = desk.elsewhere(f"{BASE}/r/{'o' * 22}")
    desk.journal.begin("simulator", desk.sub).note_channel(ours)
    stale, _ = desk.left("stale")
    created = str(desk.cronofy("channels", "create", "--callback-url", APPLICATION, "--json").json["channel_id"])
    listener, foreign = desk.elsewhere(f"{BASE}/r/{'x' * 22}?user_id=1"), desk.elsewhere(APPLICATION)

    assert desk.owners() == {
        ours: "ours",
        stale: "stale",
        created: "created",
        listener: "listener",
        foreign: "foreign",
    }


def test_json_is_cronofys_own(cli: Cli, cronofy: ScriptedServer) -> None:
    """For programs the list is what Cronofy sent, with fields that nobody knows yet, and nothing of ours."""
    channels = [{"channel_id": "chn_1", "callback_url": APPLICATION, "brand_new": {"owner": None}}]
    cronofy.answer(json={"channels": channels}, only_for="GET /v1/channels")

    assert run_main(cli, "channels", "list", "--json").json == channels


@pytest.mark.parametrize(
    ("number", "remark"),
    [
        (0, ""),
        (1, "1 channel of another listener gets every notification of this account too.\n"),
        (2, "2 channels of other listeners get every notification of this account too.\n"),
    ],
)
def test_other_listeners(number: int, remark: str, desk: Desk) -> None:
    """On a terminal one remark says that other listeners get the notifications too; in a pipe there is none."""
    desk.elsewhere(APPLICATION)
    for index in range(number):
        desk.elsewhere(f"{BASE}/r/{index:022}")

    assert desk.cronofy("channels", "list", terminal=True).stderr == remark
    assert desk.cronofy("channels", "list").stderr == ""


def test_only_what_was_left_is_closed(desk: Desk) -> None:
    """Channels of killed runs are closed and named; those of live runs, of the user and of others stay."""
    ours = desk.elsewhere(f"{BASE}/r/{'o' * 22}")
    desk.journal.begin("simulator", desk.sub).note_channel(ours)
    created = str(desk.cronofy("channels", "create", "--callback-url", APPLICATION, "--json").json["channel_id"])
    others = [desk.elsewhere(f"{BASE}/r/{'x' * 22}"), desk.elsewhere(APPLICATION)]
    stale, _ = desk.left("stale")

    result = desk.cronofy("channels", "prune")

    assert (result.exit_code, result.stdout) == (0, f"{stale}\t{BASE}/r/{'stale':0<22}\n")
    assert set(desk.owners()) == {ours, created, *others}
    assert desk.journal.abandoned() == ()
    again = desk.cronofy("channels", "prune", terminal=True)
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", NOTHING)


def test_a_dry_run(desk: Desk) -> None:
    """With --dry-run the same channels are shown, and nothing is closed or forgotten."""
    stale = {desk.left("first")[0], desk.left("second")[0]}

    people = desk.cronofy("channels", "prune", "--dry-run", terminal=True)
    programs = desk.cronofy("channels", "prune", "--dry-run", "--json")

    assert "WOULD CLOSE" in people.stdout
    assert {document["channel_id"] for document in programs.json} == stale
    assert set(desk.owners().values()) == {"stale"}
    assert {each["channel_id"] for each in desk.cronofy("channels", "prune", "--json").json} == stale
    assert desk.cronofy("channels", "prune", "--json").stdout == "[]\n"


def test_agents(desk: Desk) -> None:
    """An agent that a killed run left is told by a dry run, and ended by a real one."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        agent = identify_child(process.pid, Path(sys.executable).name)
        assert agent is not None
        desk.left("stale")[1].note_agent(agent)

        dry = desk.cronofy("channels", "prune", "--dry-run")
        still_running = process.poll() is None
        wet = desk.cronofy("channels", "prune")

        assert still_running
        assert dry.stderr == f"would end the {agent.name} that was still running: {process.pid}\n"
        assert wet.stderr == f"ended the {agent.name} that was still running: {process.pid}\n"
        assert process.wait(60) < 0


def test_another_account(desk: Desk) -> None:
    """What a run of another account left is not this account's to close."""
    desk.left("stale", sub="acc_other")

    assert desk.cronofy("channels", "prune", terminal=True).stderr == NOTHING
    assert len(desk.owners()) == 1


def test_a_journal_that_cannot_be_written(desk: Desk, cli: Cli) -> None:
    """A channel that was created is shown even if it cannot be noted; a warning says what follows."""
    (cli.data / "runs").write_text("in the way")

    result = desk.cronofy("channels", "create", "--callback-url", APPLICATION, "--json")

    assert result.exit_code == 0
    assert result.json["callback_url"] == APPLICATION
    assert result.stderr.startswith("warning: 'channels list' will not know who opened this channel: ")
    assert list(desk.owners().values()) == ["foreign"]


def test_a_closed_channel_is_forgotten(desk: Desk) -> None:
    """Closing a created channel leaves nothing in the journal."""
    desk.cronofy("channels", "create", "--callback-url", APPLICATION)
    noted = desk.journal.records()
    desk.cronofy("channels", "close", "--all", "--yes")

    assert [record.process for record in noted] == [None]
    assert desk.journal.records() == ()
