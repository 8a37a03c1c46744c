"""What the keys of the browser do."""

from __future__ import annotations

import pytest

from cronofy_cli.core.keys import Key, Pasted
from cronofy_cli.output.terminal.browser_state import (
    DETAIL_BINDINGS,
    LIST_BINDINGS,
    Asked,
    Browser,
    Filter,
    Mode,
    Request,
    Row,
)


def row(number: int, *, needs_look: bool = False) -> Row:
    """Return a row."""
    return Row(number, "Nov 22 12:04:31", "change", "signed", "200", "", needs_look)


@pytest.fixture
def browser() -> Browser:
    """A browser of ten deliveries, the newest selected; #4 needs a look."""
    browser = Browser()
    browser.load([row(number, needs_look=number == 4) for number in range(1, 11)], has_older=False)
    return browser


def press(browser: Browser, *keys: str) -> Request | None:
    """Press keys, and return what the last one asked for."""
    found = None
    for key in keys:
        found = browser.press(key)
    return found


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ([], 10),
        ([Key.UP], 9),
        (["k", "k", "j"], 9),
        ([Key.HOME], 1),
        ([Key.HOME, Key.UP], 1),
        ([Key.HOME, Key.END], 10),
        ([Key.DOWN], 10),
        (["4", Key.ENTER], 4),
        (["1", "0", Key.ENTER], 10),
        (["4", Key.ESCAPE], 10),
        (["N"], 4),
        ([Key.HOME, "n"], 4),
    ],
)
def test_the_selection_moves(browser: Browser, keys: list[str], number: int) -> None:
    """Arrows, pages, ends, numbers and what needs a look select a delivery, and never leave the list."""
    press(browser, *keys)

    assert browser.number == number


def test_pages_are_those_of_the_screen(browser: Browser) -> None:
    """A page is as many rows as the screen shows."""
    browser.page = 4
    press(browser, Key.PAGE_UP)
    up = browser.number
    press(browser, Key.PAGE_DOWN)

    assert (up, browser.number) == (6, 10)


def test_a_number_that_is_not_there_is_said(browser: Browser) -> None:
    """The selection stays where it is."""
    press(browser, "7", "7", Key.ENTER)

    assert (browser.number, browser.message) == (10, "#77 is not in this list")


def test_new_ones_do_not_move_the_selection_unless_it_follows(browser: Browser) -> None:
    """At the newest the selection goes along; elsewhere it stays with its delivery."""
    browser.put_after([row(11)])
    followed = browser.number
    press(browser, Key.UP)
    browser.put_after([row(12)])

    assert (followed, browser.number) == (11, 10)


def test_older_ones_are_asked_for_at_the_first_and_do_not_move_the_selection() -> None:
    """Going on upwards reads more, as long as there is more."""
    browser = Browser()
    browser.load([row(5), row(6)], has_older=True)

    assert press(browser, Key.UP) == Request(Asked.OLDER)
    browser.put_before([row(3), row(4)], has_older=False)
    assert browser.number == 5
    assert press(browser, Key.HOME, Key.UP) is None


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (Key.ENTER, Asked.DETAILS),
        ("d", Asked.DETAILS),
        ("r", Asked.REPLAY),
        ("e", Asked.EDIT),
        ("c", Asked.COPY_BODY),
        ("C", Asked.COPY_CURL),
    ],
)
def test_actions_are_for_the_selected_one(browser: Browser, key: str, what: Asked) -> None:
    """An action names the delivery that is selected, and is nothing where there is none."""
    press(browser, Key.UP)

    assert press(browser, key) == Request(what, 9)
    assert Browser().press(key) is None


def test_a_search_is_typed_and_asked_for(browser: Browser) -> None:
    """Letters go into the search, also those that are keys; a paste is text."""
    press(browser, "/", "q", "r", Key.BACKSPACE, Pasted("uit\n"))

    assert press(browser, Key.ENTER) == Request(Asked.LOAD)
    assert (browser.search, browser.mode) == ("quit", Mode.LIST)


