"""Suites of users of the pytest plugin, run by a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWN_VARIABLES = ("CRONOFY_", "PYTEST_", "COVERAGE_", "XDG_", "HOME", "PYTHONPATH")


def entry_point_text() -> str:
    """Return the entry points of pyproject.toml, as an installed distribution has them."""
    plugins = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]
    return "[pytest11]\n" + "".join(f"{name} = {module}\n" for name, module in plugins.items())


def install(site: Path) -> None:
    """Make a folder for PYTHONPATH in which this repository is an installed distribution."""
    metadata = site / "cronofy_cli-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cronofy-cli\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text(entry_point_text())
    (site / "cronofy_cli").symlink_to(REPOSITORY / "cronofy_cli")


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a machine on which this package is installed, with a HOME in a folder."""
    site = folder / "site"
    if not site.exists():
        install(site)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return kept | {"HOME": str(folder), "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}


def run_suite(
    suite: Path, variables: Mapping[str, str], *arguments: str, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run pytest on a file or folder as its developer does."""
    folder = suite if suite.is_dir() else suite.parent
    return subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments, str(suite)],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
