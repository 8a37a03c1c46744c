"""The simulator's page in a real browser, on a day that is always the same."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import LIMIT_MS, Complaints, find_made_up_words, hear, listen_to, press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator, Page

    from tests.simulator.running import Running

    Open = Callable[..., "SimulatorPage"]

READ_ONLY = """
[[accounts]]
email = "ada@example.com"
access_token = "ada"

[[accounts.profiles]]

[[accounts.profiles.calendars]]
name = "Holidays"
readonly = true
events = [{ summary = "Company party", start = "today 15:00", minutes = 120 }]
"""
"""A world whose one calendar cannot be written to."""

TODAY = date(2026, 11, 25)
NOW = "2026-11-25T09:04:31Z"
HOUR_PX = 3.85 * 16


class SimulatorPage:
    """What a user sees and does on the page."""

    def __init__(self, page: Page, simulator: Running) -> None:
        self.page = page
        self.simulator = simulator

    def event(self, title: str) -> Locator:
        """The first block of an event in the week."""
        return self.page.locator(".ev", has_text=title).first

    def row(self, text: str) -> Locator:
        """A row of what happened."""
        return self.page.locator("#log .row", has_text=text).first

    def see(self, text: str) -> None:
        """Wait until the log says something."""
        expect(self.row(text)).to_be_visible()

    def said(self, text: str) -> None:
        """Wait until the page says something for a moment."""
        hear(self.page, text)

    def drag(self, title: str, days: float = 0, hours: float = 0, *, grip: bool = False, drop: bool = True) -> None:
        """Drag an event, or its lower edge; without `drop` the button stays pressed."""
        self.has_drawn()
        block, mouse = self.event(title), self.page.mouse
        press(block.locator(".grip") if grip else block, None if grip else {"x": 12, "y": 8})
        box, column = block.bounding_box(), self.page.locator(".week-column").first.bounding_box()
        assert box is not None
        assert column is not None
        x, y = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 3) if grip else (box["x"] + 12, box["y"] + 8)
        mouse.move(x + 6, y + 6)
        mouse.move(x + days * column["width"], y + hours * HOUR_PX, steps=5)
        if drop:
            mouse.up()

    def has_drawn(self) -> None:
        """Wait until the page has drawn what the simulator knows now."""
        self.page.evaluate(
            """async () => {
                const {refresh} = await import('/page/state.js'), frame = () => new Promise(requestAnimationFrame);
                await refresh();
                await frame();
                await frame();
            }"""
        )

    def has_read(self, title: str) -> None:
        """Wait until the page knows of an event, and has had the time to draw it."""
        self.page.evaluate(
            """async title => {
                const {state} = await import('/page/state.js'), frame = () => new Promise(requestAnimationFrame);
                while (!state.events.some(event => event.title === title)) await frame();
                await frame();
                await frame();
            }""",
            title,
        )

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)


@pytest.fixture
def week(start: Callable[..., Running]) -> Running:
    """A simulator whose clock stands at a Wednesday morning, with an event of ours on Tuesday."""
    return a_week(start(seed_day=TODAY))


def a_week(simulator: Running) -> Running:
    """Let a simulator's clock stand at that morning, and add that event."""
    simulator.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
    simulator.add_event(
        calendar="Work", summary="Budget talk", start="2026-11-24T15:00:00Z", end="2026-11-24T16:00:00Z"
    )
    return simulator


@pytest.fixture
def open_page(chromium: Browser, week: Running) -> Iterator[Open]:
    """Opens the page; it must not break its policy, raise an error, or ask for anything elsewhere."""
    opened: list[tuple[Any, Complaints]] = []

    def open_one(simulator: Running = week, path: str = "/", **options: Any) -> SimulatorPage:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", **options)
        page = context.new_page()
        page.set_default_timeout(LIMIT_MS)
        listen_to(page)
        opened.append((context, Complaints(page, simulator.url)))
        page.goto(f"{simulator.url}{path}")
        page.locator(".week-block").first.wait_for(state="attached")
        return SimulatorPage(page, simulator)

    yield open_one
    made_up = [line for context, _ in opened for page in context.pages for line in find_made_up_words(page)]
    for context, _ in opened:
        context.close()
    assert made_up == []
    assert [found for _, complaints in opened for found in complaints.found] == []


@pytest.fixture
def page(open_page: Open) -> SimulatorPage:
    """The page on a wide screen."""
    return open_page()


@contextmanager
def no_edit(simulator: Running, world: str = "") -> Iterator[None]:
    """Nothing in the calendars of a world's first account is different afterwards."""
    path = f"{world}/simulator/events"
    before = simulator.get(path, limit="999")
    yield
    assert simulator.get(path, limit="999") == before


def further_world(simulator: Running, definition: str | None = None) -> str:
    """Make a world beside the first one, at the same time of the same day, and return its base path."""
    body = {} if definition is None else {"definition": definition}
    path = f"/w/{simulator.request('POST', '/simulator/worlds', 201, json=body).json()['world']}"
    simulator.request("POST", f"{path}/simulator/clock", json={"set_to": NOW, "stopped": True})
    return path
