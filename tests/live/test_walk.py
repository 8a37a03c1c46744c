"""The walk that is made at the real Cronofy, made at a simulator: its logic is right, whatever Cronofy does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.auth.simulated import simulated
from tests.commands.auth.test_auth import visit
from tests.in_process import run_main
from tests.live.facts import FACTS, NOT_SEEN, Report
from tests.live.person import AtTheTerminal
from tests.live.walk import TITLE, Patience, Where, layout_of, own_command_line, walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli

FIRST, SECOND = "CRN_first", "CRN_second"
SIMULATED = SimulatorSettings(port=0, client_secrets=(FIRST, SECOND), retry_scale=0.01)
IN_OTHER_WORDS = {"delay", "changes_since", "retry", "headers", "source", "channel_fields"}
"""What differs by run, or is a list of names."""


@dataclass
class Owner:
    """Who approves, edits the simulated calendar as asked, and knows the second secret."""

    cli: Cli

    def approve(self, authorize_url: str) -> str:
        """Approve."""
        return visit(authorize_url)

    def edit(self, what: str) -> None:
        """Edit."""
        word = what.split(maxsplit=1)[0]
        arguments = {
            "add": ("add", TITLE, "--calendar", "Work"),
            "move": ("move", TITLE, "--by", "1h"),
            "delete": ("delete", TITLE),
        }[word]
        assert run_main(self.cli, "simulator", "edit", *arguments).exit_code == 0

    def second_secret(self) -> str | None:
        """The simulator signs with both from the start."""
        return SECOND


def test_the_walk_at_a_simulator(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fact is seen, what is assumed of each is what the simulator does, and nothing stays open or kept."""
    for name in ("PATH", "HOME", "LC_ALL", "TZ"):
        monkeypatch.setenv(name, cli.environment[name])
    report = Report()
    with simulated(cli, SIMULATED) as server:
        where = Where(server.url, SIMULATED.client_id, FIRST, "none")
        ours = own_command_line(tmp_path / "walk")
        ours.folder.mkdir()

        walk(ours, where, Owner(cli), Patience(change_s=60, quiet_s=1, verification_s=60, retry_s=60), report)

        left = run_main(cli, "channels", "list", "--json", "--data-center", "simulator").json
    assert report.problems == []
    assert set(report.seen) == set(FACTS)
    assert left == []
    assert [path for path in (tmp_path / "walk" / "config" / "secrets").iterdir() if path.suffix == ".json"] == []
    assert {key for key, fact in FACTS.items() if not report.seen[key].startswith(fact.assumed)} == IN_OTHER_WORDS
    assert "CRN_" not in report.markdown()


def test_the_table() -> None:
    """Each fact has its row, with what was seen or that it was not; problems are listed."""
    report = Report()
    report.note("page", "50 events\non the first | of 2")
    report.expect(False, "the change is not verified")

    lines = report.markdown().splitlines()

    assert len([line for line in lines if line.startswith("| ")]) == len(FACTS) + 2
    assert "| the size of a page of events | unknown | 100 events | 50 events on the first \\| of 2 |" in lines
    assert sum(NOT_SEEN in line for line in lines) == len(FACTS) - 1
    assert lines[-1] == "* the change is not verified"


@pytest.mark.parametrize(
    ("body", "layout"),
    [
        ('{"notification":{},"channel":{}}', "compact, notification before channel"),
        ('{"channel": {}, "notification": {}}', "spaced, channel before notification"),
        ('{ "notification":{}}', "of its own, notification"),
    ],
)
def test_the_layout_of_a_body(body: str, layout: str) -> None:
    """It is said how the bytes are written, which matters for what is signed."""
    assert layout_of(body) == layout


def test_a_person_at_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is asked is printed; what is typed is taken, and an empty line leaves the second secret out."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("http://localhost:7777/callback?code=c \n\n\n"))
    person = AtTheTerminal()

    assert person.approve("https://app.cronofy.com/oauth/authorize") == "http://localhost:7777/callback?code=c"
    person.edit("move it")
    assert person.second_secret() is None
    assert "https://app.cronofy.com/oauth/authorize" in capsys.readouterr().out
