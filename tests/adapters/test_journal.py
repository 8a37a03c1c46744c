"""The journal of channels and agents, and the sweep of what was left."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.journal import Journal, JournalEntry, RunRecord, Swept, sweep
from cronofy_cli.adapters.tunnels import processes
from cronofy_cli.adapters.tunnels.processes import AgentProcess, identify_child
from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.errors import NotFound, ServerFailed, WrongUsage
from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = AgentProcess(4194305, "0", "python")
URL = "https://a.example.com/r/0123456789-_ABCDEFghij"
RUN = f"""
import os, sys
from cronofy_cli.adapters.journal import Journal
entry = Journal(os.environ).begin("uk", "acc_1")
entry.note_callback_url({URL!r})
entry.note_channel("chn_1")
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass
class Account:
    """The open channels of an account, and what became of them."""

    channels: list[Channel] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    listed: int = 0
    failing: str | None = None

    def add(self, channel_id: str, callback_url: str) -> None:
        """Have a channel."""
        self.channels.append(Channel(channel_id, callback_url, (), only_managed=False, raw=b"{}"))

    def list(self) -> list[Channel]:
        """List them."""
        self.listed += 1
        return self.channels

    def close(self, channel_id: str) -> None:
        """Close one, as Cronofy does."""
        if channel_id == self.failing:
            raise ServerFailed("Cronofy failed")
        if channel_id in self.closed:
            raise NotFound("no such channel")
        self.closed.append(channel_id)

    def sweep(self, journal: Journal, data_center: str = "uk", sub: str = "acc_1") -> Swept:
        """Sweep what runs of this account have left."""
        return sweep(journal, data_center, sub, self.list, self.close)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder of the test's own."""
    return {**os.environ, "CRONOFY_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def journal(environment: dict[str, str]) -> Journal:
    """A journal without records."""
    return Journal(environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the records are."""
    return tmp_path / "data" / "runs"


def leave(folder: Path, run_id: str = "r1", sub: str = "acc_1", process: AgentProcess | None = GONE) -> JournalEntry:
    """Have the record of a run whose process is gone."""
    return JournalEntry(folder, RunRecord(run_id, process, "uk", sub))


@contextmanager
def other_run(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Have a run in a process of its own."""
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_what_a_run_notes(journal: Journal, folder: Path) -> None:
    """Everything that is noted is in the file at once, which only its owner can read; a second note changes nothing."""
    entry = journal.begin("uk", "acc_1")
    entry.note_callback_url(URL)
    before = journal.records()[0].callback_urls
    entry.note_channel("chn_1")
    entry.note_channel("chn_1")
    entry.note_agent(GONE)

    [record] = journal.records()
    [file] = folder.iterdir()
    assert before == (URL,)
    assert (record.data_center, record.sub) == ("uk", "acc_1")
    assert (record.callback_urls, record.channel_ids, record.agents) == ((URL,), ("chn_1",), (GONE,))
    assert (file.stem, stat.S_IMODE(file.stat().st_mode)) == (record.run_id, 0o600)


@pytest.mark.parametrize("looked_at", ["proc", "ps"])
def test_this_process_is_alive(
    looked_at: str, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of this process is not taken for an abandoned one, however processes are looked at."""
    if looked_at == "ps":
        require_program("ps")
        monkeypatch.setattr(processes, "PROC", tmp_path)
    journal.begin("uk", "acc_1")

    assert [record.is_live for record in journal.records()] == [True]
    assert journal.abandoned() == ()


def test_a_killed_run(environment: dict[str, str], journal: Journal) -> None:
    """A run is abandoned from the moment on that its process is killed; a sweep closes its channel and forgets it."""
    account = Account()
    account.add("chn_1", URL)
    with other_run(environment) as process:
        while_alive = (journal.abandoned(), account.sweep(journal))
        process.kill()
        process.wait()

    assert while_alive == ((), Swept())
    assert [record.channel_ids for record in journal.abandoned()] == [("chn_1",)]
    assert account.sweep(journal) == Swept(closed=("chn_1",))
    assert journal.records() == ()


def test_killed_before_the_answer(journal: Journal, folder: Path) -> None:
    """A channel that Cronofy made, but whose id never arrived, is found by the callback URL; no other is touched."""
    leave(folder).note_callback_url(URL)
    account = Account()
    account.add("chn_unseen", URL)
    account.add("chn_other", f"{URL}x")
    account.add("chn_application", "https://example.com/cronofy")

    assert account.sweep(journal).closed == ("chn_unseen",)
    assert account.closed == ["chn_unseen"]


def test_the_end_of_a_run(journal: Journal) -> None:
    """When every channel is closed, nothing is left of the record."""
    entry = journal.begin("uk", "acc_1")
    entry.note_callback_url(URL)
    entry.note_channel("chn_1")
    entry.note_agent(GONE)
    entry.note_closed("chn_1")
    entry.end()

    assert journal.records() == ()


@pytest.mark.parametrize("is_created", [True, False])
def test_an_end_that_leaves_something(is_created: bool, journal: Journal) -> None:
    """The record stays while a channel is open, or may be: Cronofy's answer never came."""
    entry = journal.begin("uk", "acc_1")
    entry.note_callback_url(URL)
    if is_created:
        entry.note_channel("chn_1")
    entry.end()

    assert len(journal.records()) == 1


def test_an_end_that_leaves_an_agent(journal: Journal) -> None:
    """The record stays while an agent runs."""
    agent = identify_child(os.getpid(), PurePath(sys.orig_argv[0]).name)
    assert agent is not None
    entry = journal.begin("uk", "acc_1")
    entry.note_agent(agent)
    entry.end()

    assert len(journal.records()) == 1


def test_a_stray_agent_is_ended(journal: Journal, folder: Path) -> None:
    """The agent of a killed run is ended, whether or not the run had a channel."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        agent = identify_child(process.pid, Path(sys.executable).name)
        assert agent is not None
        leave(folder).note_agent(agent)

        assert Account().sweep(journal) == Swept(agents=(agent,))
        assert process.wait(5) < 0


def test_other_accounts_runs_are_left(journal: Journal, folder: Path) -> None:
    """Runs of another account or data center are neither looked at nor forgotten, and nothing is listed for them."""
    leave(folder, "r1", sub="acc_2").note_channel("chn_1")
    account = Account()
    account.add("chn_1", URL)

    assert (account.sweep(journal), account.sweep(journal, data_center="us", sub="acc_2")) == (Swept(), Swept())
    assert (account.listed, account.closed, len(journal.records())) == (0, [], 1)


def test_a_channel_that_is_used_again(journal: Journal, folder: Path) -> None:
    """A channel that a live run, or the user, took over from a killed run stays open."""
    left = leave(folder)
    left.note_channel("chn_1")
    left.note_channel("chn_2")
    journal.begin("uk", "acc_1").note_channel("chn_1")
    journal.note_created("uk", "", "chn_2", URL)
    account = Account()
    account.add("chn_1", URL)
    account.add("chn_2", URL)

    assert account.sweep(journal) == Swept()
    assert journal.abandoned() == ()


def test_closed_by_somebody_else_meanwhile(journal: Journal, folder: Path) -> None:
    """A channel that two runs sweep at once is closed once, and no error."""
    leave(folder).note_channel("chn_1")
    account = Account(closed=["chn_1"])
    account.add("chn_1", URL)

    assert account.sweep(journal) == Swept()
    assert journal.records() == ()


def test_a_channel_that_cannot_be_closed(journal: Journal, folder: Path) -> None:
    """After a failure the record is kept, so that the next sweep tries again."""
    leave(folder).note_channel("chn_1")
    account = Account(failing="chn_1")
    account.add("chn_1", URL)

    with pytest.raises(ServerFailed):
        account.sweep(journal)
    account.failing = None

    assert account.sweep(journal).closed == ("chn_1",)


def test_created_channels(journal: Journal) -> None:
    """A channel without a run is never swept; it is forgotten when the user closes it."""
    journal.note_created("uk", "acc_1", "chn_1", URL)
    account = Account()
    account.add("chn_1", URL)

    assert (account.sweep(journal), journal.abandoned()) == (Swept(), ())
    journal.forget_created("chn_2")
    assert len(journal.known_runs("uk").created) == 1
    assert journal.known_runs("us").created == ()
    journal.forget_created("chn_1")
    assert journal.records() == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"run_id": "broken"}', b'{"run_id":"../x","process":null,"data_center":"","sub":""}'],
)
def test_broken_files(content: bytes, journal: Journal, folder: Path) -> None:
    """A file that holds no record, or that of another name, is passed over; the others are found."""
    leave(folder)
    (folder / "broken.json").write_bytes(content)

    assert [record.run_id for record in journal.records()] == ["r1"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A journal that cannot be kept is an error before anything is opened, and reading it finds nothing."""
    (tmp_path / "file").write_text("")
    journal = Journal({"CRONOFY_DATA_DIR": str(tmp_path / "file")})

    assert journal.records() == ()
    with pytest.raises(WrongUsage, match="cannot be written"):
        journal.begin("uk", "acc_1")


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns so often that what one has read is old when it writes, unless it keeps the others away."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_notes_from_many_threads(tmp_path: Path, hasty: None) -> None:
    """Tunnels note their agents while channels come and go: no note is lost, here and in the file."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    entry = Journal(environment).begin("uk", "acc_1")

    def note(thread: int) -> None:
        for number in range(25):
            name = f"{thread}_{number}"
            entry.note_callback_url(f"https://a.example.com/{name}")
            entry.note_channel(f"chn_{name}")
            entry.note_channel(f"chn_gone_{name}")
            entry.note_agent(AgentProcess(thread * 100 + number, "0", "python"))
            entry.note_closed(f"chn_gone_{name}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, range(4)))

    (record,) = Journal(environment).records()
    names = {f"{thread}_{number}" for thread in range(4) for number in range(25)}
    assert set(record.channel_ids) == {f"chn_{name}" for name in names}
    assert set(record.callback_urls) == {f"https://a.example.com/{name}" for name in names}
    assert len(record.agents) == 100
