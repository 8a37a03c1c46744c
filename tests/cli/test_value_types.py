"""Values that no command can take, given to every option and argument of the whole command tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.cli.tree import build_tree
from cronofy_cli.cli.tree_documents import walk
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Cli

ODD = b"a\x9b2J".decode("utf-8", "surrogateescape")
FILES_AND_PROGRAMS = ("FILE", "DIR", "COMMAND")


def parameters() -> Iterator[tuple[str, Any]]:
    """Yield the options and arguments of the program itself and of every command."""
    yield from (("", each) for each in build_tree().params)
    yield from ((path, each) for path, command, _ in walk() for each in command.params)


def with_value(path: str, parameter: Any, value: str) -> list[str]:
    """Return a command line in which a parameter has a value; an argument stands after those before it."""
    if parameter.param_type_name == "option":
        return [*path.split(), f"{max(parameter.opts, key=len)}={value}"]
    arguments = [each for other, each in parameters() if other == path and each.param_type_name == "argument"]
    before = ["1" for _ in arguments[: [each.name for each in arguments].index(parameter.name)]]
    return [*path.split(), *before, value]


def takes_text(parameter: Any) -> bool:
    """Whether a parameter is text and no name of a file."""
    notation = parameter.metavar or ""
    return parameter.type.name == "str" and not any(word in notation for word in FILES_AND_PROGRAMS)


TEXTS = [(path, each) for path, each in parameters() if takes_text(each)]
NUMBERS = [(path, each) for path, each in parameters() if each.type.name.startswith("float")]


def test_there_are_many() -> None:
    """The tree was read."""
    assert (len(TEXTS) > 300, len(NUMBERS) >= 3) == (True, True)


@pytest.mark.parametrize("path", sorted({path for path, _ in TEXTS}))
def test_text_that_is_not_utf8(path: str, cli: Cli) -> None:
    """It is refused as wrong usage by each option and argument that takes text, and the option is named."""
    for parameter in (each for other, each in TEXTS if other == path):
        result = run_main(cli, *with_value(path, parameter, ODD))

        assert (result.exit_code, result.stdout) == (2, ""), (parameter.name, result)
        name = max(parameter.opts, key=len)
        assert "it is not UTF-8" in result.stderr, (name, result.stderr)
        assert parameter.param_type_name == "argument" or name in result.stderr
        result.stderr.encode()


@pytest.mark.parametrize("value", ["nan", "-nan", "inf", "-inf", "1e999", "1e300"])
@pytest.mark.parametrize(("path", "parameter"), NUMBERS, ids=lambda each: getattr(each, "name", each))
def test_a_number_to_calculate_with(value: str, path: str, parameter: Any, cli: Cli) -> None:
    """What is no number, or endless, or beyond any sense, is refused as wrong usage by each option."""
    result = run_main(cli, *with_value(path, parameter, value))

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--{parameter.name.replace('_', '-')}" in result.stderr


@pytest.mark.parametrize(
    "words", [[ODD], ["channels", ODD], ["--odd" + ODD], ["help", ODD], ["deliveries", "list", ODD]]
)
def test_a_word_that_is_not_utf8(words: list[str], cli: Cli) -> None:
    """A name of a command or an option is refused all the same."""
    result = run_main(cli, *words)

    assert result.exit_code == 2
    result.stderr.encode()
