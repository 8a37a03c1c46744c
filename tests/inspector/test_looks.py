"""How the inspector looks, in pictures to look at, and what axe-core says about it (WCAG 2.2, A and AA)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cronofy_cli.adapters.history import open_history
from tests.browser import LIMIT_MS, Complaints
from tests.inspector.conftest import inspecting
from tests.inspector.story import Story
from tests.looks import Pictures, overhang, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.inspector.conftest import Inspected

SIZES = {"1440": (1440, 900), "1024": (1024, 768), "400": (400, 800)}
STATES = {
    "change": [],
    "details": ["Enter"],
    "signature": ["n", "n", "n", "2"],
    "app": ["n", "n", "3"],
    "edit": ["e"],
    "keys": ["?"],
    "reasons": ["f"],
    "compare": ["v", "j", "v"],
}
BACK = ["Escape", "Escape", "."]
"""From each of them to the newest delivery in the list."""


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Takes pictures of the page."""
    return Pictures("inspector", tmp_path)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspected]:
    """An inspector of a history in which one of everything has happened, and which nobody changes."""
    file = tmp_path_factory.mktemp("looks") / "deliveries.db"
    open_history(file).close()
    Story(file).tell("http://localhost:3000/hook")
    with inspecting(file) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wrong_for_anybody(
    size: str, scheme: str, chromium: Browser, shown: Inspected, pictures: Pictures
) -> None:
    """In no state axe-core finds anything, and nothing lies outside of the page's width."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of two
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    complaints = Complaints(page, shown.origin)
    page.goto(shown.url)
    for state, keys in STATES.items():
        expect(page.locator(".head")).to_contain_text("#38")
        for key in keys:
            page.keyboard.press(key)
        expect_state(page, state)
        pictures.take(page, f"{size}-{scheme}-{state}")
        assert problems(page) == [], state
        assert overhang(page) == 0, state
        for key in BACK:
            page.keyboard.press(key)
    context.close()
    assert complaints.found == []


def expect_state(page: Page, state: str) -> None:
    """Wait until a state is there."""
    if state == "signature":
        expect(page.locator(".head")).to_contain_text("#35")
        page.locator(".verdict .lead.bad").wait_for(state="attached")
    elif state == "app":
        expect(page.locator(".head")).to_contain_text("#36")
    expect(page.locator("dialog[open]")).to_have_count(1 if state in {"compare", "edit", "keys", "reasons"} else 0)


@pytest.mark.parametrize("width", [400, 1024, 1300])
def test_nothing_is_cut(width: int, page: Page) -> None:
    """The longest state and result fit too: each button and fact is inside of the page, and of what scrolls."""
    page.set_viewport_size({"width": width, "height": 800})
    outside = """() => {
        document.getElementById('state').lastChild.textContent = 'Listening, 23 h 59 min';
        return [...document.querySelectorAll('#help, #theme, .chip, .facts b')].filter(each => {
            const box = each.getBoundingClientRect(), around = each.parentElement.getBoundingClientRect();
            const isCut = each.clientWidth && each.scrollWidth > each.clientWidth + 1;
            return box.width && (box.right > innerWidth || box.right > around.right + 1 || isCut);
        }).map(each => each.textContent);
    }"""

    assert page.evaluate(outside) == []
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.locator(".head")).to_contain_text("#37")
    assert page.evaluate(outside) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_empty_history(context: BrowserContext, tmp_path: Path, pictures: Pictures) -> None:
    """It says what to do, and shows the first delivery by itself when it comes."""
    file = tmp_path / "empty" / "deliveries.db"
    open_history(file).close()
    with inspecting(file) as inspected:
        page = context.new_page()
        page.goto(inspected.url)
        expect(page.locator(".start")).to_contain_text("cronofy listen 3000/your/hook --data-center simulator")
        pictures.take(page, "1440-light-empty")
        assert problems(page) == []
        inspected.story.arrives()
        expect(page.locator(".head h2")).to_have_text("change")
        page.close()


def test_an_inspector_that_has_ended(
    context: BrowserContext, inspected: Inspected, tmp_path: Path, pictures: Pictures
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
    pictures.take(page, "1440-light-disconnected")
    assert problems(page) == []
    page.close()


def test_while_deliveries_are_counted(context: BrowserContext, inspected: Inspected) -> None:
    """What is not counted yet has a name for a screen reader, too."""
    page = context.new_page()
    page.route("**/api/strip*", lambda _: None)
    with page.expect_request("**/api/strip*"):
        page.goto(inspected.url)
    expect(page.locator(".row").first).to_be_visible()

    assert problems(page) == []
    expect(page.locator("#count")).to_have_text("")
    page.close()


def test_a_print_of_a_delivery(page: Page, tmp_path: Path) -> None:
    """Paper gets the delivery alone: no list, no buttons."""
    page.locator(".part").first.wait_for()
    page.emulate_media(media="print")

    expect(page.locator(".find")).to_be_hidden()
    expect(page.locator(".acts")).to_be_hidden()
    expect(page.locator(".raw")).to_be_visible()
