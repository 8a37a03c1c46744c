"""The inspector's page in a real browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from cronofy_cli.inspector import feed
from tests.browser import Complaints, hear, press
from tests.inspector.conftest import inspecting
from tests.inspector.story import CHANGE, HOSTILE, TOTAL, event
from tests.outbound.app import answer_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page, Route

    from tests.inspector.conftest import Inspected
    from tests.outbound.app import App

WITHIN_S = 0.5
"""A delivery is on the page as soon after it was recorded."""


def row(page: Page, number: int) -> Locator:
    """Return a delivery's row."""
    return page.locator(f'.row[data-id="{number}"]')


def test_a_notification_appears_at_once(page: Page, inspected: Inspected) -> None:
    """The page is told of it, and does not ask; it stands on top, the selection stays with its delivery, and its events
    and its forward come after it.
    """
    # How soon that is depends on nothing but how often the history is looked at, and on how busy the machine is.
    assert feed._LOOK_S + feed._CALM_S < WITHIN_S
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))

    number = inspected.story.arrives()

    expect(page.locator(".row").first).to_have_attribute("data-id", str(number))
    expect(page.locator('.row[aria-selected="true"]')).to_contain_text("Sales call")
    expect(page.locator("#count")).to_have_text("39 deliveries")
    assert "/api/list" not in asked
    inspected.story.forwards(number, "http://localhost:1/hook", 503)
    inspected.story.reads(number, (None, event("n", "Lunch with Ada", 1, 12, created="2026-11-28T00:00:00Z")))
    expect(page.locator(".row").first).to_contain_text("Lunch with Ada")
    expect(page.locator(".row").first).to_contain_text("503")


def top_of(page: Page, number: int) -> float:
    """Return how far down a delivery's row stands, in pixels."""
    top: float = page.evaluate(
        "number => document.querySelector(`.row[data-id='${number}']`).getBoundingClientRect().top", number
    )
    return top


def test_further_down_nothing_moves(page: Page, inspected: Inspected) -> None:
    """What arrives while one reads further down is counted on a button that leads to it."""
    page.locator("#list").evaluate("list => { list.scrollTop = 600; }")
    expect(row(page, 31)).to_be_visible()
    before = top_of(page, 31)

    inspected.story.arrives()
    inspected.story.arrives()

    expect(page.locator("#fresh")).to_have_text("2 new, to the top ( . )")
    assert top_of(page, 31) == before
    page.locator("#fresh").click()
    expect(page.locator(".row").first).to_have_attribute("data-id", "40")
    expect(page.locator("#fresh")).to_be_hidden()


def test_a_click_is_not_lost_when_something_arrives_in_it(
    page: Page, context: BrowserContext, inspected: Inspected
) -> None:
    """A row that is pressed is the one that is chosen, though others come above it before the button is let go."""
    beside = context.new_page()
    beside.goto(inspected.url)
    page.bring_to_front()
    press(row(page, 35))

    number = inspected.story.arrives()
    expect(beside.locator(".row").first).to_have_attribute("data-id", str(number))
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator(".row").first).to_have_attribute("data-id", str(TOTAL))
    page.mouse.up()

    expect(page.locator(".head")).to_contain_text("#35")
    expect(page.locator(".row").first).to_have_attribute("data-id", str(number))


def test_what_one_looks_at_stays_when_the_app_answers(page: Page, inspected: Inspected) -> None:
    """A selection, a header that was asked for and the focus survive what comes to the same delivery."""
    secret = ((b"Authorization", b"Bearer abc"),)
    number = inspected.story.arrives(headers=secret)
    row(page, number).click()
    page.get_by_role("button", name="hidden: show").click()
    page.locator(".raw pre").last.evaluate("pre => getSelection().selectAllChildren(pre)")
    selected = page.evaluate("getSelection().toString()")
    page.locator(".raw pre").first.focus()

    inspected.story.forwards(number, "http://localhost:1/hook", 418)

    expect(page.locator("#part-3")).to_contain_text("418")
    expect(page.locator(".raw .hd")).to_contain_text("Bearer abc")
    expect(page.locator(".raw .hd")).to_be_focused()
    assert "notification" in selected
    assert page.evaluate("getSelection().toString()") == selected


