"""`cronofy help`, and the help of every command."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.topics import topic_page
from cronofy_cli.cli.tree import command_paths
from cronofy_cli.commands.help_topics import PAGES
from cronofy_cli.core.query import Query
from cronofy_cli.errors import ExitCode

if TYPE_CHECKING:
    from tests.commands.conftest import Run


def test_exit_codes(run: Run) -> None:
    """Every exit code with its meaning, a row each."""
    assert run("help", "exit-codes").lines == [f"{code.value}\t{code.meaning}" for code in ExitCode]


def test_exit_codes_for_programs(run: Run) -> None:
    """The same as a document."""
    document = run("help", "exit-codes", "--json").json

    assert {each["name"]: each["code"] for each in document} == {
        "done": 0,
        "failed": 1,
        "usage": 2,
        "unreachable": 3,
        "auth": 4,
        "signature": 5,
        "already_listening": 6,
        "time_limit": 124,
        "interrupted": 130,
    }


@pytest.mark.parametrize("group", sorted({path.rpartition(" ")[0] for path in command_paths() if " " in path}))
def test_a_group_tells_all_of_what_its_verbs_do(group: str, run: Run) -> None:
    """The sentences are whole, whatever the terminal's width."""
    shown = run(*group.split(), "--help").stdout.partition("Commands:\n")[2]

    assert shown
    assert "..." not in shown


def test_environment(run: Run) -> None:
    """Every variable that is read, with its meaning."""
    assert run("help", "environment").lines == [f"{variable}\t{variable.meaning}" for variable in Variable]
    assert [each["variable"] for each in run("help", "environment", "--json").json] == list(Variable)


@pytest.mark.parametrize("path", ["channels", "channels list", "help exit-codes", "simulator edit add"])
def test_help_of_a_command(path: str, run: Run) -> None:
    """`help COMMAND` is `COMMAND --help`."""
    result = run("help", *path.split())

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == run(*path.split(), "--help").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("chanels", "there is no command 'chanels'; did you mean 'channels'?"),
        ("exit-code", "there is no command 'exit-code'; did you mean 'exit-codes'?"),
        ("channels lst", "there is no command 'lst'; did you mean 'list'?"),
    ],
)
def test_help_of_what_is_not_there(words: str, message: str, run: Run) -> None:
    """A topic or command with a typo is answered with the nearest of both."""
    result = run("help", *words.split(), "--json")

    assert (result.exit_code, result.error["message"]) == (2, message)


def test_every_expression_of_the_topic_is_understood(run: Run) -> None:
    """`help where` explains the language by commands that can be copied as they are, into a shell as well."""
    commands = [line.strip() for line in run("help", "where").lines if line.startswith("  cronofy ")]

    assert len(commands) == 4, commands
    for command in commands:
        words = shlex.split(command)
        option = "--where" if "--where" in words else "--query"
        assert Query(words[words.index(option) + 1], option=option).text
        assert "`" not in command or "'" in command[: command.index("`")]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page(name: str, run: Run) -> None:
    """A topic that is a page is shown as it is in docs/, without what only a browser shows."""
    shown = run("help", name).stdout

    words = re.findall(r"\w+", re.sub(r"\]\([^)]+\)|<!--.*?-->|^```\w*", "", topic_page(name), flags=re.MULTILINE))
    assert re.findall(r"\w+", shown) == words
    assert "```" not in shown
    assert "](" not in shown


def test_on_a_terminal(run: Run) -> None:
    """For people there are headings."""
    assert run("help", "exit-codes", "--color", "never", terminal=True).lines[0].split() == ["CODE", "MEANING"]


@pytest.mark.parametrize("path", command_paths())
def test_every_command_has_help_with_an_example(path: str, run: Run) -> None:
    """--help is a sentence, then examples that name the command itself."""
    result = run(*path.split(), "--help")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: cronofy {path} ")
    _, _, examples = result.stdout.partition("\n  Example")
    assert f"\n    cronofy {path}" in examples or f"cronofy {path} " in examples


@pytest.mark.parametrize("path", command_paths())
def test_no_section_of_a_help_is_longer_than_a_screen(path: str, run: Run) -> None:
    """Options stand under headings where there are many; what many commands share comes last."""
    sections = run(*path.split(), "--help").stdout.split("\n\n")
    own = [section for section in sections if re.match(r"[A-Z][a-z ]+:\n", section)]

    assert own[-1].startswith("Common options:\n")
    assert max(len(re.findall(r"^  -", section, re.MULTILINE)) for section in own) <= 12
    assert not re.search(r"<(int|float|str)\b|<=x", "\n".join(own))
