"""How the page looks, in pictures to look at, and what axe-core says about it (WCAG 2.2, A and AA)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.simulator.page.conftest import NOW, TODAY, further_world
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.page.conftest import SimulatorPage
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

PICTURES = "CRONOFY_TEST_PICTURES"
"""The folder for the pictures; without it they are the test's own."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDE = {"width": 1440, "height": 900}
MIDDLE = {"width": 1024, "height": 800}
NARROW = {"width": 400, "height": 800}


def problems(page: SimulatorPage) -> list[str]:
    """Return what axe-core finds."""
    found = Axe().run(page.page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[SimulatorPage, str], None]:
    """Takes a picture of the page."""
    folder = Path(os.environ.get(PICTURES) or tmp_path)

    def take(page: SimulatorPage, name: str) -> None:
        page.page.screenshot(path=folder / f"simulator-{name}.png")
        assert (folder / f"simulator-{name}.png").stat().st_size > 5000

    return take


@pytest.fixture
def busy(week: Running, receiver: Receiver) -> Running:
    """A world in which much has happened: channels that work and fail, faults, calls, edits, an all-day event."""
    week.open_channel(receiver.url)
    receiver.wait_for(1, "verification")
    receiver.statuses = [503] * 2
    week.open_channel(f"{receiver.url}?broken", calendar_ids=[week.calendar_id("Work")])
    receiver.wait_for(2, "verification")
    week.settle_attempts(2)
    week.request("POST", "/simulator/clock", json={"advance_s": 15})
    week.add_event(calendar="Home", summary="Team offsite", start="2026-11-26", end="2026-11-28")
    week.add_event(
        calendar="Home", summary="Hiring \u202epanel", start="2026-11-26T10:30:00Z", end="2026-11-26T12:00:00Z"
    )
    week.write_event(
        week.calendar_id("Work"),
        "b1",
        summary="Booking 4711",
        start="2026-11-27T11:00:00Z",
        end="2026-11-27T12:30:00Z",
    )
    week.settle_attempts(5)
    week.request("GET", "/v1/events?tzid=Etc/UTC&last_modified=2026-11-25T09:04:46Z")
    week.request("GET", "/v1/resources", 501)
    week.request("POST", "/simulator/faults", 201, json={"path_prefix": "/v1/events", "status": 429, "times": 2})
    week.request("POST", "/simulator/provider", json={"delay_s": 20})
    return week


@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [
        ("1440-light", WIDE, "light"),
        ("1440-dark", WIDE, "dark"),
        ("1024-light", MIDDLE, "light"),
        ("400-light", NARROW, "light"),
        ("400-dark", NARROW, "dark"),
    ],
)
def test_the_page(
    busy: Running, open_page: Any, picture: Callable[[SimulatorPage, str], None], name: str, viewport: Any, scheme: str
) -> None:
    """Light and dark, wide and narrow, it has nothing that axe-core would report, and nothing lies outside of it."""
    page = open_page(color_scheme=scheme)
    page.page.set_viewport_size(viewport)
    page.page.locator("#log .row").first.wait_for(state="attached")
    expect(page.page.locator(".week-column")).to_have_count(3 if viewport is NARROW else 7)
    picture(page, name)
    parts = ("Calendar", "Channels", "Log", "World") if viewport is NARROW else ("",)
    for part in parts:
        if part:
            page.page.locator("#tabs").get_by_role("button", name=part).click()
            picture(page, f"{name}-{part.lower()}")
        assert problems(page) == []
        assert page.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs(busy: Running, open_page: Any, picture: Callable[[SimulatorPage, str], None], scheme: str) -> None:
    """Every dialog is labelled and legible."""
    page = open_page(color_scheme=scheme)
    for key in ("n", "f", "p", "c", "k", "r", "?"):
        page.press(key)
        expect(page.dialog).to_be_visible()
        picture(page, f"dialog-{'keys' if key == '?' else key}-{scheme}")
        assert problems(page) == []
        page.press("Escape")
        expect(page.dialog).to_have_count(0)


def test_while_it_is_dragged(busy: Running, open_page: Any, picture: Callable[[SimulatorPage, str], None]) -> None:
    """The event follows the pointer with its new time, and a dashed shape keeps its old place."""
    page = open_page()
    page.drag("Budget talk", days=1, hours=-2, drop=False)

    expect(page.page.locator(".ev.moving")).to_contain_text("Wed 13:00–14:00")
    picture(page, "drag")
    page.press("Escape")
    page.page.mouse.up()


def test_nothing_yet(week: Running, open_page: Any, picture: Callable[[SimulatorPage, str], None]) -> None:
    """An empty world is legible too."""
    week.request("POST", "/simulator/reset", json={})
    week.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
    page = open_page(path=f"{further_world(week)}/")
    picture(page, "empty")
    assert problems(page) == []


def test_without_its_simulator(open_page: Any, picture: Callable[[SimulatorPage, str], None]) -> None:
    """The banner is legible and is spoken."""
    with running(SimulatorSettings(port=0, seed_day=TODAY)) as simulator:
        simulator.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
        page = open_page(simulator)
        page.page.locator(".ev").first.wait_for()
    expect(page.page.get_by_role("alert")).to_contain_text("The simulator does not answer")
    picture(page, "disconnected")
    assert problems(page) == []


def test_nothing_moves_where_that_is_not_wanted(page: SimulatorPage, week: Running) -> None:
    """Reduced motion ends the flash of what is new."""
    week.request("GET", "/v1/userinfo")
    fresh = page.page.locator("#log .fresh").first

    assert fresh.evaluate("element => getComputedStyle(element).animationName") == "none"