def test_a_late_answer_of_why_takes_no_dialogs_place(page: Page) -> None:
    """What is typed into another dialog meanwhile stays; the answer comes when that is closed."""
    asked: list[Route] = []
    page.route("**/api/why", lambda route: asked.append(route))  # noqa: PLW0108 - it cannot be a built-in
    with page.expect_request("**/api/why"):
        page.keyboard.press("y")
    page.keyboard.press("t")
    page.get_by_role("dialog").get_by_role("textbox").fill("typed")
    [route] = asked
    with page.expect_response("**/api/why"):
        route.continue_()

    page.evaluate("new Promise(setTimeout)")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value("typed")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_contain_text("Why, for chn_")


def test_a_burst_is_shown_whole(page: Page, inspected: Inspected) -> None:
    """More than a page hears of at once: the newest are on top, the count is right, each stands once."""
    inspected.story.burst(300)

    expect(page.locator("#count")).to_have_text("338 deliveries")
    expect(page.locator(".row").first).to_have_attribute("data-id", "338")
    page.evaluate("window.seen = []")
    page.wait_for_function(
        """() => {
            const ids = [...document.querySelectorAll('.row[data-id]')].map(row => row.dataset.id);
            window.seen.push(...ids.filter(id => !window.seen.includes(id)));
            window.twice ||= ids.length !== new Set(ids).size;
            document.getElementById('list').scrollTop += 300;
            return ids.includes('1');
        }"""
    )
    assert page.evaluate("window.seen") == [str(number) for number in range(338, 0, -1)]
    assert page.evaluate("window.twice") is False


