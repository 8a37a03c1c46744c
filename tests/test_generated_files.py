"""The generated files: the top help and the completion scripts.

They are written anew by `CRONOFY_WRITE_GENERATED=1 pytest tests/test_generated_files.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from cronofy_cli.__main__ import HELP_FILE
from cronofy_cli.cli.tree import build_tree
from cronofy_cli.commands.completion import Shell, completion_script

COMPLETIONS = Path(__file__).parents[1] / "completions"
FILES = {
    Shell.BASH: "cronofy.bash",
    Shell.ZSH: "_cronofy",
    Shell.FISH: "cronofy.fish",
    Shell.POWERSHELL: "cronofy.ps1",
}


def test_the_kept_top_help_is_the_generated_one() -> None:
    """`cronofy --help` is answered from a file, and that file says what the command tree says."""
    root = build_tree()
    context = typer.Context(root, info_name="cronofy", terminal_width=80, **root.context_settings)

    check_file(Path(HELP_FILE), f"{context.get_help()}\n")


@pytest.mark.parametrize("shell", Shell)
def test_the_kept_completion_script_is_the_generated_one(shell: Shell) -> None:
    """`completions/` holds what `cronofy completion SHELL` prints."""
    check_file(COMPLETIONS / FILES[shell], f"{completion_script(shell)}\n")


def check_file(path: Path, expected: str) -> None:
    """Compare a kept file byte for byte, or write it if asked to."""
    if os.environ.get("CRONOFY_WRITE_GENERATED"):
        path.write_text(expected, encoding="utf-8")
    assert path.read_bytes() == expected.encode()
