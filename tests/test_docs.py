"""The README and `docs/` are true: what they name exists, and all that can be used is in them."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.tree import command_paths
from cronofy_cli.core.api.date_words import parse_days
from cronofy_cli.core.api.time_limits import Clock, parse_moment
from cronofy_cli.errors import ExitCode
from tests.handler_check.checking import make_cases
from tests.reference_pages import NAMES
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = REPOSITORY / "cronofy_cli"
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.glob("*.md"))
README = REPOSITORY / "README.md"
TERMINAL_LINES = 24
CLOCK = Clock(datetime(2026, 11, 22, 12, tzinfo=UTC), UTC)


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _written(heading: str) -> list[str]:
    """Return what the first column of a table of time words names."""
    table = _text("time-words.md").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [each for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for each in re.findall(r"`(.*?)`", row)]


@pytest.mark.parametrize("path", command_paths())
def test_every_command_is_in_the_reference(path: str) -> None:
    """No command exists that the reference does not name."""
    assert f"\n## cronofy {path}\n" in _text("commands.md")


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_in_the_reference(code: ExitCode) -> None:
    """The exit codes are an API, and the reference lists them."""
    assert f"\n| {code.value} | " in _text("exit-codes.md")


@pytest.mark.parametrize("variable", Variable)
def test_every_environment_variable_is_in_the_reference(variable: Variable) -> None:
    """What the environment can change is in the reference."""
    assert f"`{variable}`" in _text("environment.md")


def test_the_readme_begins_with_what_it_is_and_how_it_is_installed() -> None:
    """The first screen of a terminal has the purpose and a command that shows everything."""
    first = "\n".join(README.read_text(encoding="utf-8").splitlines()[:TERMINAL_LINES])

    assert "calendar API" in first
    assert "cronofy demo" in first


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_no_page_names_a_command_that_is_not_there(page: Path) -> None:
    """Every command that a page names exists."""
    commands = set(command_paths())
    named = re.findall(r"(?<![\w./-])cronofy((?: [a-z][a-z-]*)+)", _code(page.read_text(encoding="utf-8")))

    assert [each for each in named if not _begins_with_one_of(each.split(), commands)] == []


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link to another page, a heading or a file of the repository has its target."""
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [each for each in links if "://" not in each]

    assert [each for each in local if not _is_there(page, each)] == []


@pytest.mark.parametrize("page", [each for each in PAGES if each.name != "index.md"], ids=lambda page: page.name)
def test_every_page_is_found(page: Path) -> None:
    """The README, the front page of `docs/` and its map for programs lead to each page."""
    assert f"({page.name})" in _text("index.md")
    assert f"({page.name})" in _text("llms.txt")
    assert f"(docs/{page.name})" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [each for each in PAGES if each.name != "index.md"], ids=lambda page: page.name)
def test_every_page_begins_with_its_purpose(page: Path) -> None:
    """The first sentence of a page says what job it is for, under one heading."""
    lines = page.read_text(encoding="utf-8").splitlines()

    assert lines[0].startswith("# ")
    assert lines[2].startswith("This page "), lines[2]


def test_generated_pages_are_pages() -> None:
    """The pages that are generated are the reference's."""
    assert set(NAMES) - {"llms.txt"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("days", _written("Days"))
def test_the_words_for_days_are_understood(days: str) -> None:
    """What the page of time words names as a day is one."""
    assert parse_days(days, CLOCK.today) is not None


@pytest.mark.parametrize("moment", _written("Times"))
def test_the_words_for_times_are_understood(moment: str) -> None:
    """What the page of time words names as a time is one."""
    assert parse_moment(moment, CLOCK, option="--since").text


def test_the_groups_of_cases_are_told() -> None:
    """The page about handlers has the groups that `check handler` has, and no other."""
    told = re.findall(r"^\| `(\w+)` \|", _text("verify.md"), re.MULTILINE)

    assert told == list(dict.fromkeys(case.id.partition(".")[0] for case in make_cases()))


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_the_number_of_cases_is_right(page: Path) -> None:
    """What pages say of the number of cases that `check handler` has is true."""
    said = re.findall(r"(\d+) cases", page.read_text(encoding="utf-8"))

    assert set(said) <= {str(len(make_cases()))}


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


def _code(text: str) -> str:
    """Return what is written as code: blocks and inline."""
    blocks = re.findall(r"^```(?:sh|text)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*(re.sub(r"\s#.*", "", line) for block in blocks for line in block.splitlines()), *inline])


def _begins_with_one_of(words: list[str], commands: set[str]) -> bool:
    return any(each.split()[: len(words)] == words[: len(each.split())] for each in commands)


def _is_there(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path) if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