def test_the_filter_goes_for_what_arrives(page: Page, inspected: Inspected) -> None:
    """Only what fits stands in the list, and the rest is counted."""
    page.locator("#q").fill("type:verification")
    expect(page.locator(".row")).to_have_count(1)

    for _ in range(3):
        inspected.story.arrives()
    inspected.story.arrives(b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"}}')

    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#count")).to_have_text("2 of 42, 3 new hidden")
    expect(page.locator("#command")).to_have_text("cronofy deliveries list --type verification")


def test_a_thousand_that_do_not_fit(page: Page, inspected: Inspected) -> None:
    """Not one of them moves what is found; they are counted, and a click shows them."""
    page.locator("#q").fill("type:verification")
    expect(page.locator(".row")).to_have_count(1)

    inspected.story.burst(1000)
    inspected.story.arrives(b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"}}')

    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#count")).to_have_text("2 of 1,039, 1,000 new hidden")
    page.get_by_role("button", name="1,000 new hidden").click()
    expect(page.locator("#count")).to_have_text("1,039 deliveries")
    expect(page.locator("#q")).to_have_value("")


def test_a_hidden_page_hears_of_nothing_and_goes_on(page: Page, context: BrowserContext, inspected: Inspected) -> None:
    """It closes its stream; when it is seen again, what came meanwhile is there, each once."""
    beside = context.new_page()
    beside.goto(inspected.url)
    turn = """isHidden => {
        Object.defineProperty(document, 'hidden', {configurable: true, get: () => isHidden});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(turn, arg=True)
    inspected.story.burst(30)
    expect(beside.locator("#count")).to_have_text("68 deliveries")
    expect(page.locator("#count")).to_have_text("38 deliveries")

    page.evaluate(turn, arg=False)

    expect(page.locator("#count")).to_have_text("68 deliveries")
    shown = page.locator(".row").evaluate_all("rows => rows.map(row => +row.dataset.id)")
    assert shown == list(range(68, 68 - len(shown), -1))


def test_two_are_compared_by_a_click_and_by_an_address(
    page: Page, context: BrowserContext, inspected: Inspected
) -> None:
    """Shift and a click compare a row with the selected one; the address leads to it while it is open."""
    row(page, 35).click()
    row(page, 37).click(modifiers=["Shift"])
    title = page.get_by_role("dialog").get_by_role("heading")
    expect(title).to_contain_text("A #35 and B #37")
    expect(page).to_have_url(f"{inspected.origin}/#id=35&with=37")

    other = context.new_page()
    other.goto(f"{inspected.url}&id=35&with=37")
    expect(other.get_by_role("dialog").get_by_role("heading")).to_contain_text("A #35 and B #37")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(f"{inspected.origin}/#id=35")


def test_the_same_in_a_terminal(page: Page, context: BrowserContext, app: App) -> None:
    """Each delivery has the commands that show and replay it, to copy."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    replay = f"cronofy deliveries replay 38 --to http://localhost:{app.port}/hook"
    expect(page.locator(".commands code")).to_have_text(["cronofy deliveries show 38", replay])

    page.locator(".commands button").last.click()

    hear(page, "Copied: cronofy deliveries replay 38")
    assert page.evaluate("navigator.clipboard.readText()") == replay


def test_a_search_finds_titles(page: Page) -> None:
    """What is searched for is marked; a wrong filter says what is wrong; Escape clears it."""
    page.keyboard.press("/")
    page.keyboard.type("Design review")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row mark")).to_have_text("Design review")
    page.locator("#q").fill("status:nonsense")
    expect(page.locator("#count")).to_contain_text("--status does not know 'nonsense'")
    page.locator("#q").fill("no such thing")
    expect(page.locator("#none")).to_contain_text("No delivery matches.")
    page.keyboard.press("Escape")
    expect(page.locator("#count")).to_have_text(f"{TOTAL} deliveries")


def test_what_comes_from_outside_is_text(context: BrowserContext, inspected: Inspected) -> None:
    """Bodies, headers, titles, answers, tags and gaps: no element of theirs, no code, no request to anywhere else."""
    story = inspected.story
    hostile = HOSTILE.encode()
    number = story.arrives(
        json.dumps({"notification": {"type": HOSTILE}, "channel": {"channel_id": HOSTILE}}).encode(),
        headers=[(b"X-" + b"<b>", hostile), (b"Authorization", b"Bearer <i>hidden</i>")],
    )
    story.reads(
        number, (event("h", HOSTILE, 1, 10, calendar_id=HOSTILE), event("h", HOSTILE + "2", 2, 11, calendar_id=HOSTILE))
    )
    story.forwards(number, f"http://localhost:1/{'<b>'}", 500, body=hostile)
    page = context.new_page()
    complaints = Complaints(page, inspected.origin)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "evil.example/x" in request.url else None)
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.goto(inspected.url)

    expect(page.locator(".head h2")).to_contain_text("<img src=https://evil.example/x onerror=alert(1)>")
    expect(page.locator(".head h2")).to_contain_text("\\u202egnp.exe\\u202c \\u001b[31mred \\u009b2J \\u200b")
    expect(page.locator(".card h4").first).to_contain_text("<script>alert(2)</script>")
    expect(page.locator(".hd")).not_to_contain_text("<i>hidden</i>")
    page.locator(".hd button").click()
    expect(page.locator(".hd")).to_contain_text("Bearer <i>hidden</i>")
    for _ in range(8):
        page.keyboard.press("j")
        page.wait_for_function("() => document.querySelector('.part, .start')")
    page.keyboard.press("v")
    page.locator("#q").fill(HOSTILE[:40])
    expect(page.locator(".row").first).to_be_visible()
    assert page.locator("img, script:not([src]), main b i, main a").count() == 0
    assert page.locator("iframe, object, embed, form[action]").count() == 0
    page.close()
    assert (asked, complaints.found) == ([], [])


def test_a_replay_from_the_page_reaches_the_app(page: Page, app: App) -> None:
    """It is a row among the forwards, with its verdict, and the list shows its result."""
    page.keyboard.press("j")
    expect(page.locator(".head")).to_contain_text("#37")

    page.keyboard.press("r")

    [received] = app.await_received(1)
    assert received.body == CHANGE
    hear(page, "#37 fixed: the app answered 200 in")
    expect(page.locator(".try")).to_have_count(2)
    expect(row(page, 37)).to_contain_text("200")


def test_a_replay_to_another_machine_asks(page: Page, app: App) -> None:
    """Nothing leaves before the question is answered; cancelling sends nothing."""
    page.keyboard.press("R")
    page.locator("#to").fill("http://app.invalid/hook")
    page.locator("dialog .primary").click()
    expect(page.locator("dialog")).to_contain_text("Send it to app.invalid, which is not this machine?")
    page.locator("dialog footer .btn:not(.primary)").click()
    expect(page.locator("dialog")).to_be_hidden()
    assert app.received == []


def test_edit_and_replay(page: Page, app: App) -> None:
    """The body is checked while it is typed, signed again and sent; what came of it stands among the forwards."""
    page.keyboard.press("e")
    page.locator("textarea").fill("{")
    expect(page.locator("dialog")).to_contain_text("Not JSON any more")
    page.locator("textarea").fill('{"notification":{"type":"change"},"edited":1.0}')
    page.locator("dialog .primary").click()

    [received] = app.await_received(1)
    assert received.body == b'{"notification":{"type":"change"},"edited":1.0}'
    expect(page.locator(".try").last).to_contain_text("edited and sent, not kept")


def test_keys(page: Page, context: BrowserContext) -> None:
    """Everything is done without a mouse: next, what needs a look, parts, tags, copies, comparison, why."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("n")
    expect(page.locator(".head")).to_contain_text("#37")
    page.keyboard.press("N")
    hear(page, "No other one needs a look")
    page.keyboard.press("5")
    expect(page.locator('.facts [aria-current="true"]')).to_contain_text("Request")
    page.keyboard.press("w")
    expect(page.locator(".raw pre").last).to_have_text(CHANGE.decode())
    page.keyboard.press("c")
    hear(page, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == CHANGE.decode()
    page.keyboard.press("C")
    hear(page, "curl")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl ")
    page.keyboard.press("t")
    page.locator("#tag").fill("odd")
    page.keyboard.press("Enter")
    expect(page.locator(".head h2")).to_contain_text("@odd")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("v")
    page.keyboard.press("k")
    page.keyboard.press("v")
    expect(page.locator("dialog")).to_contain_text("A #37 and B #38")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    expect(page.locator("dialog")).to_contain_text("The channel <b>chn_1</b> is closed.")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("edit and replay signed again")


def test_what_changed(page: Page) -> None:
    """Each event field by field, and the week with before and after, which is one image with a sentence."""
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(".card").nth(0)).to_contain_text("Sales call")
    expect(page.locator(".card").nth(0)).to_contain_text("moved")
    expect(page.locator(".week")).to_have_attribute(
        "aria-label", re.compile("Sales call moved from Tue 10:00–11:00 to Wed 11:00–12:00")
    )
    expect(page.locator(".ev.before.k-moved")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".ev.after.k-moved")).to_be_hidden()


def test_a_wrong_signature_is_explained(page: Page) -> None:
    """The diagnosis comes after the rest, since it may take a moment."""
    row(page, 35).click()

    expect(page.locator(".verdict .lead.bad")).to_contain_text("signature")
    expect(page.locator(".verdict")).to_contain_text("cause")


def test_the_week_has_what_else_is_known_of_it(page: Page, inspected: Inspected) -> None:
    """Events that were not in the read stand in the week as they were last seen, and are marked as such."""
    assert page.locator(".ev.seen").count() == 0
    inspected.last_saw(
        event("s", "Sales call", 4, 11),
        event("c", "Workshop", 4, 10),
        event("d", "Dentist", 1, 9.5),
        event("e", "Late show", 1, 22),
        event("f", "Holidays", 2, 0, 24 * 20),
        event("g", "Gone", 1, 9.5, deleted=True),
        event("h", "Next week", 8, 9.5),
    )
    inspected.story.forwards(38, "http://localhost:1/hook")

    seen = page.locator(".week .ev.seen")
    expect(seen.filter(has_text="Dentist")).to_have_attribute("title", re.compile("Dentist Tue 09:30.*, as last seen"))
    assert {text.strip() for text in seen.all_text_contents()} == {"Dentist", "Holidays"}
    assert page.locator(".week .ev.other:not(.seen)", has_text="Workshop").count() == 1
    expect(page.locator("figcaption")).to_contain_text("others, as last seen")


def test_events_are_compared_by_what_they_are(page: Page, inspected: Inspected) -> None:
    """An event that stands elsewhere in the other read is met again: only what differs about it is marked."""
    told = inspected.story
    call, workshop = event("s", "Sales call", 1, 10), event("w", "Workshop", 2, 9)
    first, second = told.arrives(), told.arrives()
    told.reads(first, (None, workshop), others=[call])
    told.reads(second, (call, event("s", "Sales call", 1, 11)), others=[workshop, event("n", "Lunch", 3, 12)])
    row(page, first).click()
    expect(page.locator(".head")).to_contain_text(f"#{first}")
    page.keyboard.press("v")
    page.keyboard.press("k")
    page.keyboard.press("v")

    events = page.get_by_role("dialog").locator("tr.other", has_text="“")
    expect(events.locator("th")).to_have_text(
        ["≠ in short", "≠ “Sales call” start", "≠ “Sales call” end", "≠ “Lunch” "], use_inner_text=False
    )
    expect(events.nth(1)).to_contain_text("10:00")
    expect(events.nth(1)).to_contain_text("11:00")
    expect(events.nth(3).locator("td").first).to_have_text("not there")


def test_failures_by_their_reason(page: Page) -> None:
    """How many of each, since when, and the latest, which a click leads to; another click finds them all."""
    page.keyboard.press("f")
    rows = page.get_by_role("dialog").locator("tbody tr")
    expect(rows).to_have_count(5)
    reasons = dict(
        zip(rows.locator("th").all_text_contents(), rows.locator("td:last-child").all_text_contents(), strict=True)
    )
    assert reasons == {
        "your app: connection refused": "#37",
        "your app: 500": "#36",
        "wrong signature": "#35",
        "your app: answered after 5 s": "#33",
        "not signed": "#32",
    }
    page.get_by_role("button", name="#35").click()
    expect(page.locator(".head")).to_contain_text("#35")

    page.get_by_role("button", name="By reason").click()
    page.get_by_role("button", name="your app: 500").click()

    expect(page.locator("#q")).to_have_value("status:500")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("f")
    expect(rows).to_have_count(1)


def test_a_gap_has_a_page(page: Page) -> None:
    """How long nothing could arrive, why, and the command that reads what changed."""
    page.locator(".row.gap").click()

    expect(page.locator(".start h2")).to_contain_text("Gap from")
    expect(page.locator(".start")).to_contain_text("the tunnel ended")


def test_a_state_has_an_address(context: BrowserContext, inspected: Inspected) -> None:
    """Delivery and search are in the address, which the token leaves at once; reloading keeps them."""
    page = context.new_page()
    page.goto(f"{inspected.url}&id=36&q=type:change")
    expect(page.locator(".head")).to_contain_text("#36")
    expect(page).to_have_url(f"{inspected.origin}/#id=36&q=type%3Achange")
    page.reload()
    expect(page.locator(".head")).to_contain_text("#36")
    expect(page.locator("#q")).to_have_value("type:change")
    page.close()


def test_an_address_without_its_token(context: BrowserContext, inspected: Inspected) -> None:
    """A page of an earlier run says so, and shows nothing."""
    page = context.new_page()
    page.goto(f"{inspected.origin}/#token=of-another-run")

    expect(page.locator(".start h2")).to_have_text("This page belongs to another run")
    expect(page.locator(".row")).to_have_count(0)
    page.close()


def test_an_export_is_downloaded(page: Page) -> None:
    """What was found, redacted unless that is unticked."""
    page.locator("#q").fill("type:verification")
    expect(page.locator(".row")).to_have_count(1)
    page.locator("#list").focus()
    page.keyboard.press("x")
    page.locator("#which").select_option("found")
    with page.expect_download() as download:
        page.locator("dialog .primary").click()

    assert download.value.suggested_filename == "deliveries.ndjson"
    [line] = download.value.path().read_bytes().splitlines()
    assert b"ab12.example" not in line


def test_the_app_that_fails_again(page: Page, app: App) -> None:
    """A verdict that is not good is not green."""
    app.answer = lambda _: answer_of(500, b"still broken")
    page.keyboard.press("n")
    page.keyboard.press("r")

    expect(page.locator(".try strong.bad", has_text="still failing")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_tab_stop_for_the_list(page: Page, scheme: str) -> None:
    """The list is one place for the keyboard, and says which of its rows is meant."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two
    page.locator("#list").focus()
    page.keyboard.press("ArrowDown")

    expect(page.locator("#list")).to_have_attribute("aria-activedescendant", "row-1")
    expect(page.locator("#row-1")).to_have_attribute("aria-selected", "true")


def test_a_history_that_cannot_be_read(page: Page, inspected: Inspected) -> None:
    """The page says so with the command that helps, keeps what it shows, and goes on by itself."""
    file = inspected.story.file
    with file.open("r+b") as opened:
        head = opened.read(100)
        opened.seek(0)
        opened.write(b"no database".ljust(100))
    page.locator("#q").fill("Sales")
    expect(page.locator("#state")).to_have_text("History unreadable")
    expect(page.locator("#banner")).to_contain_text("the history is not a database, or is damaged")
    expect(page.locator(".acts .primary")).to_be_disabled()
    expect(page.locator(".row")).not_to_have_count(0)
    expect(page).to_have_title("! cronofy inspect")

    with file.open("r+b") as opened:
        opened.write(head)

    expect(page.locator("#state")).to_have_text("History only")
    expect(page.locator(".row")).to_have_count(1)


def test_a_history_that_comes_later(context: BrowserContext, tmp_path: Path) -> None:
    """A page that was open before the first delivery shows each one as it arrives, without a reload."""
    with inspecting(tmp_path / "data" / "deliveries.db") as inspected:
        page = context.new_page()
        page.goto(inspected.url)
        expect(page.locator(".start h2")).to_have_text("Nothing has been received yet")

        inspected.story.arrives()
        expect(page.locator("#count")).to_have_text("1 delivery")
        inspected.story.arrives()

        expect(page.locator("#count")).to_have_text("2 deliveries")
        expect(page.locator(".row")).to_have_count(2)
        page.close()


def test_a_history_that_is_replaced(page: Page, inspected: Inspected) -> None:
    """The page says so, and shows what is there now: nothing while there is none, then the new one."""
    for file in inspected.story.file.parent.glob("deliveries*"):
        file.unlink()

    hear(page, "The history was removed or replaced")
    expect(page.locator(".row")).to_have_count(0)
    expect(page.locator(".start h2")).to_have_text("Nothing has been received yet")
    inspected.story.arrives()

    expect(page.locator("#count")).to_have_text("1 delivery")
    expect(page.locator(".row")).to_have_attribute("data-id", "1")


def test_a_history_that_is_overwritten(page: Page, inspected: Inspected) -> None:
    """Nobody has to search for the page to notice, and it goes on by itself."""
    file = inspected.story.file
    with file.open("r+b") as opened:
        head = opened.read(100)
        opened.seek(0)
        opened.write(b"no database".ljust(100))
    expect(page.locator("#state")).to_have_text("History unreadable")

    with file.open("r+b") as opened:
        opened.write(head)

    expect(page.locator("#state")).to_have_text("History only")


def test_a_body_that_is_not_json(page: Page, inspected: Inspected) -> None:
    """What is said of it holds: no events to read, no channel to ask about, and a body unlike another one."""
    number = inspected.story.arrives(b"not json at all")
    row(page, number).click()

    expect(page.locator("#part-1")).to_contain_text("It is not JSON, so it is no notification")
    page.keyboard.press("y")
    expect(page.locator("dialog")).to_contain_text("This delivery names no channel")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.keyboard.press("j")
    page.keyboard.press("v")
    expect(page.locator(".cmp")).to_contain_text("≠ byte 0")
    expect(page.locator(".cmp")).not_to_contain_text("Body: the same")


def test_a_number_beyond_all(page: Page) -> None:
    """There is no such delivery: the list begins with the newest, and nothing is refused."""
    page.keyboard.press("g")
    page.locator("#place").fill("9" * 30)
    page.keyboard.press("Enter")

    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".row").first).to_have_attribute("data-id", str(TOTAL))
    expect(page.locator("#count")).to_have_text(f"{TOTAL} deliveries")
