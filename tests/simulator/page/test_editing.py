"""Events are edited on the page by mouse and by keys, as their owner and as an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import press
from tests.simulator.page.conftest import READ_ONLY, further_world, no_edit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.page.conftest import SimulatorPage
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

TITLE = "Budget talk"


def times_of(simulator: Running, title: str = TITLE) -> tuple[str, str]:
    """Return from when until when an event is."""
    (event,) = simulator.get("/simulator/events", search=title)["events"]
    return event["start"], event["end"]


def test_a_dragged_event_is_notified(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """Dropped a day later and an hour earlier it is there for the API, and the notification is seen going out."""
    week.open_channel(receiver.url)

    page.drag(TITLE, days=1, hours=-1)

    page.said("Moved “Budget talk” to Wed 14:00–15:00, 25 Nov 2026.")
    page.see("owner moved “Budget talk” to Wed 14:00–15:00")
    receiver.wait_for(1, "change")
    child = page.page.locator("#log .group", has_text="owner moved").locator(".child", has_text="change →")
    expect(child).to_contain_text("200")
    assert times_of(week) == ("2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z")


def test_the_lower_edge_changes_the_length(page: SimulatorPage, week: Running) -> None:
    """It snaps to quarters of an hour, and the start stays."""
    page.drag(TITLE, hours=0.8, grip=True)

    page.see("owner moved “Budget talk” to Tue 15:00–16:45")
    assert times_of(week) == ("2026-11-24T15:00:00Z", "2026-11-24T16:45:00Z")


def test_escape_puts_a_dragged_event_back(page: SimulatorPage, week: Running) -> None:
    """While the button is pressed, Escape ends the drag and nothing is changed."""
    with no_edit(week):
        page.drag(TITLE, days=2, hours=1, drop=False)
        expect(page.page.locator(".ghost")).to_be_visible()
        page.press("Escape")
        page.page.mouse.up()

        page.said("Put back")
        expect(page.event(TITLE)).to_contain_text("15:00–16:00")


def meanwhile(page: SimulatorPage, week: Running) -> None:
    """Let something happen elsewhere in the calendar, of which the page has read."""
    week.add_event(calendar="Work", summary="Meanwhile", start="2026-11-27T10:00:00Z", end="2026-11-27T11:00:00Z")
    page.has_read("Meanwhile")


@pytest.mark.parametrize("key", [None, "Shift"])
def test_a_drag_goes_on_when_something_else_changes(key: str | None, page: SimulatorPage, week: Running) -> None:
    """Wherever the focus was before, and with a key pressed on the way, what is dragged is not taken away by what
    happens elsewhere; that is drawn when it is dropped.
    """
    page.button("Later").focus()
    page.drag(TITLE, days=1, drop=False)
    if key is not None:
        page.press(key)
    meanwhile(page, week)
    expect(page.page.locator(".ev.moving")).to_contain_text("Wed 15:00–16:00")
    expect(page.event("Meanwhile")).to_have_count(0)

    page.page.mouse.up()

    page.said("Moved “Budget talk” to Wed 15:00–16:00")
    expect(page.event("Meanwhile")).to_be_visible()
    assert times_of(week)[0] == "2026-11-25T15:00:00Z"


def test_a_drag_that_the_window_takes_no_part_in_any_more(page: SimulatorPage, week: Running) -> None:
    """When another window comes to the front the event is put back, and nothing stays as if it were dragged."""
    with no_edit(week):
        page.drag(TITLE, days=1, drop=False)
        page.page.evaluate("dispatchEvent(new Event('blur'))")

        page.said("Put back")
        expect(page.event(TITLE)).to_contain_text("15:00–16:00")
        expect(page.page.locator("html[data-dragging], .ghost")).to_have_count(0)
        page.page.mouse.up()


def test_a_click_is_not_lost_when_something_changes_in_it(page: SimulatorPage, week: Running) -> None:
    """A button that is pressed is still there when it is let go."""
    page.button("Later").focus()
    press(page.page.get_by_role("button", name="Disconnect Google"))
    meanwhile(page, week)

    page.page.mouse.up()

    page.said("is disconnected")


def test_what_is_selected_in_the_log_stays_selected(page: SimulatorPage, week: Running) -> None:
    """New rows come above it."""
    week.request("GET", "/v1/userinfo")
    page.see("GET /v1/userinfo")
    page.row("GET /v1/userinfo").evaluate("row => getSelection().selectAllChildren(row.querySelector('.what'))")

    meanwhile(page, week)

    page.see("owner added “Meanwhile”")
    assert "GET /v1/userinfo" in page.page.evaluate("getSelection().toString()")


def test_typed_times_survive_all_day(page: SimulatorPage) -> None:
    """Who ticks `All day` and takes it back has what was typed before."""
    page.press("n")
    page.dialog.get_by_label("From, date").fill("2026-11-30")
    page.dialog.get_by_label("From, time").fill("07:45")
    page.dialog.get_by_label("All day").check()
    expect(page.dialog.get_by_label("From, date")).to_have_value("2026-11-30")
    page.dialog.get_by_label("All day").uncheck()

    expect(page.dialog.get_by_label("From, time")).to_have_value("07:45")


def test_an_event_is_moved_by_keys(page: SimulatorPage, week: Running) -> None:
    """`m` takes it, arrows move it, Shift changes its length, Enter drops it; the focus stays on it."""
    page.event(TITLE).focus()

    page.press("m", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "Shift+ArrowDown", "Enter")

    page.see("owner moved “Budget talk” to Thu 14:30–15:45")
    assert times_of(week) == ("2026-11-26T14:30:00Z", "2026-11-26T15:45:00Z")
    expect(page.event(TITLE)).to_be_focused()


def test_keys_put_it_back_too(page: SimulatorPage, week: Running) -> None:
    """Escape leaves everything as it was."""
    with no_edit(week):
        page.event(TITLE).focus()
        page.press("m", "ArrowRight", "ArrowDown", "Escape")
        page.said("Put back")
        expect(page.event(TITLE)).to_be_focused()


def test_arrows_go_from_event_to_event(page: SimulatorPage) -> None:
    """There is one tab stop, and arrows lead on from it."""
    assert page.page.locator('.ev[tabindex="0"]').count() == 1
    page.event(TITLE).focus()

    page.press("ArrowLeft")
    expect(page.page.locator(".ev:focus")).to_have_attribute(
        "aria-label", "Sprint planning, Mon 10:00–11:30, Work, recurring"
    )
    page.press("ArrowUp")
    expect(page.page.locator(".ev:focus")).to_contain_text("Stand-up")


def test_an_event_is_edited_in_a_form(page: SimulatorPage, week: Running) -> None:
    """Enter opens it; what is different is saved, and the focus returns to the event."""
    page.event(TITLE).focus()
    page.press("Enter")
    page.dialog.get_by_label("Title").fill("Annual review")
    page.dialog.get_by_label("To, time").fill("17:30")
    page.dialog.get_by_label("Location").fill("Room 1")
    page.button("Save").click()

    page.said("Changed “Annual review”")
    expect(page.event("Annual review")).to_be_focused()
    assert times_of(week, "Annual review") == ("2026-11-24T15:00:00Z", "2026-11-24T17:30:00Z")


def test_a_form_says_what_is_wrong(page: SimulatorPage, week: Running) -> None:
    """It stays open with the reason, from the page or from the simulator."""
    with no_edit(week):
        page.event(TITLE).dblclick()
        page.dialog.get_by_label("To, time").fill("14:00")
        page.button("Save").click()
        expect(page.page.get_by_role("alert")).to_have_text("It must end after it begins")
        page.dialog.get_by_label("Description").fill("long" * 2000)
        page.dialog.get_by_label("To, time").fill("16:00")
        page.press("Escape")


@pytest.mark.parametrize(("x", "y"), [(50, 400), (-1, 400), (640, 1)])
def test_an_event_that_is_dropped_outside_the_week(x: int, y: int, page: SimulatorPage, week: Running) -> None:
    """It is put back: beside the week, on what stands there, and above it; no other week gets it."""
    mouse, size = page.page.mouse, page.page.viewport_size
    assert size is not None
    with no_edit(week):
        page.drag(TITLE, days=1, drop=False)
        mouse.move(x % size["width"], y, steps=5)
        mouse.up()

        page.said("Put back")
        expect(page.event(TITLE)).to_contain_text("15:00–16:00")


def test_deleting_leaves_the_keyboard_in_the_week(page: SimulatorPage, week: Running) -> None:
    """The next event has the focus, so that arrows and Delete go on from there."""
    page.event(TITLE).focus()
    page.press("Delete")

    expect(page.event(TITLE)).to_have_count(0)
    expect(page.page.locator(".ev:focus")).not_to_contain_text(TITLE)


def test_an_event_is_added_deleted_and_brought_back(page: SimulatorPage, week: Running) -> None:
    """`n` adds, Delete deletes, and the row of the deletion brings it back."""
    page.press("n")
    page.dialog.get_by_label("Title").fill("Dress rehearsal")
    page.dialog.get_by_label("Calendar").select_option("Work")
    page.button("Add").click()
    expect(page.event("Dress rehearsal")).to_be_focused()
    added = times_of(week, "Dress rehearsal")

    page.press("Delete")
    page.said("Deleted “Dress rehearsal”")
    expect(page.event("Dress rehearsal")).to_have_count(0)
    page.button("Undelete").click()

    expect(page.event("Dress rehearsal")).to_be_visible()
    assert times_of(week, "Dress rehearsal") == added == ("2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z")


def test_an_all_day_event(page: SimulatorPage, week: Running) -> None:
    """It stands above the hours, and `m` moves it by days."""
    page.press("n")
    page.dialog.get_by_label("Title").fill("Garden day")
    page.dialog.get_by_label("All day").check()
    page.button("Add").click()
    expect(page.page.locator(".week-day .chip", has_text="Garden day")).to_be_focused()

    page.press("m", "ArrowRight", "Enter")

    page.said("Moved “Garden day” to Thu 26 Nov 2026")
    assert times_of(week, "Garden day") == ("2026-11-26", "2026-11-27")


def test_edits_of_the_application_are_not_notified(
    page: SimulatorPage, week: Running, receiver: Receiver, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """What the application writes is managed by it; its channel hears nothing, and the log says why."""
    week.open_channel(receiver.url)
    receiver.wait_for(1, "verification")
    page.button("Application").click()
    page.press("n")
    page.dialog.get_by_label("Title").fill("Booking 4711")
    page.button("Add").click()
    page.see("POST /v1/calendars/")
    expect(page.event("Booking 4711")).to_contain_text("managed")

    page.drag("Booking 4711", days=1)

    page.said("As the application: it is not notified of its own changes")
    wait_until(lambda: times_of(week, "Booking 4711")[0] == "2026-11-26T10:00:00Z")
    page.see("the application is not notified of its own changes")
    week.settle()
    assert receiver.received("change") == []


def test_what_an_application_may_not_is_said(page: SimulatorPage, week: Running) -> None:
    """An event of the owner's needs elevated access: it goes back, and the status and its meaning are said."""
    with no_edit(week):
        page.button("Application").click()
        page.drag(TITLE, days=1)
        page.said("Not done: the application may not (403)")
        expect(page.event(TITLE)).to_contain_text("15:00–16:00")


