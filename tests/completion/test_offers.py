"""All that is offered in the place of a value, as fish is answered: each value with a word about it."""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.known_names import CALENDARS, CHANNELS, KnownNames
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.app import main
from cronofy_cli.cli import completion_shells, completion_values
from tests.completion.test_shells import asking
from tests.golden_files import check_golden
from tests.in_process import Stream
from tests.samples import make_delivery

if TYPE_CHECKING:
    from tests.support import Cli

GOLDEN = Path(__file__).parent / "golden"
NAMES = {
    "cal_1": "Work",
    "cal_2": "Team",
    "cal_3": "team",
    "cal_4": "Dog's birthday (all day): \\ " + "x" * 70,
    "cal 5": "no id",
}
LINES = (
    "cronofy --context ",
    "cronofy --data-center ",
    "cronofy listen --context ac",
    "cronofy listen --context AC",
    "cronofy --color ",
    "cronofy --context acme-dev listen --calendar ",
    "cronofy --context acme-dev listen --channel ",
    "cronofy --context acme-dev channels close ",
    "cronofy --context umbrella channels close ",
    "cronofy listen --only ",
    "cronofy trigger ",
    "cronofy deliveries list --status ",
    "cronofy deliveries show ",
    "cronofy deliveries show @b",
    "cronofy deliveries tag --remove ",
    "cronofy events read --changes-since ",
    "cronofy events read --fields ",
    "cronofy events read --fields start,su",
    "cronofy events read --sort ",
    "cronofy free-busy read --fields ",
    "cronofy config get ",
    "cronofy config set ",
    "cronofy config set context ",
    "cronofy config set data-center ",
    "cronofy config set data_center ",
    "cronofy --context acme-dev config set calendars ",
    "cronofy config set print ",
    "cronofy config set tunnel ",
    "cronofy config set port ",
    "cronofy check handler 3000 --only ",
    "cronofy api -X ",
    "cronofy simulator push ",
    "cronofy verify --delivery ",
    "cronofy events read --from ",
)


@pytest.fixture
def known(cli: Cli) -> None:
    """Two contexts, a tag, and names that were listed before."""
    settings = cli.folder / "config" / "cronofy" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[contexts.acme-dev]\ndata_center = "uk"\n[contexts.umbrella]\ndata_center = "de"\n')
    cli.environment["CRONOFY_CONFIG_DIR"] = str(settings.parent)
    names = KnownNames(cli.environment)
    names.keep("https://api-uk.cronofy.com acme-dev", CALENDARS, NAMES)
    names.keep("https://api-uk.cronofy.com acme-dev", CHANNELS, {"chn_54cf": "https://example.com/hook"})
    with open_history(history_file(cli.environment)) as history:
        history.record([make_delivery()])
        history.tags.put("broken", 1)


def offered(cli: Cli, shell: str, line: str) -> str:
    """Return what a shell is answered."""
    stdout = Stream()
    with (
        patch.dict(os.environ, cli.environment | asking(f"complete_{shell}", line), clear=True),
        redirect_stdout(stdout),
        pytest.raises(SystemExit) as ended,
    ):
        main([])
    assert ended.value.code == 0
    return stdout.text


def test_every_value(cli: Cli, known: None) -> None:
    """What is offered for each kind of value is what is kept: words of ours, and names that were listed before."""
    told = [f"$ {line}\n{offered(cli, 'fish', line).rstrip()}\n" for line in LINES]

    check_golden("offers.txt", "\n".join(told).encode(), GOLDEN)


@pytest.mark.parametrize(
    ("shell", "line", "answer"),
    [
        ("bash", "cronofy deliveries import ", ":files"),
        ("bash", "cronofy events read --from ", ""),
        ("bash", "cronofy deliveries show @b", "@broken"),
        ("zsh", "cronofy deliveries import ", "_files"),
        ("zsh", "cronofy events read --from ", ":"),
    ],
)
def test_files_are_offered_where_files_are_meant(shell: str, line: str, answer: str, cli: Cli, known: None) -> None:
    """A file's name for a file, and nothing for a value that is not known."""
    assert offered(cli, shell, line).strip() == answer


@pytest.mark.parametrize("line", ["cronofy lis", "cronofy typo lis", "cronofy events typo fol"])
def test_behind_a_typo(line: str, cli: Cli, known: None) -> None:
    """A word that is no command is no error while one types: what could stand in its place is still offered."""
    assert offered(cli, "bash", line).split() == ["follow" if "events" in line else "listen"]


def test_a_word_about_a_value_is_short_and_plain() -> None:
    """It is one line of sixty characters at most, of which no shell makes anything."""
    assert completion_values._clean("a  b\n$(c) `d` é,e@f/g+h-i. j") == "a b c d é,e@f/g+h-i. j"
    assert len(completion_values._clean("x" * 61)) == 60
    assert completion_shells.FILES == ":files"