def test_esc_ends_a_search_and_keeps_the_one_before(browser: Browser) -> None:
    """What was not entered has no effect."""
    browser.search = "lunch"
    press(browser, "/", "x", Key.ESCAPE)

    assert (browser.search, browser.mode) == ("lunch", Mode.LIST)


def test_the_filters_come_one_after_another(browser: Browser) -> None:
    """`f` goes through all of them, and asks for the rows each time."""
    seen = []
    for _ in Filter:
        assert browser.press("f") == Request(Asked.LOAD)
        seen.append(browser.filter)

    assert seen == [Filter.FAILED, Filter.CHANGES, Filter.WRONG_SIGNATURE, Filter.ALL]


def test_esc_first_clears_what_narrows_the_list(browser: Browser) -> None:
    """Esc leaves only a list that shows everything; q always leaves."""
    browser.search, browser.filter = "lunch", Filter.FAILED

    assert press(browser, Key.ESCAPE) == Request(Asked.LOAD)
    assert (browser.search, browser.filter) == ("", Filter.ALL)
    assert press(browser, Key.ESCAPE) == Request(Asked.LEAVE)
    assert press(browser, "q") == Request(Asked.LEAVE)


@pytest.mark.parametrize(("key", "is_done"), [("y", True), ("n", False), (Key.ENTER, False)])
def test_a_question_is_answered_with_y_alone(browser: Browser, key: str, is_done: bool) -> None:
    """Nothing goes to another machine by a stray key."""
    browser.ask("Send #10 to example.com?", Request(Asked.REPLAY, 10))

    expected = Request(Asked.REPLAY, 10, is_agreed=True) if is_done else None
    assert (press(browser, key), browser.mode) == (expected, Mode.LIST)


def test_a_paste_does_nothing_in_the_list(browser: Browser) -> None:
    """Text that was pasted by mistake presses no keys."""
    assert press(browser, Pasted("rq")) is None


def test_details_scroll_within_their_lines(browser: Browser) -> None:
    """The last page stays full, and Esc goes back to the list with the same selection."""
    browser.page = 10
    press(browser, Key.UP)
    browser.show_details([f"line {number}" for number in range(25)])
    press(browser, Key.END)
    at_end = browser.scroll
    press(browser, Key.HOME, Key.UP)
    at_start = browser.scroll
    press(browser, Key.ESCAPE)

    assert (at_end, at_start, browser.mode, browser.number) == (15, 0, Mode.LIST, 9)


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ([], 0),
        ([Key.DOWN], 1),
        (["j", "j", Key.UP], 1),
        (["j", "j", "k"], 1),
        ([Key.PAGE_DOWN], 10),
        ([" ", " "], 15),
        ([Key.END, Key.PAGE_UP], 5),
        (["G", "g"], 0),
    ],
)
def test_details_scroll(browser: Browser, keys: list[str], first: int) -> None:
    """By a line, by a page of the screen, or to an end."""
    browser.page = 10
    browser.show_details([str(number) for number in range(25)])
    press(browser, *keys)

    assert browser.scroll == first


def test_short_details_do_not_scroll(browser: Browser) -> None:
    """What fits on the screen stays where it is."""
    browser.page = 10
    browser.show_details(["a", "b"])
    press(browser, Key.DOWN, Key.END)

    assert browser.scroll == 0


def test_details_begin_at_their_first_line(browser: Browser) -> None:
    """However far one had scrolled in the details before."""
    browser.page = 10
    browser.show_details([str(number) for number in range(25)])
    press(browser, Key.END)
    browser.show_details([str(number) for number in range(25)])

    assert browser.scroll == 0


@pytest.mark.parametrize(
    ("keys", "has_older", "request_"),
    [
        (["n"], True, None),
        (["N", "N"], True, Request(Asked.OLDER)),
        (["N", "N"], False, None),
    ],
)
def test_nothing_else_needs_a_look(
    browser: Browser, keys: list[str], has_older: bool, request_: Request | None
) -> None:
    """That is said, the selection stays, and backwards older ones are read, if there are any."""
    browser.has_older = has_older
    before = 4 if len(keys) == 2 else 10

    assert press(browser, *keys) == request_
    assert (browser.number, browser.message) == (before, "no other one here needs a look")


