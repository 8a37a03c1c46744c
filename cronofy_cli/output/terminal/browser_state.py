"""What a key does in the browser of deliveries. Pure: what needs history or network is returned as a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.core.keys import Key, Pasted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Row(NamedTuple):
    """A delivery in the list; its texts are safe to show."""

    number: int
    when: str
    kind: str
    signature: str
    app: str
    """What the application made of it; `-` where it was not forwarded."""
    since: str
    needs_look: bool
    """Whether the signature is wrong or missing, or the application did not take it."""


class Filter(StrEnum):
    """Which deliveries the list shows."""

    ALL = "all"
    FAILED = "failed"
    """The application did not take them, or has still to be sent them."""
    CHANGES = "changes"
    WRONG_SIGNATURE = "wrong signature"


class Mode(StrEnum):
    """What the keys go to."""

    LIST = "list"
    DETAILS = "details"
    SEARCH = "search"
    QUESTION = "question"
    HELP = "help"


class Asked(StrEnum):
    """What the browser's owner has to do."""

    LOAD = "load"
    """Read the newest rows that the filter and the search want."""
    OLDER = "older"
    """Read the rows before the first one."""
    DETAILS = "details"
    REPLAY = "replay"
    EDIT = "edit"
    """Edit the body, sign it again and send it."""
    COPY_BODY = "copy the body"
    COPY_CURL = "copy as curl"
    INSPECT = "inspect"
    LEAVE = "leave"
    SUSPEND = "suspend"


class Request(NamedTuple):
    """What is to be done, and with which delivery."""

    what: Asked
    number: int = 0
    is_agreed: bool = False
    """Whether the person has said yes to it."""


class Binding(NamedTuple):
    """A key, what the help says of it, and what it does."""

    keys: tuple[str, ...]
    label: str
    help: str
    press: Callable[[Browser], Request | None]


@dataclass(slots=True)
class Browser:
    """The list of deliveries, oldest first, with one of them selected."""

    rows: list[Row] = field(default_factory=list)
    selected: int = -1
    """The place in `rows`; the last one while the newest is followed."""
    mode: Mode = Mode.LIST
    filter: Filter = Filter.ALL
    search: str = ""
    typed: str = ""
    """What is being typed: a search, or a number."""
    message: str = ""
    behind_help: Mode = Mode.LIST
    """What is shown again after the help."""
    details: Sequence[str] = ()
    scroll: int = 0
    page: int = 10
    """Rows of a page, as the screen has them."""
    has_older: bool = True
    can_inspect: bool = False
    question: Request | None = None
    """What is done if the answer is yes."""

    @property
    def number(self) -> int:
        """The selected delivery; 0 where there is none."""
        return self.rows[self.selected].number if self.rows else 0

    @property
    def is_following(self) -> bool:
        """Whether the newest one is selected, and stays so when another comes."""
        return self.selected == len(self.rows) - 1

    def load(self, rows: Sequence[Row], *, has_older: bool) -> None:
        """Show other rows, the newest of them selected."""
        self.rows = list(rows)
        self.selected = len(self.rows) - 1
        self.has_older = has_older

    def put_before(self, rows: Sequence[Row], *, has_older: bool) -> None:
        """Add older rows; the selection stays with its delivery."""
        self.rows[:0] = rows
        self.selected += len(rows)
        self.has_older = has_older

    def put_after(self, rows: Sequence[Row]) -> None:
        """Add newer rows; the selection stays with its delivery, unless it follows."""
        follows = self.is_following
        self.rows += rows
        if follows:
            self.selected = len(self.rows) - 1

    def renew(self, row: Row) -> None:
        """Show what has become of a delivery."""
        self.rows = [row if row.number == each.number else each for each in self.rows]

    def show_details(self, lines: Sequence[str]) -> None:
        """Show one delivery in full."""
        self.mode, self.details, self.scroll = Mode.DETAILS, lines, 0

    def ask(self, question: str, request: Request) -> None:
        """Ask something that is answered with y; anything else means no."""
        self.mode, self.message, self.question = Mode.QUESTION, question, request._replace(is_agreed=True)

    def press(self, key: str) -> Request | None:
        """Take a key, and return what is to be done."""
        if key == Key.SUSPEND:
            return Request(Asked.SUSPEND)
        if self.mode is Mode.SEARCH:
            return self._type(key)
        if isinstance(key, Pasted):
            return None
        if self.mode is Mode.QUESTION:
            return self._answer(key)
        self.message = ""
        if self.mode is Mode.HELP:
            self.mode = self.behind_help
            return None
        if self.mode is Mode.LIST and key.isdecimal():
            self.typed += key
            return None
        if self.mode is Mode.LIST and self.typed:
            return self._go_to(key)
        bindings = DETAIL_BINDINGS if self.mode is Mode.DETAILS else LIST_BINDINGS
        return next((each.press(self) for each in bindings if key in each.keys), None)

    def _type(self, key: str) -> Request | None:
        if isinstance(key, Pasted):
            self.typed += "".join(filter(str.isprintable, key))
        elif key == Key.BACKSPACE:
            self.typed = self.typed[:-1]
        elif key == Key.ESCAPE:
            self.mode, self.typed = Mode.LIST, ""
        elif key == Key.ENTER:
            self.mode, self.search, self.typed = Mode.LIST, self.typed, ""
            return Request(Asked.LOAD)
        elif len(key) == 1:
            self.typed += key
        return None

    def _answer(self, key: str) -> Request | None:
        request, self.question, self.mode, self.message = self.question, None, Mode.LIST, ""
        return request if key in {"y", "Y"} else None

    def _go_to(self, key: str) -> Request | None:
        typed, self.typed = self.typed, ""
        if key != Key.ENTER:
            return None
        places = [place for place, row in enumerate(self.rows) if row.number == int(typed)]
        if places:
            self.selected = places[0]
        else:
            self.message = f"#{typed} is not in this list"
        return None

    def move(self, by: int) -> Request | None:
        """Select another row, and ask for older ones at the first."""
        self.selected = max(0, min(self.selected + by, len(self.rows) - 1)) if self.rows else -1
        return Request(Asked.OLDER) if self.selected <= 0 and by < 0 and self.has_older else None

    def turn(self, by: int) -> Request | None:
        """Scroll in the details."""
        self.scroll = max(0, min(self.scroll + by, len(self.details) - self.page))
        return None

    def next_failed(self, step: int) -> Request | None:
        """Select the next row that needs a look."""
        place = self.selected + step
        while 0 <= place < len(self.rows):
            if self.rows[place].needs_look:
                self.selected = place
                return None
            place += step
        self.message = "no other one here needs a look"
        return Request(Asked.OLDER) if step < 0 and self.has_older else None


