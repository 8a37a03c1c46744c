"""The line below the log, on an emulated terminal."""

from __future__ import annotations

import threading
from dataclasses import fields
from typing import TYPE_CHECKING

import pyte
import pytest

from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.output.terminal.bottom_line import BottomLine, ScreenOutput
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Callable


class Screen:
    """An emulated terminal and the line on it."""

    def __init__(self, columns: int = 40, rows: int = 8) -> None:
        self.drawn: list[str] = []
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.bottom = BottomLine(self.draw, lambda: self.screen.columns)

    def draw(self, text: str) -> None:
        self.drawn.append(text)
        self._stream.feed(text.replace("\n", "\r\n"))

    def log(self, text: str) -> Callable[[], None]:
        return lambda: self.draw(f"{text}\n")

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]


def test_the_line_stays_below_what_is_written() -> None:
    """The log scrolls above the line, which is there once."""
    screen = Screen()
    screen.bottom.show(" ready")
    for number in range(20):
        screen.bottom.above(screen.log(f"line {number}"))

    assert screen.lines == [*(f"line {number}" for number in range(13, 20)), " ready"]


def test_another_text_takes_the_place_of_the_line() -> None:
    """A shorter text leaves nothing of the longer one, and an empty one leaves no line."""
    screen = Screen()
    screen.bottom.above(screen.log("log"))
    screen.bottom.show(" ready, and much more than that")
    screen.bottom.show(" ready")
    with_line = screen.lines
    screen.bottom.show("")

    assert (with_line, screen.lines) == (["log", " ready"], ["log"])


def test_a_text_that_is_wider_than_the_terminal_is_cut() -> None:
    """The line is one row, wide characters too."""
    screen = Screen(columns=20)
    screen.bottom.show("日本語" * 10)
    screen.bottom.above(screen.log("log"))

    assert screen.lines[0] == "log"
    assert len(screen.lines) == 2


def test_a_terminal_that_was_made_narrower_keeps_no_rest_of_the_line() -> None:
    """A line that the terminal has folded is taken away whole."""
    screen = Screen(columns=40)
    screen.bottom.above(screen.log("log"))
    screen.bottom.show("x" * 39)
    # As a terminal that folds its rows does.
    screen.screen.resize(8, 20)
    screen.screen.reset()
    screen.draw("log\n" + "x" * 20 + "\r\n" + "x" * 19)
    screen.bottom.show("ready")

    assert screen.lines == ["log", "ready"]


def test_what_is_written_while_the_log_is_hidden_comes_later_in_order() -> None:
    """Nothing is drawn over another screen, and nothing of the log is lost."""
    screen = Screen()
    screen.bottom.show(" ready")
    screen.bottom.hold()
    hidden = screen.lines
    screen.bottom.above(screen.log("first"))
    screen.bottom.above(screen.log("second"))
    while_held = screen.lines
    screen.bottom.release()

    assert (hidden, while_held, screen.lines) == ([], [], ["first", "second", " ready"])


def test_a_log_that_is_hidden_for_long_is_bounded_and_says_so() -> None:
    """Memory stays bounded, and what is left out is counted with the command that has it."""
    screen = Screen(columns=120, rows=24)
    screen.bottom.hold()
    for number in range(1003):
        screen.bottom.above(screen.log(f"line {number}"))
    screen.bottom.release()

    assert screen.drawn[0] == " 3 lines are left out here; all deliveries: cronofy deliveries list\n"
    assert screen.lines[-1] == "line 1002"


def test_threads_do_not_mix_their_lines() -> None:
    """Lines of several threads stay whole, and the line is below all of them."""
    screen = Screen(columns=40, rows=50)
    screen.bottom.show(" ready")

    def write(name: str) -> None:
        for number in range(10):
            screen.bottom.above(screen.log(f"{name} {number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(screen.lines[:-1]) == sorted(f"{name} {number}" for name in "abcd" for number in range(10))
    assert screen.lines[-1] == " ready"


@pytest.mark.parametrize(
    ("act", "drawn_afterwards"),
    [
        (lambda screen: screen.bottom.above(screen.log("other")), ["\r\x1b[J", "other\n", "\x1b[7m ready\x1b[0m"]),
        (lambda screen: screen.bottom.show(" other"), ["\r\x1b[J", "\x1b[7m other\x1b[0m"]),
        (lambda screen: screen.bottom.hold(), ["\r\x1b[J"]),
        (lambda screen: screen.bottom.release(), ["\x1b[7m ready\x1b[0m"]),
    ],
    ids=["above", "show", "hold", "release"],
)
def test_one_draws_at_a_time(act: Callable[[Screen], None], drawn_afterwards: list[str]) -> None:
    """While something is written above the line, whatever another thread wants to draw waits for its end."""
    screen = Screen()
    screen.bottom.show(" ready")
    before = len(screen.drawn)
    other = threading.Thread(target=act, args=(screen,))

    def write() -> None:
        other.start()
        # As much as it would need at most; who waits is not through by then.
        other.join(0.05)
        screen.draw("first\n")

    screen.bottom.above(write)
    other.join(60)

    first = ["\r\x1b[J", "first\n", "\x1b[7m ready\x1b[0m"]
    assert screen.drawn[before:] == [*first, *drawn_afterwards]


def test_data_and_remarks_of_an_output_go_above_the_line() -> None:
    """An output with such a line writes the same bytes to the same streams."""
    memory = MemoryOutput(OutputFormat.TABLE)
    drawn: list[str] = []
    own = {field.name: getattr(memory.output, field.name) for field in fields(memory.output)}
    output = ScreenOutput(**own, bottom=BottomLine(drawn.append, lambda: 80))
    output.bottom.show(" ready")

    output.data("data")
    output.note("remark")

    assert (memory.stdout.text, memory.stderr.text) == ("data\n", "remark\n")
    assert [text for text in drawn if "ready" in text] == ["\x1b[7m ready\x1b[0m"] * 3
