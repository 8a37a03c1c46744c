"""What a release rests on: its workflow, the check of its tag, the forms of issues. The workflow was not run here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # it brings no types

from cronofy_cli import __version__
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GITHUB = REPOSITORY / ".github"


def workflow(name: str) -> Any:
    """Return a workflow."""
    return yaml.safe_load((GITHUB / "workflows" / name).read_text(encoding="utf-8"))


def check(root: Path, tag: str) -> tuple[int, list[str]]:
    """Return how the check of a tag ends, and what it says."""
    done = subprocess.run(
        [sys.executable, str(root / ".ci" / "check-release"), tag], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr.splitlines()


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A repository that may be released as v9.9.9."""
    for name in (".ci/check-release", "pyproject.toml", "CHANGELOG.md", "cronofy_cli/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    (tmp_path / "cronofy_cli/__init__.py").write_text('__version__ = "9.9.9"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [9.9.9] - 2026-12-01\n")
    text = (tmp_path / "pyproject.toml").read_text().replace("example.org", "code.example.com")
    (tmp_path / "pyproject.toml").write_text(text)
    return tmp_path


def test_a_tag_that_may_be_released(released: Path) -> None:
    """Version, changelog and addresses belong to it."""
    assert check(released, "v9.9.9") == (0, [])


def test_tags_that_may_not(released: Path) -> None:
    """Another version, a changelog without a date and addresses that are placeholders are each named."""
    assert check(released, "v9.9.8")[1][0] == "the tag is v9.9.8, and the version 9.9.9"
    (released / "CHANGELOG.md").write_text("## [9.9.9]\n")
    shutil.copy(REPOSITORY / "pyproject.toml", released)

    code, said = check(released, "v9.9.9")

    assert (code, said[0]) == (1, "CHANGELOG.md has no dated section for 9.9.9")
    assert len(said) == 1 + len([url for url in PROJECT["urls"].values() if "example.org" in url])


def test_each_system_and_python_is_tried() -> None:
    """The wheel is installed and used on three systems and on every Python that the package names."""
    matrix = workflow("release.yml")["jobs"]["install"]["strategy"]["matrix"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))

    assert matrix["python"] == named == ["3.11", "3.12", "3.13", "3.14"]
    assert {each.partition("-")[0] for each in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_a_release_needs_no_stored_token() -> None:
    """Only the job that publishes may write, after all others; it signs what it publishes."""
    found = workflow("release.yml")
    publish = found["jobs"]["publish"]
    used = [step["uses"].partition("@")[0] for step in publish["steps"] if "uses" in step]

    assert found["permissions"] == {"contents": "read"}
    assert [name for name, job in found["jobs"].items() if "permissions" in job] == ["publish"]
    assert set(publish["needs"]) == set(found["jobs"]) - {"publish"}
    assert publish["permissions"]["id-token"] == "write"
    assert {"actions/attest-build-provenance", "actions/attest-sbom", "pypa/gh-action-pypi-publish"} <= set(used)
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text(encoding="utf-8")


def test_no_workflow_keeps_credentials_in_its_copy() -> None:
    """What a build runs cannot push."""
    for path in (GITHUB / "workflows").glob("*.yml"):
        for job in workflow(path.name)["jobs"].values():
            checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
            assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem)
def test_forms_of_issues(path: Path) -> None:
    """Each form can be read, and each of its questions has a name of its own."""
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.stem == "config":
        assert form == {"blank_issues_enabled": False}
        return
    names = [each["id"] for each in form["body"] if each["type"] != "markdown"]

    assert {"name", "description", "labels", "body"} == set(form)
    assert len(names) == len(set(names)) > 0
    assert all(each["attributes"].get("label") for each in form["body"] if each["type"] != "markdown")


def test_the_version_is_written_as_releases_are() -> None:
    """The index orders it as it is meant."""
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", __version__)
