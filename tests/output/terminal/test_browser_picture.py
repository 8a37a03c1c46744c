"""How the browser looks, byte for byte."""

from __future__ import annotations

import re

import pytest

from cronofy_cli.output.terminal.browser_picture import folded, picture
from cronofy_cli.output.terminal.browser_state import Browser, Filter, Mode, Row
from cronofy_cli.output.terminal.cells import width
from tests.golden_files import check_golden

ROWS = [
    Row(1048199, "Nov 22 11:51:40", "change", "signed", "200", "since 11:51:22Z", needs_look=False),
    Row(1048201, "Nov 22 12:03:12", "change", "wrong signature", "-", "since 12:03:00Z", needs_look=True),
    Row(1048202, "Nov 22 12:03:58", "change", "signed", "500", "since 12:03:40Z", needs_look=True),
    Row(1048203, "Nov 22 12:04:31", "smart_invite", "signed", "waiting", "", needs_look=False),
    Row(1048204, "Nov 22 12:05:02", "verification", "signed", "connection_refused (2 of 3)", "", needs_look=True),
]


def screens() -> dict[str, Browser]:
    """Return a browser in each state that has a look of its own."""
    found = {name: Browser() for name in ("list", "details", "search", "question", "help", "filtered", "nothing")}
    for name, browser in found.items():
        browser.load([] if name in {"filtered", "nothing"} else ROWS, has_older=name == "search")
    found["details"].show_details([f"line {number}" for number in range(40)])
    found["details"].scroll = 5
    found["search"].mode, found["search"].typed = Mode.SEARCH, "Design review"
    found["question"].mode, found["question"].message = Mode.QUESTION, "Send #1048204 to example.com, not this machine?"
    found["help"].mode = Mode.HELP
    found["filtered"].filter, found["filtered"].search = Filter.FAILED, "lunch"
    found["list"].selected = 2
    return found


@pytest.mark.parametrize("columns", [110, 80, 60])
def test_the_screens_are_as_they_were_drawn(columns: int) -> None:
    """Each state at each width is kept as a picture; a change of it is read in the diff."""
    drawn = []
    for name, browser in screens().items():
        lines = picture(browser, columns, 24, color=False)
        drawn += [f"== {name}, {columns} columns", *(re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in lines)]

    check_golden(f"browser-{columns}.txt", ("\n".join(drawn) + "\n").encode())


@pytest.mark.parametrize("columns", [110, 80, 60])
@pytest.mark.parametrize("rows", [24, 8])
def test_a_screen_has_its_size(columns: int, rows: int) -> None:
    """Every state fills the screen and no line is wider than it."""
    for browser in screens().values():
        lines = picture(browser, columns, rows, color=False)

        assert len(lines) == rows
        assert all(width(re.sub("\x1b\\[[0-9;]*m", "", line)) <= columns for line in lines)


def test_wide_characters_stay_in_their_columns() -> None:
    """A type of ideographs moves no column of the rows around it."""
    browser = Browser()
    odd = Row(2, "Nov 22 12:04:31", "日本語🎉", "signed", "200", "since", needs_look=False)
    browser.load([ROWS[0], odd], has_older=False)

    first, second = picture(browser, 110, 8, color=False)[1:3]

    assert width(first[: first.index("signed")]) == width(second[: second.index("signed")])


def test_the_selected_row_is_on_the_screen() -> None:
    """However long the list, the selection is seen."""
    browser = Browser()
    browser.load([ROWS[0]._replace(number=number) for number in range(500)], has_older=False)
    for place in (0, 3, 250, 497, 499):
        browser.selected = place
        lines = picture(browser, 80, 12, color=False)

        [selected] = [line for line in lines if line.startswith("▌")]
        assert f" {place} " in selected


@pytest.mark.parametrize(
    ("selected", "first"), [(0, 0), (4, 0), (5, 0), (6, 1), (250, 245), (494, 489), (495, 490), (499, 490)]
)
def test_the_selected_row_is_in_the_middle(selected: int, first: int) -> None:
    """There are rows on both sides of the selection, but near an end of the list, which fills the screen too."""
    browser = Browser()
    browser.load([ROWS[0]._replace(number=1000 + number) for number in range(500)], has_older=False)
    browser.selected = selected
    lines = picture(browser, 80, 12, color=False)

    assert [line.split()[0 if not line.startswith("▌") else 1] for line in lines[1:11]] == [
        str(1000 + first + number) for number in range(10)
    ]


def test_colour_is_not_the_only_sign() -> None:
    """With colours what needs a look is red; the words are the same without."""
    browser = Browser()
    browser.load(ROWS, has_older=False)
    plain = picture(browser, 110, 8, color=False)
    colored = picture(browser, 110, 8, color=True)

    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in colored] == [
        re.sub("\x1b\\[[0-9;]*m", "", line) for line in plain
    ]
    assert "\x1b[31m" in "".join(colored)


def test_a_folded_text_keeps_its_indentation() -> None:
    """What is too wide for the screen goes on below, indented alike."""
    assert folded("    abcdefgh\nx", 8) == ["    abcd", "    efgh", "x"]


@pytest.mark.parametrize(("columns", "has_since"), [(66, True), (65, False)])
def test_a_column_that_just_fits(columns: int, has_since: bool) -> None:
    """A column is there as soon as there is room for the widest of its texts."""
    browser = Browser()
    browser.load(ROWS[:1], has_older=False)

    assert ("since 11:51:22Z" in "".join(picture(browser, columns, 8, color=False))) is has_since


@pytest.mark.parametrize(
    ("columns", "end"),
    [(87, "copy  / search"), (86, "replay  / search"), (61, "replay  / search"), (60, "Enter details  ? keys")],
)
def test_which_keys_are_named(columns: int, end: str) -> None:
    """As many as there is room for, to the column."""
    browser = Browser()
    browser.load(ROWS[:1], has_older=False)

    assert end in picture(browser, columns, 8, color=False)[-1]