def test_a_read_only_calendar_cannot_be_edited(week: Running, open_page: Callable[..., SimulatorPage]) -> None:
    """Its events have a lock, are not taken by mouse or keys, and their dialog has nothing to save."""
    world = further_world(week, READ_ONLY)
    page = open_page(path=f"{world}/")
    with no_edit(week, world):
        page.drag("Company party", days=1)
        page.said("“Holidays” is read-only")
        page.press("n")
        page.said("This account has no calendar to write to")
        page.event("Company party").focus()
        page.press("m")
        page.said("“Holidays” is read-only")
        page.press("Enter")
        expect(page.dialog).to_contain_text("read-only")
        assert page.button("Save").count() == 0


def test_a_disconnected_profile_is_not_noticed(page: SimulatorPage, week: Running, receiver: Receiver) -> None:
    """It is seen to be lost, edits say that Cronofy does not notice them, and reconnecting is notified."""
    week.open_channel(receiver.url)
    page.page.get_by_role("button", name="Disconnect Google").click()
    page.said("is disconnected")
    receiver.wait_for(1, "profile_disconnected")

    page.drag(TITLE, days=1)

    page.see("not noticed: its profile is disconnected")
    week.settle()
    assert receiver.received("change") == []
    page.page.get_by_role("button", name="Reconnect Google").click()
    receiver.wait_for(1, "change")


