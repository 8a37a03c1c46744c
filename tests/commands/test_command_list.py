"""`cronofy commands`: the command tree as data."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from cronofy_cli.cli.tree import command_paths

if TYPE_CHECKING:
    from tests.commands.conftest import Run


def test_every_command_with_its_summary(run: Run) -> None:
    """A line each in a pipe; as JSON with the name of the schema, and short enough for a program that reads it all."""
    result = run("commands", "--json")

    assert [each["path"] for each in result.json] == list(command_paths())
    assert [line.split("\t")[0] for line in run("commands").lines] == list(command_paths())
    assert all(each["summary"] for each in result.json)
    assert len(result.stdout) < 16_000


def test_one_command_with_its_options(run: Run) -> None:
    """With a path there is all that can be typed: spellings, types, limits, choices, defaults."""
    (command,) = run("commands", "trigger", "--json").json
    parameters = {each["name"]: each for each in command["parameters"]}

    assert command["usage"] == "cronofy trigger [OPTIONS] [TYPE] [TARGET]"
    assert command["schema"] == "trigger"
    assert parameters["type"] | {"help": ""} == {
        "kind": "argument",
        "name": "type",
        "flags": [],
        "type": "string",
        "metavar": "TYPE",
        "required": False,
        "repeatable": False,
        "default": None,
        "help": "",
    }
    count = parameters["count"]
    assert (count["type"], count["minimum"], count["maximum"], count["default"]) == ("integer", 1, 100_000, 1)
    assert parameters["set"]["repeatable"]
    assert (parameters["unsigned"]["type"], parameters["unsigned"]["metavar"]) == ("boolean", "")
    assert parameters["help"]["flags"] == ["-h", "--help"]
    assert parameters["query"]["flags"] == ["-q", "--query"]


def test_everything_that_is_listed_is_explained(run: Run) -> None:
    """Each option and argument has its help; what is not meant for people or scripts is not listed."""
    commands = run("commands", "--all", "--json").json

    unexplained = [
        (command["path"], each["name"])
        for command in commands
        for each in command["parameters"]
        if not each["help"].strip()
    ]
    assert unexplained == []


def test_choices(run: Run) -> None:
    """What can only be one of some words lists them."""
    (command,) = run("commands", "completion", "--json").json

    assert command["parameters"][0]["choices"] == ["bash", "zsh", "fish", "powershell"]


def test_a_group(run: Run) -> None:
    """The path of a group stands for all commands below it."""
    found = run("commands", "channels", "--json").json

    assert [each["path"] for each in found] == [each for each in command_paths() if each.startswith("channels ")]


def test_all(run: Run) -> None:
    """With --all there is everything, and each example is a command line of a command that is there."""
    found: list[dict[str, Any]] = run("commands", "--all", "--json").json

    assert [each["path"] for each in found] == list(command_paths())
    for command in found:
        for example in command["examples"]:
            assert shlex.split(example.partition(" | ")[0])[0] == "cronofy"
    assert all("<" not in each["metavar"] for command in found for each in command["parameters"])


def test_the_habits_that_all_commands_share(run: Run) -> None:
    """`-h` is help everywhere, and where there is JSON, `-q` filters it."""
    for command in run("commands", "--all", "--json").json:
        flags = {flag for each in command["parameters"] for flag in each["flags"]}
        assert {"-h", "--help", "--no-input", "--color"} <= flags, command["path"]
        assert ("--json" in flags) == ("-q" in flags), command["path"]


def test_a_path_that_is_not_there(run: Run) -> None:
    """A typo is answered with the nearest command."""
    result = run("commands", "deliveries", "lst", "--json")

    assert (result.exit_code, result.error["hint"]) == (2, "cronofy commands")
    assert result.error["message"] == "there is no command 'deliveries lst'; did you mean 'deliveries list'?"
