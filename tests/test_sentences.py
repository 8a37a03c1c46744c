"""What the program's sentences name: a command in a hint is typed as it stands there."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.cli.tree import command_paths
from cronofy_cli.cli.tree_documents import command_document, walk
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_OTHER_PROGRAMS = {
    *("--add-host", "--app", "--data-binary", "--max-time", "--no-autoupdate", "--python", "--threads", "--upgrade")
}
HIDDEN = {"--attached", "--sha256"}
"""Of ours, and not for people to type."""
NO_COMMANDS = {"cronofy has held", "cronofy is there", "cronofy command line"}
"""Sentences about the program."""
NAMED = re.compile(r"(?<![\w./@-])cronofy((?: [a-z][a-z-]*)+)([^,;:.()`\n]*)")
OPTION = re.compile(r"(?<![\w./(\0-])--[a-z][a-z0-9-]*[a-z0-9](?![\w:-])")


def texts() -> Iterator[tuple[str, str]]:
    """Yield every text of the package that is no docstring, and where it is; a value in it is a NUL."""
    for file in sorted((REPOSITORY / "cronofy_cli").rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
        bodies = [node.body for node in nodes if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
        left_out = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
        left_out |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                parts = (str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
                yield f"{file.name}:{node.lineno}", "".join(parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
                yield f"{file.name}:{node.lineno}", node.value


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str]]:
    """All texts of the package, and where they are."""
    return list(texts())


@pytest.fixture(scope="module")
def flags() -> dict[str, set[str]]:
    """The options of each command and group."""
    found = (command_document(path, command, context) for path, command, context in walk(groups=True))
    return {each.path: {flag for option in each.parameters for flag in option.flags} for each in found}


def test_no_sentence_names_a_command_that_is_not_there(
    sentences: list[tuple[str, str]], flags: dict[str, set[str]]
) -> None:
    """Each command that a hint names exists, and has the options that stand behind it."""
    paths = set(command_paths())
    wrong = []
    for place, text in sentences:
        for words, behind in NAMED.findall(text):
            named = words.split()
            beginnings = (" ".join(named[:length]) for length in range(len(named), 0, -1))
            path = next((path for path in beginnings if path in flags), "")
            is_group = path == " ".join(named) and path not in paths
            is_there = path in paths or is_group or any(f"cronofy{words}".startswith(each) for each in NO_COMMANDS)
            unknown = set(OPTION.findall(behind)) - flags[path]
            if not is_there or (unknown and not is_group):
                wrong.append(f"{place}: cronofy{words}{behind}")

    assert wrong == []


def test_no_sentence_names_an_option_that_is_not_there(
    sentences: list[tuple[str, str]], flags: dict[str, set[str]]
) -> None:
    """Each option that a sentence names is one of a command's, or of another program."""
    ours = set().union(*flags.values())
    known = ours | {f"--no-{flag[2:]}" for flag in ours} | OF_OTHER_PROGRAMS | HIDDEN

    named = ((place, name) for place, text in sentences for name in OPTION.findall(text))
    assert [f"{place}: {name}" for place, name in named if name not in known] == []
