"""The modules that pages share, in a real browser and under the policy that they are served with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from cronofy_cli.pages.files import PageFiles
from tests.browser import LIMIT_MS, Complaints, hear, listen_to, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title>
<link rel="stylesheet" href="shared/tokens.css"><link rel="stylesheet" href="shared/week.css">
<div id="here"></div><dialog id="dialog" aria-labelledby="dialog-title"></dialog><div id="toast" role="status"></div>"""
HOSTILE = "<img src=x onerror=alert(1)> \u202egnp.exe\u202c \x1b[31mred \u200b\u00ad"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that has nothing but the shared modules."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(HTML, encoding="utf-8")
    with served(PageFiles(folder)) as origin:
        yield origin


@pytest.fixture
def page(chromium: Browser, origin: str) -> Iterator[Page]:
    """The page, which must not break its policy."""
    page = chromium.new_page()
    page.set_default_timeout(LIMIT_MS)
    listen_to(page)
    complaints = Complaints(page, origin)
    page.goto(f"{origin}/")
    yield page
    page.close()
    assert complaints.found == []


def run(page: Page, module: str, script: str, argument: object = None) -> Any:
    """Run a function with the names of a module as `m` and an argument as `a`."""
    return page.evaluate(f"async a => {{ const m = await import('/shared/{module}.js'); {script} }}", argument)


