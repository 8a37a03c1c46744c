"""How a page looks: what axe-core says about it (WCAG 2.2, A and AA), and pictures for a person to look at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = "CRONOFY_TEST_PICTURES"
"""The folder for the pictures; without it they are the test's own."""
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_EMPTY_PICTURE = 5000
"""As many bytes at least has a picture of something."""


def problems(page: Page) -> list[str]:
    """Return what axe-core finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(rules).then(results => results.violations)", _RULES)
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def overhang(page: Page) -> int:
    """Return how many pixels of the page lie outside of the window's width."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(pixels, 0)


class Pictures:
    """Takes pictures of a page."""

    def __init__(self, page_name: str, folder: Path) -> None:
        self._name = page_name
        self._folder = Path(os.environ.get(PICTURES) or folder)

    def take(self, page: Page, name: str) -> None:
        """Take one, which must not be empty."""
        file = self._folder / f"{self._name}-{name}.png"
        page.screenshot(path=file)
        assert file.stat().st_size > _EMPTY_PICTURE