def test_hostile_titles_are_text(page: SimulatorPage, week: Running) -> None:
    """Markup, direction marks and controls from a calendar are shown, not followed."""
    title = '<img src=x onerror="document.title=1"> \u202egnp\u200b </b><script>document.title=1</script>'

    event = week.add_event(calendar="Work", summary=title, start="2026-11-25T12:00:00Z", end="2026-11-25T14:00:00Z")

    shown = title.replace("\u202e", "\\u202e").replace("\u200b", "\\u200b")
    page.see(shown)
    expect(page.page.locator(f'[data-uid="{event["event_uid"]}"] b')).to_have_text(shown)
    assert page.page.locator(":is(#week, #log) :is(img, script)").count() == 0
    assert page.page.title() == "cronofy simulator"


def test_a_key_that_comes_before_a_closed_dialog_has_lost_the_focus(page: SimulatorPage, week: Running) -> None:
    """A field of a dialog has the focus for a moment after Escape; a key that is pressed then acts all the same."""
    page.press("n")
    expect(page.dialog).to_be_visible()
    page.page.evaluate(
        "() => { const field = document.activeElement; document.getElementById('dialog').close();"
        " field.dispatchEvent(new KeyboardEvent('keydown', {key: 'f', bubbles: true, cancelable: true})); }"
    )

    expect(page.dialog).to_contain_text("Add a fault")
