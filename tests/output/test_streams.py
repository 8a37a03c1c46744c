"""The two streams: colour, prompts, closed pipes."""

from __future__ import annotations

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.streams import Color, PipeClosed, Style, wants_color
from tests.in_process import Stream
from tests.output.outputs import MemoryOutput, closed_pipe


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "wanted"),
    [
        (Color.AUTO, True, {}, True),
        (Color.AUTO, False, {}, False),
        (Color.AUTO, True, {"NO_COLOR": "1"}, False),
        (Color.AUTO, True, {"NO_COLOR": ""}, True),
        (Color.AUTO, True, {"TERM": "dumb"}, False),
        (Color.ALWAYS, False, {"NO_COLOR": "1"}, True),
        (Color.NEVER, True, {}, False),
    ],
)
def test_when_to_colour(choice: Color, terminal: bool, environment: dict[str, str], wanted: bool) -> None:
    """The flag comes first, then NO_COLOR unless it is empty, then whether it is a terminal."""
    assert wants_color(choice, Stream(is_terminal=terminal), environment) is wanted


def test_painting() -> None:
    """Each stream has its own say in colour."""
    memory = MemoryOutput(color=True)

    assert memory.output.paint("text", Style.BOLD, Style.RED) == "\x1b[1;31mtext\x1b[0m"
    assert memory.output.paint("text") == "text"
    assert MemoryOutput().output.paint_note("text", Style.DIM) == "text"


def test_notes_are_harmless_lines() -> None:
    """A remark keeps its lines and loses what could drive the terminal."""
    memory = MemoryOutput()

    memory.output.note("one\ntwo\x1b[2J")

    assert (memory.stdout.text, memory.stderr.text) == ("", "one\ntwo[2J\n")


def test_nobody_to_ask() -> None:
    """Without a terminal a question fails, and names the option that answers it."""
    with pytest.raises(WrongUsage, match="there is no terminal to ask at") as caught:
        MemoryOutput().output.confirm("Close 3 channels?", flag="--yes")

    assert caught.value.hint == "add --yes"


@pytest.mark.parametrize("which", ["stdout", "stderr"])
def test_a_closed_pipe(which: str) -> None:
    """A reader that has gone is told apart from other failures, and the stream's last flush cannot fail any more."""
    with closed_pipe() as output:
        write = output.data if which == "stdout" else output.note

        with pytest.raises(PipeClosed):
            write("text")

        write("into nothing")

    assert output.stdout.closed