def test_text_from_outside_is_text(page: Page) -> None:
    """Markup is shown as it is, and what cannot be seen, or turns the direction around, as its escape."""
    script = (
        "const e = m.h('p', {title: a}, a); m.$('here').append(e); return [e.textContent, e.title, e.children.length]"
    )

    text, title, children = run(page, "dom", script, HOSTILE)

    shown = "<img src=x onerror=alert(1)> \\u202egnp.exe\\u202c \\u001b[31mred \\u200b\\u00ad"
    assert (text, title, children) == (shown, shown, 5)
    assert page.locator("#here img").count() == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße, 会議 🎉", "Grüße, 会議 🎉"),
        ("👩‍👩‍👧‍👦 👩🏽‍🚀 ❤️‍🔥", "👩‍👩‍👧‍👦 👩🏽‍🚀 ❤️‍🔥"),
        ("a\u200db", "a\\u200db"),
        ("\U000e0041\ufeff", "\\u{e0041}\\ufeff"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_what_is_escaped(page: Page, text: str, shown: str) -> None:
    """Emoji that are joined stay whole; joiners between letters, tags and marks are shown."""
    assert run(page, "dom", "return m.plain(a)", text) == shown
    assert run(page, "dom", "return m.h('p', {}, a).textContent", text) == shown


@pytest.mark.parametrize(
    "properties",
    [
        {"onclick": "alert(1)"},
        {"style": "color:red"},
        {"srcdoc": "x"},
        {"href": "javascript:alert(1)"},
        {"src": "//evil"},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_no_code_or_link_from_outside(page: Page, properties: dict[str, str]) -> None:
    """There is no way to set code, style or a link to elsewhere."""
    script = "try { m.h('a', a); return 'set' } catch (error) { return error.constructor.name }"

    assert run(page, "dom", script, properties) == "TypeError"


def test_the_week_across_a_change_of_clocks(page: Page) -> None:
    """Wall times and instants lead to each other in any zone; a time that is skipped becomes the one an hour later."""
    script = """return a.map(([zone, wall]) => { const i = m.instantOf(Date.parse(wall + 'Z'), zone);
      return [new Date(i).toISOString().slice(0, 16), new Date(m.wallTime(i, zone)).toISOString().slice(0, 16)] })"""
    walls = [
        ["Europe/Berlin", "2026-03-29T01:30"],
        ["Europe/Berlin", "2026-03-29T02:30"],
        ["Europe/Berlin", "2026-03-29T03:30"],
        ["America/New_York", "2026-11-01T03:00"],
        ["Asia/Kathmandu", "2026-11-01T03:00"],
    ]

    assert run(page, "week", script, walls) == [
        ["2026-03-29T00:30", "2026-03-29T01:30"],
        ["2026-03-29T01:30", "2026-03-29T03:30"],
        ["2026-03-29T01:30", "2026-03-29T03:30"],
        ["2026-11-01T08:00", "2026-11-01T03:00"],
        ["2026-10-31T21:15", "2026-11-01T03:00"],
    ]


def test_spans_are_cut_into_days_and_lanes(page: Page) -> None:
    """A span over midnight has a part on each day, and what overlaps lies in lanes beside each other."""
    script = """const first = Date.UTC(2026, 10, 23), at = hours => first + hours * m.HOUR;
      const pieces = m.piecesOf(at(22), at(26), first, 7);
      const lanes = m.intoLanes([[9, 10], [10, 12], [10.5, 11], [11, 13], [14, 15]].map(([from, to]) => ({from, to})));
      return [pieces, lanes.map(({from, lane, lanes}) => [from, lane, lanes])]"""

    pieces, lanes = run(page, "week", script)

    assert pieces == [{"day": 0, "from": 22, "to": 24}, {"day": 1, "from": 0, "to": 2}]
    assert lanes == [[9, 0, 1], [10, 0, 2], [10.5, 1, 2], [11, 1, 2], [14, 0, 1]]


def test_a_week_is_drawn(page: Page) -> None:
    """Days have names and numbers, today is marked, and a block lies at its hours."""
    script = """const {$, h} = await import('/shared/dom.js'), first = Date.UTC(2026, 10, 23);
      const block = h('div', {cls: 'week-block', vars: m.placeOf({from: 9, to: 10.5}, 8, 10)}, 'Planning');
      const now = first + m.DAY + 12 * m.HOUR;
      const week = m.drawWeek({firstDay: first, fromHour: 8, hours: 10, now, columns: [[block]]});
      $('here').append(week);
      const box = e => e.getBoundingClientRect(), column = box(week.querySelector('.week-column'));
      return {days: [...week.querySelectorAll('.week-day')].map(e => e.innerText),
        today: week.querySelectorAll('.week-column.today').length,
        top: Math.round((box(block).top - column.top) / column.height * 100),
        height: Math.round(box(block).height / column.height * 100)}"""

    drawn = run(page, "week", script)

    days = ["Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27", "Sat 28", "Sun 29"]
    assert drawn == {"days": days, "today": 1, "top": 10, "height": 15}


def test_a_dialog_acts_or_says_why_not(page: Page) -> None:
    """What is refused leaves the dialog open with the reason, as text; Escape closes it."""
    script = """m.ask('Really?', [m.field('Name', document.createElement('input'))],
      {yes: 'Do it', act: () => Promise.reject(new Error(a))})"""
    run(page, "dialog", script, "no: <b>\u202e")

    page.get_by_role("button", name="Do it").click()
    page.get_by_role("alert").get_by_text("no: <b>\\u202e").wait_for()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_dialog_that_was_closed_leaves_the_next_one_alone(page: Page) -> None:
    """What an earlier dialog began may end late: the next one stays open, and a failure is said all the same."""
    script = """window.m = m; window.ends = [];
      const act = () => new Promise((resolve, reject) => window.ends.push({resolve, reject}));
      window.first = () => m.ask('First', [], {yes: 'Go', act});
      window.first()"""
    run(page, "dialog", script)
    for end in ("resolve()", "reject(new Error('too late'))"):
        page.get_by_role("button", name="Go").click()
        page.get_by_role("button", name="Go").click()
        page.keyboard.press("Escape")
        page.evaluate("m.ask('Second', [m.field('Name', document.createElement('input'))])")
        page.get_by_label("Name").fill("typed")
        assert page.evaluate("window.ends.length") == 1, "it acts once, however often it is pressed"
        page.evaluate(f"window.ends.pop().{end}")
        page.evaluate("new Promise(setTimeout)")
        assert page.get_by_label("Name").input_value() == "typed"
        page.evaluate("document.getElementById('dialog').close(); window.first()")

    hear(page, "First: too late")


def test_what_is_asked_late_waits_for_the_dialog_that_is_open(page: Page) -> None:
    """It comes when nobody types any more, one after the other."""
    script = """m.ask('Open', []);
      for (const title of ['Late', 'Later']) m.whenFree().then(() => m.ask(title, []))"""
    run(page, "dialog", script)

    for title in ("Open", "Late", "Later"):
        page.get_by_role("heading", name=title, exact=True).wait_for()
        page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_stays_the_same_is_not_made_again(page: Page) -> None:
    """Of the children of an element only those in the middle that differ are replaced; the focus returns to the same
    key.
    """
    script = """const {$, h, fill} = m, made = text => h('p', {}, h('button', {'data-key': text[0]}, text));
      const draw = (...all) => fill($('here'), all.map(made));
      draw('a', 'b', 'c');
      const before = [...$('here').children];
      before[1].firstChild.focus();
      draw('new', 'a', 'b2', 'b3', 'c');
      const after = [...$('here').children], texts = after.map(each => each.textContent);
      return [texts, before.map(each => after.indexOf(each)), document.activeElement.textContent]"""

    assert run(page, "dom", script) == [["new", "a", "b2", "b3", "c"], [-1, -1, 4], "b2"]
    assert run(page, "dom", "m.fill(m.$('here')); return m.$('here').children.length") == 0


def test_keys_act_unless_somebody_types(page: Page) -> None:
    """Single keys act on the page, not in a field, not with Ctrl, and not when they are switched off."""
    script = """window.acted = []; const table = [{key: 'n', words: 'new', act: () => window.acted.push('n')},
      {key: 'ArrowUp', act: () => window.acted.push('up')}, {key: '?', words: 'keys', act: () => m.showKeys(table)}];
      m.listenForKeys(table);
      const {$, h} = await import('/shared/dom.js'); $('here').append(h('input', {id: 'field'}))"""
    run(page, "keys", script)

    for keys in ("n", "Control+n", "ArrowUp", "?"):
        page.keyboard.press(keys)
    page.get_by_label("Single keys act").uncheck()
    page.keyboard.press("Escape")
    for keys in ("n", "ArrowUp"):
        page.keyboard.press(keys)
    page.locator("#field").focus()
    page.keyboard.press("ArrowUp")

    assert page.evaluate("window.acted") == ["n", "up", "up"]


def test_the_theme_goes_around_and_is_remembered(page: Page) -> None:
    """From the system's to dark, light and back; another page of this tool starts with what was chosen."""
    words = [
        run(page, "theme", "return [m.nextTheme(), document.documentElement.dataset.theme ?? null]") for _ in range(4)
    ]

    assert words == [["dark", "dark"], ["light", "light"], ["as the system", None], ["dark", "dark"]]
    page.reload()
    assert run(page, "theme", "return document.documentElement.dataset.theme") == "dark"
    assert run(page, "theme", "return getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 21)"


def test_refusals_and_silence_are_told_apart(page: Page) -> None:
    """A server that says no gives its reason; one that is gone is said to be gone."""
    script = "return m.request('GET', '/nothing').catch(error => [error.constructor.name, error.message])"
    refused = run(page, "server", f"window.server = m; {script}")
    page.context.set_offline(True)
    gone = page.evaluate("path => window.server.request('GET', path).catch(error => error.constructor.name)", "/")

    assert (refused, gone) == (["Refused", "refused (404)"], "Unreachable")
