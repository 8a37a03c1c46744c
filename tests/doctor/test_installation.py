"""Is the program installed as it asks to be."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.installation import check_dependencies, check_python
from cronofy_cli.doctor.requirements import Requirement, meets, parse_requirement
from tests.support import REPOSITORY

VERSIONS = {"typer": "0.28.0", "rich": "15.0.0", "tzdata": "2025.1"}


@pytest.mark.parametrize(
    ("version", "wanted", "result"),
    [
        ("0.28.0", ">=0.26,<0.29", True),
        ("0.29", "<0.29,>=0.26", False),
        ("0.29.0", "<0.29", False),
        ("0.9", ">=0.26", False),
        ("25", ">=25.0.0", True),
        ("3.11.7", ">=3.11", True),
        ("3.10.14", ">=3.11", False),
        ("2.0.0rc1", ">=2", True),
        ("1.2.post3", "==1.2", True),
        ("1.5", "!=1.5", False),
        ("1.5", ">1.5", False),
        ("1.5", "<=1.5", True),
        ("1.5", "", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, wanted: str, result: bool) -> None:
    """Numbers are compared as numbers, a missing one is zero."""
    assert meets(version, wanted) is result


@given(st.lists(st.integers(0, 999), min_size=1, max_size=4), st.lists(st.integers(0, 999), min_size=1, max_size=4))
def test_a_version_is_below_equal_or_above(mine: list[int], theirs: list[int]) -> None:
    """Of two versions exactly one of the three comparisons holds."""
    version, other = ".".join(map(str, mine)), ".".join(map(str, theirs))

    assert [meets(version, f"{sign}{other}") for sign in ("<", "==", ">")].count(True) == 1


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("typer<0.29,>=0.26", Requirement("typer", "<0.29,>=0.26")),
        ("rich >= 13.9", Requirement("rich", ">= 13.9")),
        ("tzdata>=2025.1; sys_platform == 'win32'", Requirement("tzdata", ">=2025.1", "sys_platform == 'win32'")),
        ('ruff[fast] (>=0.17); extra == "test"', Requirement("ruff", ">=0.17", 'extra == "test"')),
        ("pyngrok", Requirement("pyngrok", "")),
    ],
)
def test_requirements_are_read(text: str, requirement: Requirement) -> None:
    """The forms in which build tools write requirements are understood."""
    assert parse_requirement(text) == requirement


def test_our_own_requirements_are_read() -> None:
    """Every dependency that the package states is understood: no version and every version are told apart."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *extras["test"], *extras["docs"], *extras["mcp"]]
    stated = [each for each in stated if not each.startswith(f"{project['name']}[")]

    parsed = [requirement for requirement in map(parse_requirement, stated) if requirement is not None]

    assert len(parsed) == len(stated)
    assert [each.package for each in parsed if each.is_met_by("0")] == []
    assert {each.is_needed("win32") for each in parsed} == {True}


def test_supported_packages_are_one_line() -> None:
    """When all is right, a single line says so, with the versions as evidence."""
    (check,) = check_dependencies(["typer>=0.26,<0.29", "rich>=13.9"], VERSIONS.get, platform="linux")

    assert check.state is CheckState.OK
    assert check.evidence == (("package", "typer 0.28.0"), ("package", "rich 15.0.0"))


def test_what_is_wrong_is_named() -> None:
    """A package that is missing and one of another version are a line each, with how to fix it."""
    missing, old = check_dependencies(["nothing>=1", "typer>=0.30", "rich"], VERSIONS.get, platform="linux")

    assert (missing.code, missing.finding) == ("missing", "nothing is missing")
    assert (old.code, old.finding) == ("wrong_version", "typer 0.28.0 is not supported: >=0.30 is required")
    assert {missing.state, old.state} == {CheckState.FAILED}
    assert "pip install" in missing.hint


@pytest.mark.parametrize(("platform", "state"), [("linux", CheckState.OK), ("win32", CheckState.FAILED)])
def test_markers_count(platform: str, state: CheckState) -> None:
    """A package for another platform, or for developers of this one, need not be there."""
    stated = ["tzdata>=2026; sys_platform == 'win32'", "absent; extra == 'test'"]

    (check,) = check_dependencies(stated, VERSIONS.get, platform=platform)

    assert check.state is state


def test_from_the_source_nothing_can_be_said() -> None:
    """Where the program is not installed, the check is skipped and says why."""
    (check,) = check_dependencies(None, VERSIONS.get, platform="linux")

    assert check.state is CheckState.SKIPPED
    assert "not installed" in check.finding


@pytest.mark.parametrize(
    ("wanted", "state"), [(">=3.11", CheckState.OK), (">=3.12", CheckState.FAILED), (None, CheckState.OK)]
)
def test_python(wanted: str | None, state: CheckState) -> None:
    """The Python that runs is compared with the one that the package asks for."""
    check = check_python("3.11.7", wanted=wanted, executable="/usr/bin/python3")

    assert check.state is state
    assert "3.11.7" in check.finding
