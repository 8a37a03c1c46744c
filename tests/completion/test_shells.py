"""Completion in real shells: what TAB makes of a line."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.cli.tree import COMMANDS, COMPLETION_VARIABLE
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import SignatureState, Verdict
from tests.completion.terminals import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.completion.terminals import Terminal
    from tests.support import Cli

# pexpect forks; Python 3.12 warns of that when another test has left a thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning")

SHELLS = ("bash", "zsh", "fish")
HOSTILE = "$(touch pwned)`touch pwned`'; touch pwned #"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """Each shell in turn. Every test presses its first TAB, at which zsh loads the script from its fpath."""
    with terminal(request.param, tmp_path) as started:
        yield started


def test_a_command_is_completed(shell: Terminal) -> None:
    """The beginning of a command's name becomes the name."""
    assert shell.words_of("cronofy cha\t") == "<channels>"


def test_a_verb_is_completed(shell: Terminal) -> None:
    """So does the beginning of a verb, at any depth."""
    assert shell.words_of("cronofy sim\ted\tmo\t") == "<simulator> <edit> <move>"


def test_an_option_is_completed(shell: Terminal) -> None:
    """So does the beginning of an option, the options that all commands share included."""
    assert shell.words_of("cronofy events read --tz\tUTC --nd\t") == "<events> <read> <--tzid> <UTC> <--ndjson>"


def test_an_address_does_not_confuse_completion(shell: Terminal) -> None:
    """Completion works behind an address, whose colons and slashes some shells take for the ends of words."""
    words = shell.words_of("cronofy channels create --callback-url http://example.test:80/hook --only\t")

    assert words == "<channels> <create> <--callback-url> <http://example.test:80/hook> <--only-managed>"


def test_a_value_of_a_closed_set_is_completed(shell: Terminal) -> None:
    """So does the beginning of a value where only some are possible."""
    assert shell.words_of("cronofy listen --print comp\t") == "<listen> <--print> <compact>"


def test_all_commands_are_offered(shell: Terminal) -> None:
    """TAB after the program's name shows every command."""
    offered = shell.offered_for("cronofy ")

    assert [name for name in COMMANDS if name not in offered] == []


def test_all_options_are_offered(shell: Terminal) -> None:
    """TAB after two dashes shows the command's options, among them those with brackets in their help."""
    offered = shell.offered_for("cronofy channels create --")

    expected = [
        "--callback-url",
        "--calendar",
        "--only-managed",
        "--scheduling-conversations",
        "--data-center",
        "--help",
    ]
    assert [name for name in expected if name not in offered] == []


def test_what_was_typed_is_not_run(shell: Terminal, tmp_path: Path) -> None:
    """Commands hidden in a line are neither run nor in the way when the line is completed."""
    words = shell.words_of("cronofy channels show '$(touch pwned)' --verb\t")

    assert words == "<channels> <show> <$(touch pwned)> <--verbose>"
    assert not (tmp_path / "pwned").exists()


def test_what_strangers_sent_is_not_offered(shell: Terminal, cli: Cli, tmp_path: Path) -> None:
    """Anyone can post a notification of any type: what was received is not offered at a TAB, and not run."""
    with open_history(history_file(cli.environment)) as history:
        history.record([hostile_delivery()])

    assert "touch" not in shell.offered_for("cronofy deliveries list --type ")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("instruction", ["complete_bash", "complete_zsh", "complete_fish"])
def test_a_tab_is_answered_without_heavy_imports(cli: Cli, instruction: str) -> None:
    """A TAB loads neither Rich nor an HTTP client, and at the top no command's module."""
    answered = subprocess.run(
        [cli.command()[0], "-X", "importtime", *cli.command()[1:]],
        env=cli.environment | asking(instruction, "cronofy "),
        capture_output=True,
        text=True,
        check=True,
    )

    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in answered.stderr.splitlines()}
    assert imported & {"rich", "pygments", "httpx", "keyring", "pyngrok"} == set()
    assert "cronofy_cli.commands." not in answered.stderr
    assert "free-busy" in answered.stdout


def test_the_version_is_not_an_offer(cli: Cli) -> None:
    """A line that holds --version is completed like any other: the version is not printed into it."""
    answered = cli(environment=asking("complete_bash", "cronofy --version cal"))

    assert answered.lines == ["calendars"]


def asking(instruction: str, line: str) -> dict[str, str]:
    """Return the environment by which a shell asks how a line may go on."""
    return {
        COMPLETION_VARIABLE: instruction,
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }


def hostile_delivery() -> Delivery:
    """Return what a stranger could have posted."""
    body = b'{"notification": {"type": "%s"}}' % HOSTILE.encode()
    request = ReceivedRequest(datetime.now(UTC), "POST", "/r/x", ((b"Host", b"localhost"),), body)
    return Delivery(request, Verdict(SignatureState.UNSIGNED), parse_notification(body), 401, "simulator")
