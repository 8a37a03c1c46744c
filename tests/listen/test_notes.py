"""What a run notes in the journal, and what it sweeps of runs before it."""

from __future__ import annotations

import signal
import subprocess
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli.adapters.journal import Journal, RunRecord
from cronofy_cli.adapters.tunnels.processes import AgentProcess, identify_child
from cronofy_cli.core.notifications.channels import parse_channel
from cronofy_cli.errors import NotFound, Unreachable
from cronofy_cli.listen.notes import RunNotes, sweep_left_overs
from tests.listen.reporting import Told

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.core.notifications.channels import Channel

GONE = AgentProcess(2**22 - 1, "1", "ngrok")
"""A process that there is none of."""


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """An empty journal."""
    return Journal({"CRONOFY_DATA_DIR": str(tmp_path)})


def test_from_entering_to_leaving(journal: Journal) -> None:
    """Inside, the record says what the run has opened; a run that has closed everything leaves none behind."""
    notes = RunNotes(
        journal, "uk", "acc_1", Told(), api_url="https://api", targets=("http://localhost:3000/",), started_at="now"
    )
    with notes:
        notes.note_callback_url("https://a.example.com/r/1")
        notes.note_channel("chn_1")
        notes.note_agent(GONE)
        (record,) = journal.records()
        notes.note_closed("chn_1")

    assert record.run_id == notes.run_id
    assert (record.data_center, record.sub, record.api_url, record.targets, record.started_at) == (
        *("uk", "acc_1", "https://api"),
        ("http://localhost:3000/",),
        "now",
    )
    assert (record.callback_urls, record.channel_ids, record.agents) == (
        ("https://a.example.com/r/1",),
        ("chn_1",),
        (GONE,),
    )
    assert journal.records() == ()


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_channel_that_was_not_made(is_refused: bool, journal: Journal) -> None:
    """A channel that Cronofy refused leaves nothing; one whose answer never came may be there, so its record stays."""
    with RunNotes(journal, "uk", "acc_1", Told()) as notes:
        notes.note_callback_url("https://a.example.com/r/1")
        if is_refused:
            notes.note_refused()

    assert len(journal.records()) == (not is_refused)


def test_a_channel_that_is_kept(journal: Journal) -> None:
    """A channel that stays open is recorded as one that no run holds, and the run's own record goes."""
    with RunNotes(journal, "uk", "acc_1", Told()) as notes:
        notes.note_callback_url("https://a.example.com/r/1")
        notes.note_channel("chn_1")
        notes.note_kept("chn_1", "https://a.example.com/r/1")

    (record,) = journal.records()
    assert (record.process, record.data_center, record.sub) == (None, "uk", "acc_1")
    assert (record.callback_urls, record.channel_ids) == (("https://a.example.com/r/1",), ("chn_1",))


def test_an_agent_that_cannot_be_noted(journal: Journal, tmp_path: Path) -> None:
    """On the tunnel's thread it is a trouble, and no exception."""
    told = Told()
    with RunNotes(journal, "uk", "acc_1", told) as notes:
        for path in (tmp_path / "runs").iterdir():
            path.unlink()
        (tmp_path / "runs").rmdir()
        (tmp_path / "runs").write_text("in the way")

        notes.note_agent(GONE)

    assert ["cannot be written" in error.message for error in told.troubles] == [True]


@dataclass
class Cronofy:
    """The channels that are open."""

    channels: list[Channel]
    closed: list[str] = field(default_factory=list)
    error: Exception | None = None

    def list(self) -> list[Channel]:
        """Return them."""
        return self.channels

    def close(self, channel_id: str) -> None:
        """Close one."""
        if self.error is not None:
            raise self.error
        self.closed.append(channel_id)


def channel(channel_id: str, path: str) -> Channel:
    """Return an open channel."""
    document = {"channel_id": channel_id, "callback_url": f"https://a.example.com{path}", "filters": {}}
    return parse_channel(msgspec.json.encode(document))


def killed(tmp_path: Path, journal: Journal, sub: str, *channel_ids: str, agent: AgentProcess = GONE) -> None:
    """Leave the record of a run that was killed."""
    entry = journal.begin("uk", sub)
    entry.note_agent(agent)
    for channel_id in channel_ids:
        entry.note_callback_url(f"https://a.example.com/{channel_id}")
        entry.note_channel(channel_id)
    path = tmp_path / "runs" / f"{entry.run_id}.json"
    record = msgspec.json.decode(path.read_bytes(), type=RunRecord)
    path.write_bytes(msgspec.json.encode(replace(record, process=GONE)))


@pytest.fixture
def left(tmp_path: Path, journal: Journal) -> Cronofy:
    """Two channels of a killed run of acc_1, one of a killed run of acc_2, and one of nobody."""
    killed(tmp_path, journal, "acc_1", "chn_1", "chn_2")
    killed(tmp_path, journal, "acc_2", "chn_3")
    return Cronofy([channel(name, f"/{name}") for name in ("chn_1", "chn_2", "chn_3", "chn_4")])


def sweep(journal: Journal, cronofy: Cronofy, told: Told) -> None:
    """Sweep for acc_1."""
    sweep_left_overs(journal, "uk", "acc_1", told, list_channels=cronofy.list, close_channel=cronofy.close)


def test_what_a_killed_run_left(journal: Journal, left: Cronofy) -> None:
    """Its channels are closed and told, nobody else's, and its record goes."""
    told = Told()

    sweep(journal, left, told)

    assert left.closed == ["chn_1", "chn_2"]
    assert told == Told([("swept", f"{name}, left behind by a run that was killed") for name in ("chn_1", "chn_2")])
    assert [record.sub for record in journal.records()] == ["acc_2"]


def test_the_agent_of_a_killed_run(journal: Journal, tmp_path: Path) -> None:
    """Its tunnel's process is ended and told."""
    with subprocess.Popen(["sleep", "600"]) as process:
        agent = identify_child(process.pid, "sleep")
        assert agent is not None
        killed(tmp_path, journal, "acc_1", agent=agent)
        ended, told = threading.Thread(target=process.wait), Told()
        ended.start()
        sweep(journal, Cronofy([]), told)
        ended.join(60)

    assert process.returncode == -signal.SIGTERM
    assert told == Told([("swept", f"the sleep process {agent.pid}, left behind by a run that was killed")])


def test_it_cannot_be_swept(journal: Journal, left: Cronofy) -> None:
    """That is told, the run starts all the same, and the next one tries again."""
    told = Told()
    left.error = Unreachable("no way to Cronofy")

    sweep(journal, left, told)

    assert told == Told(troubles=[left.error])
    assert len(journal.records()) == 2


def test_it_was_closed_meanwhile(journal: Journal, left: Cronofy) -> None:
    """A channel that is gone is not told, and the record goes too."""
    told = Told()
    left.error = NotFound("there is no such channel")

    sweep(journal, left, told)

    assert told == Told()
    assert [record.sub for record in journal.records()] == ["acc_2"]
