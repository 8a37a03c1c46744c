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
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )

    assert (done.returncode, done.stderr) == (0, "")
    pages = {path.parent.name for path in tmp_path.glob("site/*/index.html")}
    assert {path.stem for path in REPOSITORY.glob("docs/*.md")} - {"index"} <= pages
    for path in tmp_path.glob("site/**/*.html"):
        loaded = re.findall(r"<(?:script|img|link)[^>]* (?:src|href)=\"?(https?://[^\"> ]+)", path.read_text("utf-8"))
        assert loaded == [], path
    assert "\\|" not in (tmp_path / "site" / "commands" / "index.html").read_text("utf-8")
