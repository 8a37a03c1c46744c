"""Commands that hints name repeat the options that say whose account is meant."""

from __future__ import annotations

import ast
import shlex
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.cli.own_options import with_own_options
from cronofy_cli.cli.tree import build_tree, command_paths
from tests.in_process import run_main
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

CHOSEN = {"context": "acme dev", "data_center": "uk"}
ROOT = build_tree()


def completed(hint: str) -> str:
    """Return the hint with what was chosen."""
    return with_own_options(hint, CHOSEN, ROOT)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("cronofy channels list", "cronofy channels list --context 'acme dev' --data-center uk"),
        ("see: cronofy auth secret list", "see: cronofy auth secret list --context 'acme dev'"),
        (
            "cronofy auth login --client-id ID",
            "cronofy auth login --context 'acme dev' --data-center uk --client-id ID",
        ),
        (
            "cronofy auth login, or name one: --context NAME",
            "cronofy auth login --context 'acme dev' --data-center uk, or name one: --context NAME",
        ),
        (
            "first 'cronofy userinfo', then ask",
            "first 'cronofy userinfo --context 'acme dev' --data-center uk', then ask",
        ),
        ("cronofy listen --data-center simulator", None),
        ("cronofy channels list --help", None),
        ("cronofy context list", None),
        ("cronofy simulator run", None),
        ("cronofy demo", None),
        ("cronofy channels", None),
        ("add --yes", None),
    ],
)
def test_what_is_repeated(hint: str, expected: str | None) -> None:
    """What the command takes and does not name already; None: the hint stays as it is."""
    assert completed(hint) == (hint if expected is None else expected)


@pytest.mark.parametrize("path", command_paths())
def test_every_command(path: str) -> None:
    """Any command in a hint can be typed as it stands there: it gets exactly what it takes."""
    words = shlex.split(completed(f"cronofy {path}"))

    command = ROOT
    for word in path.split():
        command = command.get_command(None, word)
    taken = [part for name, value in CHOSEN.items() if name in command.shared for part in (f"--{name}", value)]
    assert words == ["cronofy", *path.split(), *(part.replace("data_center", "data-center") for part in taken)]
    assert completed(f"cronofy {path}") == completed(completed(f"cronofy {path}"))


def test_nothing_was_chosen() -> None:
    """Without such options hints stay as they are."""
    assert with_own_options("cronofy channels list", {"context": None}, ROOT) == "cronofy channels list"


@pytest.mark.parametrize(
    "arguments",
    [
        ["channels", "list"],
        ["events", "read"],
        ["auth", "token"],
        ["sign", "-"],
        ["api", "/v1/userinfo"],
        ["deliveries", "show", "last"],
    ],
    ids=" ".join,
)
def test_errors_name_commands_for_the_same_account(arguments: list[str], cli: Cli) -> None:
    """Whatever fails, a hint's command is about the data center that was asked for."""
    options = [] if arguments[0] == "deliveries" else ["--data-center", "au"]

    hint = run_main(cli, *arguments, *options, "--json").error["hint"]

    assert "cronofy " in hint
    assert not options or "cronofy auth login --data-center au" in hint


def hints() -> Iterator[str]:
    """Return the texts of all hints that stand in the source, with X for what is put in."""
    for path in (REPOSITORY / "cronofy_cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                for each in ast.walk(node.value):
                    if isinstance(each, ast.JoinedStr):
                        yield "".join(
                            str(part.value) if isinstance(part, ast.Constant) else "X" for part in each.values
                        )
                    elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value


@pytest.mark.parametrize("hint", sorted({hint for hint in hints() if "cronofy " in hint}))
def test_every_hint_names_commands_that_there_are(hint: str) -> None:
    """No hint leads to "there is no command"; and no hint loses a word by what is added."""
    named = [part.split()[0].strip("'.,;)") for part in hint.split("cronofy ")[1:]]
    assert set(named) <= set(ROOT.list_commands(None))
    remaining = iter(completed(hint))
    assert all(letter in remaining for letter in hint)


def test_what_an_empty_list_advises(cli: Cli, simulator: SimulatorServer) -> None:
    """Not only errors: what is said of an empty list names the data center that was asked."""
    result = run_main(cli, "channels", "list", "--data-center", "simulator", terminal=True)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "cronofy listen --data-center simulator" in result.stderr
