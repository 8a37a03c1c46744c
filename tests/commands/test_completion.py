"""`cronofy completion`, and what the program answers when a shell asks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.cli.tree import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell(shell: str, run: Run) -> None:
    """The script asks `cronofy` by the variable that it answers to."""
    result = run("completion", shell)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "_CRONOFY_COMPLETE" in result.stdout
    assert "cronofy" in result.stdout


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_after_pipx(run: Run, tmp_path: Path) -> None:
    """The line of the help lets zsh find the file where pipx puts it."""
    folder = tmp_path / ".local/share/zsh/site-functions"
    folder.mkdir(parents=True)
    (folder / "_cronofy").write_text(run("completion", "zsh").stdout)
    line = re.search(r"fpath\+=\(\S+\)", run("completion", "--help").stdout)
    assert line is not None

    script = f"{line[0]}; autoload -Uz compinit; compinit -u -D; print $_comps[cronofy]"
    found = subprocess.run(
        ["zsh", "-f", "-c", script], env={"HOME": str(tmp_path), "PATH": os.defpath}, capture_output=True, check=True
    )

    assert found.stdout == b"_cronofy\n"


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
