"""What the browser does at its terminal, one look after another. The deliveries and the keys are the test's."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.core.keys import Key
from cronofy_cli.errors import HistoryUnavailable, NotFound
from cronofy_cli.output.terminal.browser import PAGE, BrowserScreen
from cronofy_cli.output.terminal.browser_state import Filter, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTERED, LEFT = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def row(number: int, app: str = "200") -> Row:
    """Return a row."""
    return Row(number, "Nov 22 12:04:31", "change", "signed", app, "", needs_look=False)


class Deliveries:
    """Deliveries by their numbers; what was done to them is kept."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked: list[tuple[object, ...]] = []
        self.hosts: tuple[str, ...] = ()
        self.app = "200"
        self.error: HistoryUnavailable | NotFound | None = None

    def _note(self, *what: object) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error

    def newest(self, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the newest rows."""
        self._note("newest", wanted, search, limit)
        return [row(number) for number in self.numbers[-limit:]]

    def before(self, number: int, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the rows before one."""
        self._note("before", number, wanted, search, limit)
        return [row(each) for each in self.numbers if each < number][-limit:]

    def after(self, number: int, wanted: Filter, search: str) -> Sequence[Row]:
        """Return what has come after one."""
        self._note("after", number, wanted, search)
        return [row(each) for each in self.numbers if each > number]

    def row(self, number: int) -> Row:
        """Return one row as it is now."""
        return row(number, self.app)

    def details(self, number: int) -> str:
        """Return all that is known of one."""
        self._note("details", number)
        return f"all about {number}, answered {self.app}\n" + "x" * 70

    def foreign_hosts(self, number: int) -> Sequence[str]:
        """Return the other machines that it would be sent to."""
        self._note("hosts", number)
        return self.hosts

    def replay(self, number: int) -> str:
        """Send it again."""
        self._note("replay", number)
        return f"#{number} was sent"

    def edit(self, number: int) -> str:
        """Edit it and send it."""
        self._note("edit", number)
        return f"#{number} was edited"

    def body(self, number: int) -> bytes:
        """Return its body."""
        return f"body of {number}".encode()

    def curl(self, number: int) -> bytes:
        """Return a command that sends it."""
        return f"curl {number}".encode()


class Terminal:
    """A terminal at which keys are pressed, a group at each look, and what is drawn on it.

    In place of keys there may be a new size, or something that happens elsewhere.
    """

    def __init__(self, *keys: Any) -> None:
        self.size = (60, 8)
        self.happened: list[str] = []
        self.drawn: list[int] = []
        """How many lines had been drawn at each look for keys."""
        self._keys = list(keys)

    @property
    def is_over(self) -> bool:
        """Whether nobody presses anything any more."""
        return not self._keys

    def draw(self, text: str) -> None:
        """Take what is drawn."""
        self.happened.append(text)

    def enter(self) -> bool:
        """Take keys one by one."""
        self.happened.append("<enter>")
        return True

    def leave(self) -> None:
        """Put the modes back."""
        self.happened.append("<leave>")

    def stop_process(self) -> None:
        """Stop, and go on at once."""
        self.happened.append("<stopped>")

    def keys(self, _wait_s: float) -> list[str]:
        """Return what is pressed now."""
        self.drawn.append(sum(text.count("\x1b[2K") for text in self.happened))
        pressed = self._keys.pop(0)
        if isinstance(pressed, tuple):
            self.size = pressed
            return []
        if callable(pressed):
            pressed()
            return []
        return list(pressed)

    @property
    def lines(self) -> list[str]:
        """What is on the screen at last."""
        found: dict[int, str] = {}
        for text in self.happened:
            if "\x1b[2J" in text:
                found = {}
            for number, line in re.findall("\x1b\\[(\\d+);1H\x1b\\[2K((?:[^\x1b]|\x1b\\[[0-9;]*m)*)", text):
                found[int(number)] = line
        return [found[number] for number in sorted(found)]


def browse(source: Deliveries, *keys: Any, inspect: Any = None, first: Sequence[str] = ()) -> Terminal:
    """Browse with keys, a group at each look, and return the terminal."""
    terminal = Terminal(*keys)
    screen = BrowserScreen(terminal, terminal.draw, source, color=False, inspect=inspect)  # type: ignore[arg-type]
    screen.run(lambda: terminal.is_over, *first)
    return terminal


def test_the_screen_comes_back() -> None:
    """The alternate screen is entered first and left last, also when something breaks."""
    terminal = browse(Deliveries(1, 2), "")

    assert terminal.happened[:2] == ["<enter>", ENTERED]
    assert terminal.happened[-1] == LEFT
    broken = Terminal("")
    broken.keys = lambda _wait_s: 1 // 0  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(ZeroDivisionError):
        BrowserScreen(broken, broken.draw, Deliveries(1), color=False).run(lambda: False)  # type: ignore[arg-type]
    assert broken.happened[-1] == LEFT


def test_only_what_differs_is_drawn() -> None:
    """A look at which nothing has changed draws nothing; a key draws the lines that it changes; a new size all."""
    terminal = browse(Deliveries(1, 2, 3), "", [Key.UP], (70, 9), "", "")
    drawn = [after - before for before, after in pairwise([0, *terminal.drawn])]

    assert (drawn[0], drawn[1], 0 < drawn[2] < 8, drawn[3], drawn[4]) == (8, 0, True, 9, 0)
    assert sum("\x1b[2J" in text for text in terminal.happened) == 2


def test_leaving() -> None:
    """`q` ends it at once: keys behind it are not looked at; keys may be pressed before the first look."""
    source = Deliveries(1, 2)
    browse(source, ["q", "r"], ["r"])
    browse(source, ["r"], first=["q"])

    assert [what for what, *_ in source.asked if what == "replay"] == []
    browse(source, [], first=["r"])
    assert ("replay", 2) in source.asked


def test_new_ones_appear() -> None:
    """When nothing is pressed what has come is looked for; while keys come it is not."""
    source = Deliveries(1)
    terminal = browse(source, [Key.UP], lambda: source.numbers.append(2), "")

    assert [each[0] for each in source.asked] == ["newest", "after", "after"]
    assert source.asked[1] == ("after", 1, Filter.ALL, "")
    assert any(re.match(r"▌ +2 ", line) for line in terminal.lines)


def test_the_first_ones_appear() -> None:
    """An empty list is read again until there is something."""
    source = Deliveries()
    terminal = browse(source, lambda: source.numbers.append(7), "")

    assert [each[0] for each in source.asked] == ["newest", "newest", "after"]
    assert any(re.match(r"▌ +7 ", line) for line in terminal.lines)


@pytest.mark.parametrize(("count", "asked"), [(PAGE, 1), (PAGE - 1, 0)])
def test_older_ones(count: int, asked: int) -> None:
    """Where a whole page was read there may be more, which are read before the first one; else there are none."""
    source = Deliveries(*range(101, 101 + count))
    browse(source, [Key.HOME, Key.UP, Key.UP], "")

    older = [each for each in source.asked if each[0] == "before"]
    assert older == [("before", 101, Filter.ALL, "", PAGE)] * asked


def test_what_cannot_be_read() -> None:
    """An error stands on the last line, with what to do; the browser goes on."""
    source = Deliveries(1, 2)
    source.error = HistoryUnavailable("the history is damaged", hint="cronofy doctor")
    terminal = browse(source, [])
    assert terminal.lines[-1] == "the history is damaged; cronofy doctor"

    source.error = NotFound("there is no delivery #2")
    assert browse(source, []).lines[-1] == "there is no delivery #2"


def test_details() -> None:
    """They are folded to the screen, again when it becomes another, and follow a replay."""
    source = Deliveries(1, 2)
    narrow, wide = browse(source, [Key.ENTER], ""), browse(source, [Key.ENTER], (100, 8), "")

    assert [line for line in narrow.lines if "x" in line] == ["x" * 60, "x" * 10]
    assert "x" * 70 in wide.lines

    source.app = "500"
    replayed = browse(source, [Key.ENTER, "r"], "")
    assert "all about 2, answered 500" in replayed.lines
    assert replayed.lines[-1] == "#2 was sent"


def test_a_replay() -> None:
    """It is said that it goes on, and then what came of it; the row shows how it is now."""
    source = Deliveries(1, 2)
    source.app = "503"
    terminal = browse(source, [Key.UP, "r"], "")

    assert [each for each in source.asked if each[0] == "replay"] == [("replay", 1)]
    assert any("sending #1 …" in text for text in terminal.happened)
    assert terminal.lines[-1] == "#1 was sent"
    assert [line.split()[-1] for line in terminal.lines if "signed" in line] == ["503", "200"]


@pytest.mark.parametrize(("answer", "sent"), [("y", [("replay", 2)]), ("n", [])])
def test_another_machine(answer: str, sent: list[object]) -> None:
    """Before anything goes to another machine it is named, and agreed to."""
    source = Deliveries(1, 2)
    source.hosts = ("a.example.com", "b.example.com")
    terminal = browse(source, ["r"], [answer])
    asked = "Send #2 to a.example.com, b.example.com, which is not this machine?"

    assert [each for each in source.asked if each[0] == "replay"] == sent
    assert any(asked[:50] in text for text in terminal.happened)


def test_an_editor_has_the_terminal() -> None:
    """While a body is edited the screen and the keys are the editor's; afterwards everything is drawn again."""
    source = Deliveries(1, 2)
    terminal = browse(source, ["e"], "")
    at = terminal.happened.index("<leave>")

    assert terminal.happened[at - 1 : at + 3] == [LEFT, "<leave>", "<enter>", ENTERED]
    assert terminal.happened[at + 3].startswith("\x1b[2J")
    assert terminal.lines[-1] == "#2 was edited"
    source.error = NotFound("there is no editor")
    assert browse(source, ["e"], "").happened.count(ENTERED) == 1


@pytest.mark.parametrize(
    ("key", "content", "said"), [("c", b"body of 2", "the body of #2"), ("C", b"curl 2", "the curl command of #2")]
)
def test_copying(key: str, content: bytes, said: str) -> None:
    """The terminal is given it as OSC 52 has it, and what was copied is said."""
    terminal = browse(Deliveries(1, 2), [key], "")

    assert f"\x1b]52;c;{base64.b64encode(content).decode()}\x07" in terminal.happened
    assert terminal.lines[-1].startswith(f"{said} is copied"[:40])


def test_the_inspector() -> None:
    """Where there is one the selected delivery is opened in it; elsewhere nothing is."""
    opened: list[int] = []
    browse(Deliveries(1, 2), ["i"], inspect=opened.append)
    browse(Deliveries(1, 2), ["i"])

    assert opened == [2]


def test_stopping() -> None:
    """Before the process stops the screen is put back; when it goes on, the browser is drawn again."""
    terminal = browse(Deliveries(1), [Key.SUSPEND], "")
    at = terminal.happened.index("<stopped>")

    assert terminal.happened[at - 1] == LEFT
    assert terminal.happened[at + 1 : at + 3] == ["<enter>", ENTERED]
    assert terminal.happened[at + 3].startswith("\x1b[2J")


def last(source: Deliveries, key: str) -> tuple[str, list[str]]:
    """Return what comes of doing something to the newest delivery, and what was drawn."""
    terminal = Terminal()
    screen = BrowserScreen(terminal, terminal.draw, source, color=False)  # type: ignore[arg-type]
    return screen.do_last(key), terminal.happened


def test_the_newest_one_without_the_list() -> None:
    """A key acts on the newest delivery, nothing of the browser is drawn, and what came of it is returned."""
    source = Deliveries(1, 2)
    assert last(source, "r") == ("#2 was sent", [])
    assert last(source, "e") == ("#2 was edited", ["<leave>", "<enter>"])
    assert last(Deliveries(), "r") == ("no deliveries yet", [])
    source.hosts = ("example.com",)
    assert last(source, "r")[0] == "#2 goes to another machine: press ↑ to choose it there, then r"
    source.error = NotFound("it has gone")
    assert last(source, "r")[0] == "it has gone"
