"""Values at a TAB, in real shells: what an option or an argument may be, and no file names in their place."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.known_names import CALENDARS, CHANNELS, KnownNames
from cronofy_cli.adapters.paths import history_file
from tests.completion.terminals import terminal
from tests.completion.test_shells import SHELLS, asking, hostile_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.completion.terminals import Terminal
    from tests.support import Cli

pytestmark = pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning")

UK = "https://api-uk.cronofy.com"
WORK = {"msgspec", "zoneinfo", "cronofy_cli.adapters.history.store", "cronofy_cli.outbound.headers"}
HOSTILE = {
    "cal_1": "Work",
    "cal_2": "$(touch pwned)`touch pwned`'; touch pwned #)) \x1b]0;x\x07",
    "$(touch pwned)": "an id that is none",
    "cal_3": "Dog's birthday (all day): \\",
}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """Each shell in turn, in a folder with a file, a context, a tag, and names that were listed before."""
    (tmp_path / "work.txt").write_text("")
    settings = tmp_path / "config" / "cronofy" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[contexts.acme-dev]\ndata_center = "uk"\n[contexts.umbrella]\ndata_center = "de"\n')
    environment = {"CRONOFY_DATA_DIR": str(tmp_path / "data")}
    names = KnownNames(environment)
    names.keep(f"{UK} acme-dev", CALENDARS, HOSTILE)
    names.keep(f"{UK} acme-dev", CHANNELS, {"chn_54cf": "https://example.com/hook"})
    with open_history(history_file(environment)) as history:
        history.record([hostile_delivery()])
        history.tags.put("broken", 1)
    with terminal(request.param, tmp_path) as started:
        yield started


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cronofy listen --context ac\t", "<listen> <--context> <acme-dev>"),
        ("cronofy context use umb\t", "<context> <use> <umbrella>"),
        ("cronofy listen --data-center sim\t", "<listen> <--data-center> <simulator>"),
        (
            "cronofy --context acme-dev events read --calendar Wo\t",
            "<--context> <acme-dev> <events> <read> <--calendar> <Work>",
        ),
        ("cronofy channels close --context acme-dev chn\t", "<channels> <close> <--context> <acme-dev> <chn_54cf>"),
        ("cronofy trigger profile_d\t", "<trigger> <profile_disconnected>"),
        ("cronofy listen --only chan\t", "<listen> <--only> <change>"),
        ("cronofy events read --fields start,summ\t", "<events> <read> <--fields> <start,summary>"),
        ("cronofy events read --sort summ\t", "<events> <read> <--sort> <summary>"),
        ("cronofy config get ssh\t", "<config> <get> <ssh_host>"),
        ("cronofy config set tunnel cloud\t", "<config> <set> <tunnel> <cloudflared>"),
        ("cronofy deliveries show @br\t", "<deliveries> <show> <@broken>"),
        ("cronofy deliveries tag --remove br\t", "<deliveries> <tag> <--remove> <broken>"),
        ("cronofy deliveries export -o wor\t", "<deliveries> <export> <-o> <work.txt>"),
    ],
)
def test_values_are_completed(shell: Terminal, typed: str, words: str) -> None:
    """The beginning of a value becomes the value; where a file is meant, that of a file."""
    assert shell.words_of(typed) == words


@pytest.mark.parametrize(
    "line",
    ["cronofy listen --channel ", "cronofy context use ", "cronofy events read --from ", "cronofy config get "],
)
def test_no_files_where_values_are_meant(shell: Terminal, line: str) -> None:
    """A file of the folder is not offered for a value, whether or not a value is known."""
    assert "work.txt" not in shell.offered_for(line)


def test_names_from_outside_are_harmless(shell: Terminal, tmp_path: Path) -> None:
    """Calendars are named by whoever made them: nothing in a name is run, and what is no plain word is not offered."""
    offered = shell.offered_for("cronofy --context acme-dev events read --calendar ")

    assert "cal_2" in offered
    assert "Work" in offered
    assert "$(" not in offered
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "line",
    [
        "cronofy listen --calendar ",
        "cronofy channels close ",
        "cronofy deliveries show ",
        "cronofy events read --fields ",
        "cronofy config get ",
        "cronofy trigger ",
    ],
)
def test_a_tab_asks_nobody(cli: Cli, line: str) -> None:
    """Values are found without an HTTP client, a keyring, the history's own machinery, or what a command works with."""
    answered = subprocess.run(
        [cli.command()[0], "-X", "importtime", *cli.command()[1:]],
        env=cli.environment | asking("complete_bash", line),
        capture_output=True,
        text=True,
        check=True,
    )

    imported = set(re.findall(r"\| +(\S+)$", answered.stderr, re.MULTILINE))
    assert imported & {"httpx", "keyring", "rich", "pyngrok", "socket", *WORK} == set()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"a": 1}', b"[" * 100_000, b"\xff\xfe", b'{"simulator": {"calendars": []}}']
)
def test_a_broken_file_of_names_offers_nothing(cli: Cli, content: bytes) -> None:
    """A file of names that is damaged is as good as none, and a TAB shows no error."""
    cli.data.mkdir()
    (cli.data / "completion.json").write_bytes(content)

    answered = cli(environment=asking("complete_bash", "cronofy listen --calendar "))

    assert (answered.stdout.strip(), answered.stderr) == ("", "")
