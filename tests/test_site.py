"""The documentation as a site: the Markdown of `docs/`, built by mkdocs-material."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.requirements import require_module
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 120


def test_the_site_builds(tmp_path: Path) -> None:
    """Every page is in the navigation, every link leads somewhere, and nothing is loaded from another host."""
    require_module("material")
    done = build(REPOSITORY, tmp_path)

    assert done.returncode == 0, done.stderr
    pages = {path.parent.name for path in tmp_path.glob("site/*/index.html")}
    assert {path.stem for path in REPOSITORY.glob("docs/*.md")} - {"index"} <= pages
    for path in tmp_path.glob("site/**/*.html"):
        loaded = re.findall(r"<(?:script|img|link)[^>]* (?:src|href)=\"?(https?://[^\"> ]+)", path.read_text("utf-8"))
        assert loaded == [], path
    assert "\\|" not in (tmp_path / "site" / "commands" / "index.html").read_text("utf-8")


def test_a_page_that_cannot_be_found(tmp_path: Path) -> None:
    """A page outside of the navigation, or a link that leads nowhere, fails the build."""
    require_module("material")
    (tmp_path / "docs").mkdir()
    settings = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{settings}\nnav:\n  - index.md\n")
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n[nowhere](nowhere.md), [no heading](#no)\n")
    (tmp_path / "docs" / "alone.md").write_text("# Alone\n")

    done = build(tmp_path, tmp_path)

    assert done.returncode == 1
    assert "alone.md" in done.stderr
    assert "nowhere.md" in done.stderr
    assert "#no" in done.stderr


def build(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder strictly."""
    # Not --quiet: what is not written is not counted, and so is no failure.
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(home / "site")],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
