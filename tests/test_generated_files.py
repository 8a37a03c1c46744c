"""The generated files: top help, completions, manual pages, the skill, the reference in `docs/`, limits of options.

They are written again by `CRONOFY_WRITE_GENERATED=1 pytest tests/test_generated_files.py`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from cronofy_cli.__main__ import HELP_FILE
from cronofy_cli.adapters.topics import FOLDER, TOPICS
from cronofy_cli.agent.clients import SKILL_FILE
from cronofy_cli.cli.tree import build_tree
from cronofy_cli.commands.completion import Shell, completion_script
from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.autopsy.explanations import explain
from tests import man_pages, reference_pages
from tests.golden_files import GOLDEN
from tests.requirements import require_program
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator


COMPLETIONS = REPOSITORY / "completions"
MAN = REPOSITORY / "man"
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


def test_the_kept_manual_pages_are_the_generated_ones() -> None:
    """`man/` holds a page for the program and one for each of its commands, and no other."""
    found = man_pages.pages()
    if os.environ.get("CRONOFY_WRITE_GENERATED"):
        MAN.mkdir(exist_ok=True)
        for name in {path.name for path in MAN.iterdir()} - set(found):
            (MAN / name).unlink()
    for name, text in found.items():
        check_file(MAN / name, text)

    assert {path.name for path in MAN.iterdir()} == set(found)


@pytest.mark.parametrize("name", reference_pages.NAMES)
def test_the_kept_reference_is_the_generated_one(name: str) -> None:
    """`docs/` says of commands, codes and variables what the package says of them."""
    check_file(REPOSITORY / "docs" / name, reference_pages.page(name))


def test_the_skill_knows_the_causes_of_a_failed_signature() -> None:
    """The table of causes in the skill is what the program says about each."""
    rows: dict[str, str] = {}
    for cause in Cause:
        explanation, hint = explain(cause, ())
        rows.setdefault(cause.family.value, f"| `{cause.family.value}` | {explanation} | {hint} |")
    table = "\n".join(["| cause | meaning | what to do |", "| --- | --- | --- |", *rows.values()])
    head, _, rest = SKILL_FILE.read_text(encoding="utf-8").partition("<!-- causes -->\n")
    tail = rest.partition("<!-- /causes -->")[2]

    check_file(SKILL_FILE, f"{head}<!-- causes -->\n{table}\n<!-- /causes -->{tail}")


@pytest.mark.parametrize("name", TOPICS)
def test_a_page_of_help_is_a_page_of_docs(name: str) -> None:
    """`cronofy help TOPIC` shows what is in `docs/`: the package has the same file."""
    docs = REPOSITORY / "docs" / f"{name}.md"
    text = reference_pages.page(docs.name) if docs.name in reference_pages.NAMES else docs.read_text(encoding="utf-8")

    check_file(FOLDER / docs.name, text)
    assert {path.stem for path in FOLDER.iterdir()} == set(TOPICS)


def test_the_manual_pages_are_well_formed() -> None:
    """`man` shows each page without a warning."""
    man = require_program("man")
    for path in MAN.iterdir():
        done = subprocess.run(
            [man, "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(path)],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"], "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
        )
        assert done.stderr == "", path.name


def test_the_limits_and_defaults_of_options() -> None:
    """What a number may be, and what is taken where an option is left out, changes only on purpose."""
    root = build_tree()
    context = typer.Context(root, info_name="cronofy")

    lines = [line for command in commands_below(root, context) for line in limits_and_defaults(*command)]

    check_file(GOLDEN / "option-limits.txt", "\n".join([*lines, ""]))


def commands_below(
    command: TyperGroup | TyperCommand, context: typer.Context
) -> Iterator[tuple[str, TyperGroup | TyperCommand]]:
    """Yield each command with its whole name."""
    if not isinstance(command, TyperGroup):
        yield context.command_path, command
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert isinstance(found, TyperGroup | TyperCommand)
        yield from commands_below(found, typer.Context(found, parent=context, info_name=name))


def limits_and_defaults(name: str, command: TyperGroup | TyperCommand) -> Iterator[str]:
    """Yield a line for each option that has limits or a default."""
    for option in command.params:
        least, most = getattr(option.type, "min", None), getattr(option.type, "max", None)
        limits = "" if least is most is None else f" {least} to {'any' if most is None else most}"
        has_default = option.default is not None and option.default is not False
        default = f" default {option.default}" if has_default else ""
        if limits or default:
            yield f"{name} {option.opts[0]}:{limits}{default}"


def check_file(path: Path, expected: str) -> None:
    """Compare a kept file byte for byte, or write it if asked to."""
    if os.environ.get("CRONOFY_WRITE_GENERATED"):
        path.write_text(expected, encoding="utf-8")
    assert path.read_bytes() == expected.encode()