def _with_selected(what: Asked) -> Callable[[Browser], Request | None]:
    return lambda browser: Request(what, browser.number) if browser.rows else None


def _filter(browser: Browser) -> Request:
    filters = list(Filter)
    browser.filter = filters[(filters.index(browser.filter) + 1) % len(filters)]
    return Request(Asked.LOAD)


def _begin_search(browser: Browser) -> None:
    browser.mode, browser.typed = Mode.SEARCH, browser.search


def _help(browser: Browser) -> None:
    browser.behind_help, browser.mode = browser.mode, Mode.HELP


def _back(browser: Browser) -> Request | None:
    """Clear what narrows the list, or leave."""
    if browser.search or browser.filter is not Filter.ALL:
        browser.search, browser.filter = "", Filter.ALL
        return Request(Asked.LOAD)
    return Request(Asked.LEAVE)


def _close_details(browser: Browser) -> None:
    browser.mode, browser.details = Mode.LIST, ()


def _neighbour(step: int) -> Callable[[Browser], Request | None]:
    def press(browser: Browser) -> Request | None:
        browser.move(step)
        return Request(Asked.DETAILS, browser.number)

    return press


def _inspect(browser: Browser) -> Request | None:
    if browser.can_inspect:
        return Request(Asked.INSPECT, browser.number)
    browser.message = "start it with --inspect, or open it: cronofy inspect"
    return None


_ACTIONS: Final = (
    Binding(("r",), "r", "send it again to where it was to be forwarded", _with_selected(Asked.REPLAY)),
    Binding(("e",), "e", "edit the body in $EDITOR, sign it again and send it", _with_selected(Asked.EDIT)),
    Binding(("c",), "c", "copy the body", _with_selected(Asked.COPY_BODY)),
    Binding(("C",), "C", "copy as a curl command", _with_selected(Asked.COPY_CURL)),
    Binding(("i", "o"), "i", "open it in the inspector", _inspect),
)

LIST_BINDINGS: Final = (
    Binding((Key.UP, "k"), "↑ k", "the one before", lambda browser: browser.move(-1)),
    Binding((Key.DOWN, "j"), "↓ j", "the one after", lambda browser: browser.move(1)),
    Binding((Key.PAGE_UP,), "PgUp", "a page back", lambda browser: browser.move(-browser.page)),
    Binding((Key.PAGE_DOWN,), "PgDn", "a page on", lambda browser: browser.move(browser.page)),
    Binding((Key.HOME, "g"), "Home g", "the oldest that is read", lambda browser: browser.move(-len(browser.rows))),
    Binding((Key.END, "G"), "End G", "the newest", lambda browser: browser.move(len(browser.rows))),
    Binding((Key.ENTER, "d"), "Enter d", "its details; 12 Enter selects #12", _with_selected(Asked.DETAILS)),
    *_ACTIONS,
    Binding(("/",), "/", "search bodies, headers, events, responses and tags", _begin_search),
    Binding(("f",), "f", "filter: all, failed, changes, wrong signature", _filter),
    Binding(("n",), "n", "the next that needs a look", lambda browser: browser.next_failed(1)),
    Binding(("N",), "N", "the one before that needs a look", lambda browser: browser.next_failed(-1)),
    Binding(("?",), "?", "these keys", _help),
    Binding((Key.ESCAPE,), "Esc", "clear search and filter, then leave", _back),
    Binding(("q",), "q", "leave", lambda _: Request(Asked.LEAVE)),
)
"""The keys of the list. The help is made of them."""

DETAIL_BINDINGS: Final = (
    Binding((Key.UP, "k"), "↑ k", "up", lambda browser: browser.turn(-1)),
    Binding((Key.DOWN, "j"), "↓ j", "down", lambda browser: browser.turn(1)),
    Binding((Key.PAGE_UP,), "PgUp", "a page back", lambda browser: browser.turn(-browser.page)),
    Binding((Key.PAGE_DOWN, " "), "PgDn", "a page on", lambda browser: browser.turn(browser.page)),
    Binding((Key.HOME, "g"), "Home", "the beginning", lambda browser: browser.turn(-len(browser.details))),
    Binding((Key.END, "G"), "End", "the end", lambda browser: browser.turn(len(browser.details))),
    Binding((Key.LEFT,), "←", "the delivery before", _neighbour(-1)),
    Binding((Key.RIGHT,), "→", "the delivery after", _neighbour(1)),
    *_ACTIONS,
    Binding(("?",), "?", "these keys", _help),
    Binding((Key.ENTER, "d", Key.ESCAPE, "q"), "Esc", "back to the list", _close_details),
)
"""The keys of the details."""