def test_what_needs_a_look_is_found_at_both_ends() -> None:
    """The first and the last row are looked at as well."""
    browser = Browser()
    browser.load([row(1, needs_look=True), row(2), row(3, needs_look=True)], has_older=False)
    press(browser, Key.UP, "n")
    last = browser.number
    press(browser, "N")

    assert (last, browser.number) == (3, 1)


def test_what_was_said_goes_with_the_next_key(browser: Browser) -> None:
    """A message is about the key before."""
    browser.message = "#10 was sent"
    press(browser, Key.UP)

    assert browser.message == ""


@pytest.mark.parametrize(("can_inspect", "request_"), [(True, Request(Asked.INSPECT, 9)), (False, None)])
@pytest.mark.parametrize("key", ["i", "o"])
def test_the_inspector(browser: Browser, key: str, can_inspect: bool, request_: Request | None) -> None:
    """A delivery is opened in the inspector where one runs; elsewhere it is said how to get one."""
    browser.can_inspect = can_inspect
    press(browser, Key.UP)

    assert press(browser, key) == request_
    assert browser.message == ("" if can_inspect else "start it with --inspect, or open it: cronofy inspect")


def test_an_empty_list() -> None:
    """Where there is nothing, nothing is selected, and older ones are asked for as long as there may be some."""
    browser = Browser()

    assert press(browser, Key.DOWN) is None
    assert press(browser, Key.HOME) is press(browser, Key.END) is None
    assert press(browser, Key.UP) == Request(Asked.OLDER)
    browser.load([], has_older=False)
    assert press(browser, Key.UP) is None
    assert browser.number == 0
    browser.put_after([row(1)])
    assert browser.number == 1


def test_what_became_of_a_delivery(browser: Browser) -> None:
    """Its row is the new one, in its place; the others are as they were."""
    before = list(browser.rows)
    browser.renew(row(4))

    assert browser.rows == [*before[:3], row(4), *before[4:]]


def test_a_search_goes_on_from_the_one_before(browser: Browser) -> None:
    """What was searched for stands there and can be changed; keys without a letter change nothing."""
    browser.search = "lunch"
    press(browser, "/", Key.BACKSPACE, Key.UP, Key.ENTER)

    assert browser.search == "lunc"


def test_a_capital_y_agrees(browser: Browser) -> None:
    """Also with Caps Lock; and what was asked is not shown any more."""
    browser.ask("Send #10 to example.com?", Request(Asked.REPLAY, 10))

    assert press(browser, "Y") == Request(Asked.REPLAY, 10, is_agreed=True)
    assert (browser.message, browser.question) == ("", None)


def test_details_go_to_the_neighbours(browser: Browser) -> None:
    """Left and right show the deliveries before and after."""
    browser.show_details(["a"])

    assert press(browser, Key.LEFT) == Request(Asked.DETAILS, 9)
    assert press(browser, Key.RIGHT) == Request(Asked.DETAILS, 10)


def test_ctrl_z_works_everywhere(browser: Browser) -> None:
    """Whatever is on the screen, the program can be stopped."""
    for keys in ((), ("/",), ("?",)):
        press(browser, *keys)
        assert press(browser, Key.SUSPEND) == Request(Asked.SUSPEND)


@pytest.mark.parametrize("bindings", [LIST_BINDINGS, DETAIL_BINDINGS])
def test_no_key_has_two_meanings(bindings: tuple[object, ...]) -> None:
    """In each list a key does one thing."""
    keys = [key for binding in bindings for key in binding.keys]  # type: ignore[attr-defined]

    assert len(keys) == len(set(keys))


def test_the_help_of_the_details_goes_back_to_them(browser: Browser) -> None:
    """`?` in the details shows their keys, and any key shows the details again."""
    browser.show_details(["a"])
    press(browser, "?")
    shown = browser.mode
    press(browser, "x")

    assert (shown, browser.mode) == (Mode.HELP, Mode.DETAILS)
