"""The README tells the truth: every command, exit code and environment variable is in it, and its commands work."""

from __future__ import annotations

import re
import tomllib

import pytest

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.tree import command_paths
from cronofy_cli.errors import ExitCode
from tests.support import REPOSITORY

PACKAGE = REPOSITORY / "cronofy_cli"
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", command_paths())
def test_the_readme_names_every_command(path: str) -> None:
    """No command exists that the README does not name."""
    assert f"`cronofy {path}`" in README


def test_the_readme_names_no_command_that_is_not_there() -> None:
    """Every command in the README's table exists."""
    named = {name for row in re.findall(r"^\| (`cronofy .*?) \|", README, re.MULTILINE) for name in _quoted(row)}

    assert named == {f"cronofy {path}" for path in command_paths()}


@pytest.mark.parametrize("code", ExitCode)
def test_the_readme_names_every_exit_code(code: ExitCode) -> None:
    """The exit codes are an API, and the README lists them."""
    assert f"\n| {code.value} | " in README


@pytest.mark.parametrize("variable", Variable)
def test_the_readme_names_every_environment_variable(variable: Variable) -> None:
    """What the environment can change is in the README."""
    assert f"`{variable}`" in README


def test_the_map_names_what_is_there() -> None:
    """Every file and folder that CONTRIBUTING names exists."""
    text = (REPOSITORY / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?<![\w/.<-])([a-z_]+(?:/[a-z_]+)*(?:/|\.py|\.ini|/run))(?=[\s`,:;)]|$)", text, re.MULTILINE)
    )

    missing = [each for each in named if not any((root / each).exists() for root in (REPOSITORY, PACKAGE))]
    assert len(named) > 50
    assert [each for each in missing if not list(PACKAGE.rglob(each))] == []


def test_each_dependency_has_its_reason() -> None:
    """Beside each dependency stands why it is there."""
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    dependencies = tomllib.loads(text)["project"]["dependencies"]

    without = [each for each in dependencies if not lines[_line_of(lines, each) - 1].lstrip().startswith("#")]

    assert without == []


def _line_of(lines: list[str], dependency: str) -> int:
    return next(number for number, line in enumerate(lines) if line.strip() == f'"{dependency}",')


def _quoted(row: str) -> list[str]:
    return re.findall(r"`(.*?)`", row)
