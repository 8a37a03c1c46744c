"""How the page looks, in pictures to look at, and what axe-core says about it (WCAG 2.2, A and AA)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.looks import Pictures, overhang, problems
from tests.simulator.page.conftest import NOW, TODAY, a_week, further_world
from tests.simulator.receiver import receiving
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulator.page.conftest import SimulatorPage
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

SIZES = {"1440": (1440, 900), "1024": (1024, 800), "400": (400, 800)}
SCHEMES = {"light": ("1440", "1024", "400"), "dark": ("1440", "400")}
PARTS = ("Calendar", "Channels", "Log", "World")
"""On a narrow screen one at a time."""


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Takes pictures of the page."""
    return Pictures("simulator", tmp_path)


@pytest.fixture(scope="module")
def busy() -> Iterator[Running]:
    """A world in which much has happened, and which nobody changes."""
    settings = SimulatorSettings(port=0, coalesce_window_s=0.05, seed_day=TODAY)
    with running(settings) as simulator, receiving() as receiver:
        happen(a_week(simulator), receiver)
        yield simulator


def happen(week: Running, receiver: Receiver) -> None:
    """Let channels work and fail, and let there be faults, calls, edits and an all-day event."""
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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page(busy: Running, open_page: Any, pictures: Pictures, scheme: str) -> None:
    """Light and dark, wide and narrow, it has nothing that axe-core would report, and nothing lies outside of it."""
    page = open_page(busy, color_scheme=scheme)
    page.page.locator("#log .row").first.wait_for(state="attached")
    for size in SCHEMES[scheme]:
        width, height = SIZES[size]
        page.page.set_viewport_size({"width": width, "height": height})
        expect(page.page.locator(".week-column")).to_have_count(3 if size == "400" else 7)
        pictures.take(page.page, f"{size}-{scheme}")
        for part in PARTS if size == "400" else ("",):
            if part:
                page.page.locator("#tabs").get_by_role("button", name=part).click()
                pictures.take(page.page, f"{size}-{scheme}-{part.lower()}")
            assert problems(page.page) == [], (size, part)
            assert overhang(page.page) == 0, (size, part)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs(busy: Running, open_page: Any, pictures: Pictures, scheme: str) -> None:
    """Every dialog is labelled and legible."""
    page = open_page(busy, color_scheme=scheme)
    for key in ("n", "f", "p", "c", "k", "r", "?"):
        page.press(key)
        expect(page.dialog).to_be_visible()
        pictures.take(page.page, f"dialog-{'keys' if key == '?' else key}-{scheme}")
        assert problems(page.page) == []
        page.press("Escape")
        expect(page.dialog).to_have_count(0)


def test_while_it_is_dragged(busy: Running, open_page: Any, pictures: Pictures) -> None:
    """The event follows the pointer with its new time, and a dashed shape keeps its old place."""
    page = open_page(busy)
    page.drag("Budget talk", days=1, hours=-2, drop=False)

    expect(page.page.locator(".ev.moving")).to_contain_text("Wed 13:00–14:00")
    pictures.take(page.page, "drag")
    page.press("Escape")
    page.page.mouse.up()


def test_nothing_yet(week: Running, open_page: Any, pictures: Pictures) -> None:
    """An empty world is legible too."""
    week.request("POST", "/simulator/reset", json={})
    week.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
    page = open_page(path=f"{further_world(week)}/")
    pictures.take(page.page, "empty")
    assert problems(page.page) == []


def test_without_its_simulator(open_page: Any, pictures: Pictures) -> None:
    """The banner is legible and is spoken."""
    with running(SimulatorSettings(port=0, seed_day=TODAY)) as simulator:
        simulator.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
        page = open_page(simulator)
        page.page.locator(".ev").first.wait_for()
    expect(page.page.get_by_role("alert")).to_contain_text("The simulator does not answer")
    pictures.take(page.page, "disconnected")
    assert problems(page.page) == []


def test_nothing_moves_where_that_is_not_wanted(page: SimulatorPage, week: Running) -> None:
    """Reduced motion ends the flash of what is new."""
    # It is new for a moment only.
    page.page.evaluate(
        """() => new MutationObserver(() => {
            const fresh = document.querySelector('#log .fresh');
            if (fresh) window.animation ??= getComputedStyle(fresh).animationName;
        }).observe(document.getElementById('log'), {childList: true, subtree: true})"""
    )

    week.request("GET", "/v1/userinfo")

    page.page.wait_for_function("() => window.animation")
    assert page.page.evaluate("window.animation") == "none"
