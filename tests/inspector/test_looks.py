"""How the inspector looks, in pictures to look at, and what axe-core says about it (WCAG 2.2, A and AA)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cronofy_cli.adapters.history import open_history
from tests.inspector.conftest import inspecting

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.inspector.conftest import Inspected

PICTURES = "CRONOFY_TEST_PICTURES"
"""The folder for the pictures; without it they are the test's own."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"1440": (1440, 900), "1024": (1024, 768), "400": (400, 800)}
STATES = {
    "change": [],
    "details": ["Enter"],
    "signature": ["n", "n", "n", "2"],
    "app": ["n", "n", "3"],
    "compare": ["v", "j", "v"],
    "edit": ["e"],
    "keys": ["?"],
}


def problems(page: Page) -> list[str]:
    """Return what axe-core finds."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], None]:
    """Takes a picture of the page."""
    folder = Path(os.environ.get(PICTURES) or tmp_path)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"inspector-{name}.png")
        assert (folder / f"inspector-{name}.png").stat().st_size > 5000

    return take


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", ["change", "details", "signature", "compare", "edit", "keys"])
def test_nothing_is_wrong_for_anybody(
    state: str, size: str, scheme: str, page: Page, picture: Callable[[Page, str], None]
) -> None:
    """axe-core finds nothing, and nothing lies outside of the page's width."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
    page.locator(".part").first.wait_for(state="attached")
    for key in STATES[state]:
        page.keyboard.press(key)
    if state == "signature":
        expect(page.locator(".head")).to_contain_text("#35")
        page.locator(".verdict .lead.bad").wait_for(state="attached")
    if state in {"compare", "edit", "keys"}:
        page.locator("dialog[open]").wait_for()

    picture(page, f"{size}-{scheme}-{state}")
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [400, 1024, 1300])
def test_nothing_is_cut(width: int, page: Page) -> None:
    """The longest state and result fit too: each button and fact is inside of the page, and of what scrolls."""
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#state").evaluate("state => { state.lastChild.textContent = 'Listening, 23 h 59 min'; }")
    outside = """() => [...document.querySelectorAll('#help, #theme, .chip, .facts b')].filter(each => {
        const box = each.getBoundingClientRect(), around = each.parentElement.getBoundingClientRect();
        const isCut = each.clientWidth && each.scrollWidth > each.clientWidth + 1;
        return box.width && (box.right > innerWidth || box.right > around.right + 1 || isCut);
    }).map(each => each.textContent)"""

    assert page.evaluate(outside) == []
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.locator(".head")).to_contain_text("#37")
    assert page.evaluate(outside) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_empty_history(context: BrowserContext, tmp_path: Path, picture: Callable[[Page, str], None]) -> None:
    """It says what to do, and shows the first delivery by itself when it comes."""
    file = tmp_path / "empty" / "deliveries.db"
    open_history(file).close()
    with inspecting(file) as inspected:
        page = context.new_page()
        page.goto(inspected.url)
        expect(page.locator(".start")).to_contain_text("cronofy listen 3000/your/hook --data-center simulator")
        picture(page, "1440-light-empty")
        assert problems(page) == []
        inspected.story.arrives()
        expect(page.locator(".head h2")).to_have_text("change")
        page.close()


def test_an_inspector_that_has_ended(
    context: BrowserContext, inspected: Inspected, tmp_path: Path, picture: Callable[[Page, str], None]
) -> None:
    """What is seen stays, actions wait and say why, and the window's title has a sign."""
    other = tmp_path / "other" / "deliveries.db"
    open_history(other).close()
    page = context.new_page()
    with inspecting(other) as ended:
        ended.story.arrives()
        page.goto(ended.url)
        expect(page.locator(".head h2")).to_have_text("change")
    expect(page.locator("#state")).to_have_text("Disconnected")
    expect(page.locator(".acts .primary")).to_be_disabled()
    expect(page).to_have_title("! cronofy inspect")
    expect(page.locator(".row")).to_have_count(1)
    picture(page, "1440-light-disconnected")
    assert problems(page) == []
    page.close()


def test_a_print_of_a_delivery(page: Page, tmp_path: Path) -> None:
    """Paper gets the delivery alone: no list, no buttons."""
    page.locator(".part").first.wait_for()
    page.emulate_media(media="print")

    expect(page.locator(".find")).to_be_hidden()
    expect(page.locator(".acts")).to_be_hidden()
    expect(page.locator(".raw")).to_be_visible()
