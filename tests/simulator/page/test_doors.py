"""What else the page shows and does: channels, clock, faults, log, reset, worlds, and a simulator that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.ports import free_port
from tests.simulator.page.conftest import NOW, TODAY, further_world
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.page.conftest import SimulatorPage
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running


def test_nothing_happened_yet(week: Running, open_page: Callable[..., SimulatorPage]) -> None:
    """An empty log and no channel say what to do."""
    page = open_page(path=f"{further_world(week)}/")
    page.button("Sent").click()

    expect(page.page.locator("#log")).to_contain_text("Nothing of this kind yet")
    expect(page.page.locator("#channels")).to_contain_text("cronofy listen 3000/hook --data-center simulator")


def test_a_channel_is_opened_and_closed(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """As an application does it, with a filter; its verification is seen below the call that opened it."""
    page.button("Open…").click()
    page.dialog.get_by_label("Callback URL").fill(receiver.url)
    page.dialog.get_by_label("Only").select_option("Work")
    page.button("Open").click()

    expect(page.page.locator(".channel")).to_contain_text("only Work")
    group = page.page.locator("#log .group", has_text="POST /v1/channels")
    expect(group.locator(".child")).to_contain_text("verification →")
    page.page.get_by_role("button", name="Close the channel to").click()
    page.said("The channel is closed")
    expect(page.page.locator(".channel")).to_have_count(0)
    assert week.get("/v1/channels")["channels"] == []


def test_a_failing_channel_is_tried_again(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """It shows when the next attempt is; Try now turns the clock to it, and a success makes it well."""
    receiver.statuses = [503, 503, 503]
    week.open_channel(receiver.url)
    card = page.page.locator(".channel")
    expect(card).to_contain_text("verification, attempt 2 in 15 s")
    expect(card).to_have_attribute("data-is", "failing")

    page.button("Try now").click()
    expect(card).to_contain_text("attempt 3 in 1 min")
    page.press(">")
    expect(card).to_contain_text("attempt 4 in 5 min")
    page.button("To next try").click()

    expect(card).to_have_attribute("data-is", "open")
    expect(card.get_by_role("img")).to_have_attribute("aria-label", "Latest attempts: 4, of which 1 succeeded")
    receiver.wait_for(4, "verification")


def test_a_channel_dies_of_a_day(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """24 hours of failures in two steps of the clock: the channel is shown as closed, and why."""
    receiver.statuses = [500] * 99
    week.open_channel(receiver.url)
    page.see("verification →")

    page.button("+1 day").click()
    page.see("attempts 2 to 10")
    page.button("+1 min").click()

    expect(page.page.locator('.channel[data-is="closed"]')).to_contain_text("no notification succeeded for 24 hours")


def test_the_clock(page: SimulatorPage, week: Running) -> None:
    """It is stepped, set, started and stopped."""
    time = page.page.locator("#time")
    expect(time).to_have_text("Wed 25 Nov 2026 09:04:31")
    page.button("+1 h").click()
    expect(time).to_contain_text("10:04:31")
    page.press("+")
    expect(time).to_contain_text("11:04:31")

    time.click()
    page.dialog.get_by_label("Date").fill("2026-12-01")
    page.dialog.get_by_label("Time", exact=True).fill("08:00:00")
    page.button("Set").click()
    expect(time).to_have_text("Tue 1 Dec 2026 08:00:00")
    page.button("Runs").click()

    expect(page.button("Runs")).to_have_attribute("aria-pressed", "true")
    assert week.get("/simulator/clock")["stopped"] is False
    page.see("clock set to 2026-12-01T08:00:00Z")


def test_faults(page: SimulatorPage, week: Running) -> None:
    """They are ordered, seen to strike, and taken back one by one; a slow provider is one of them."""
    page.press("f")
    page.dialog.get_by_label("What").select_option("503")
    page.dialog.get_by_label("How often").select_option("5")
    page.dialog.get_by_role("button", name="Add").click()
    expect(page.page.locator(".fault")).to_contain_text("503, the next 5 calls")
    expect(page.dialog).to_have_count(0)
    page.press("f")
    page.dialog.get_by_label("What").select_option("slow")
    page.dialog.get_by_role("button", name="Add").click()
    expect(page.page.locator(".fault")).to_have_count(2)

    week.request("GET", "/v1/events?tzid=Etc/UTC", 503)
    expect(page.page.locator(".fault").first).to_contain_text("the next 4 calls")
    page.see("an ordered fault")
    page.page.get_by_role("button", name="Clear the fault of GET /v1/events").click()
    page.page.get_by_role("button", name="Let the provider be fast again").click()

    expect(page.page.locator("#world")).to_contain_text("None: every call works.")
    week.request("GET", "/v1/events?tzid=Etc/UTC")


def test_a_push(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """Any type goes to any channel, as from the dashboard."""
    week.open_channel(receiver.url)
    page.button("Push…").click()
    page.dialog.get_by_label("Type").fill("brand_new")
    page.button("Push").click()

    page.said("Pushed to 1 channel")
    page.see("brand_new pushed to every channel")
    receiver.wait_for(1, "brand_new")


def test_calls_are_seen_as_they_come(page: SimulatorPage, week: Running) -> None:
    """What an application asks stands in the log at once, also what is not simulated; filters choose."""
    week.request("GET", "/v1/userinfo")
    page.see("GET /v1/userinfo")
    week.request("GET", "/v1/resources", 501)
    page.see("this simulator does not do GET /v1/resources")

    page.button("Edits").click()
    expect(page.row("owner added “Budget talk”")).to_be_visible()
    expect(page.row("GET /v1/userinfo")).to_have_count(0)


def test_reset(page: SimulatorPage, week: Running) -> None:
    """After a question the world is as it was loaded, and the page shows that."""
    week.open_channel("http://127.0.0.1:9/")
    page.see("POST /v1/channels")
    page.button("Reset…").click()
    page.button("Reset").click()

    page.said("The world is as it was loaded")
    expect(page.page.locator("#channels")).to_contain_text("No channel is open")
    expect(page.page.locator("#log")).to_contain_text("Nothing yet.")
    assert week.get("/v1/channels")["channels"] == []


def test_a_reset_from_elsewhere_is_seen(page: SimulatorPage, week: Running) -> None:
    """The page follows the world that takes the place of the one that it showed."""
    week.request("POST", "/simulator/reset", json={})
    expect(page.page.locator("#log")).to_contain_text("Nothing yet.")

    week.add_event(calendar="Work", summary="After the reset")

    page.see("owner added “After the reset”")


def test_worlds_do_not_see_each_other(page: SimulatorPage, week: Running) -> None:
    """A new one has a page of its own, where edits leave the first one alone."""
    page.page.get_by_role("button", name="The first world").click()
    page.button("New world").click()
    page.page.wait_for_url("**/w/*/")
    expect(page.page.locator("#log")).to_contain_text("Nothing yet.")
    page.press("n")
    page.dialog.get_by_label("Title").fill("Only here")
    page.button("Add").click()
    page.see("owner added “Only here”")

    assert week.get("/simulator/events", search="Only here")["events"] == []
    page.page.get_by_role("button", name="of 2").click()
    page.page.get_by_role("link", name="The first world").click()
    page.see("owner added “Budget talk”")


def test_credentials_are_shown(page: SimulatorPage, week: Running) -> None:
    """What an application needs, to copy."""
    page.press("k")

    dialog = page.dialog
    for text in (week.url, "simulator-client-id", "CRN_simulator_client_secret", "simulator-access-token"):
        expect(dialog).to_contain_text(text)


def test_a_page_without_its_simulator(
    open_page: Callable[..., SimulatorPage],
) -> None:
    """It says so, keeps what is seen, refuses edits, and goes on by itself once a simulator is there again."""
    settings = SimulatorSettings(port=free_port(), seed_day=TODAY)
    with running(settings) as first:
        first.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
        page = open_page(first)
        expect(page.event("Sprint planning")).to_be_visible()
    banner = page.page.locator("#banner")
    expect(banner).to_contain_text("The simulator does not answer")
    expect(page.page).to_have_title("! cronofy simulator")
    page.drag("Sprint planning", days=1)
    page.said("The simulator does not answer: nothing can be moved")

    with running(settings) as second:
        second.request("POST", "/simulator/clock", json={"set_to": NOW, "stopped": True})
        page.button("Try now").click()
        expect(banner).to_be_hidden()
        second.add_event(calendar="Work", summary="Back again")
        page.see("owner added “Back again”")
