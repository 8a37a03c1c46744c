"""`cronofy completion`, and what the program answers when a shell asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.cli.tree import COMMANDS

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.support import Cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell(shell: str, run: Run) -> None:
    """The script asks `cronofy` by the variable that it answers to."""
    result = run("completion", shell)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "_CRONOFY_COMPLETE" in result.stdout
    assert "cronofy" in result.stdout


def test_another_shell(run: Run) -> None:
    """A shell without a script is wrong usage, and those with one are named."""
    result = run("completion", "tcsh")

    assert result.exit_code == 2
    assert all(shell in result.stderr for shell in ("bash", "zsh", "fish", "powershell"))


def complete(cli: Cli, line: str) -> list[str]:
    """Return what bash is offered for the last word of a line."""
    environment = {
        "_CRONOFY_COMPLETE": "complete_bash",
        "_TYPER_COMPLETE_ARGS": line,
    }
    return cli(environment=environment).lines


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("cronofy cha", ["channels"]),
        ("cronofy channels c", ["create", "close"]),
        ("cronofy channels create --call", ["--callback-url"]),
        ("cronofy completion z", ["zsh"]),
        ("cronofy deliveries list --signature inv", ["invalid"]),
    ],
)
def test_answers(line: str, offered: list[str], cli: Cli) -> None:
    """Commands, verbs, options and values are completed."""
    assert complete(cli, line) == offered


def test_all_commands_are_offered(cli: Cli) -> None:
    """After the program's name every command is offered."""
    assert complete(cli, "cronofy ") == list(COMMANDS)
