"""The two streams: colour, prompts, closed pipes."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.errors import OutputLost, WrongUsage
from cronofy_cli.output.progress import Progress
from cronofy_cli.output.streams import Color, Output, OutputFormat, PipeClosed, Style, wants_color
from tests.in_process import Stream
from tests.output.outputs import MemoryOutput, closed_pipe

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


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


@pytest.mark.parametrize(
    ("format_", "is_json"),
    [
        (OutputFormat.TABLE, False),
        (OutputFormat.TSV, False),
        (OutputFormat.JSON, True),
        (OutputFormat.NDJSON, True),
    ],
)
def test_which_formats_are_json(format_: OutputFormat, is_json: bool) -> None:
    """A document and lines of documents are JSON, tables and tabs are not."""
    assert format_.is_json is is_json


@pytest.mark.parametrize(("environment", "width"), [({"COLUMNS": "123"}, 123), ({"COLUMNS": ""}, 80)])
def test_the_width(environment: dict[str, str], width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are those that the environment or the terminal says, and 80 where nothing does."""
    monkeypatch.setenv("COLUMNS", environment["COLUMNS"])
    monkeypatch.setattr("sys.__stdout__", Stream())

    assert MemoryOutput().output.width == width


def test_each_stream_has_its_colour() -> None:
    """What is painted for one stream depends on that stream alone."""
    for stdout, stderr in ((True, False), (False, True)):
        output = Output(Stream(), Stream(), OutputFormat.TSV, stdout, stderr, can_prompt=False)
        assert output.paint("x", Style.BOLD) == ("\x1b[1mx\x1b[0m" if stdout else "x")
        assert output.paint_note("x", Style.BOLD) == ("\x1b[1mx\x1b[0m" if stderr else "x")


def test_painting() -> None:
    """Several styles are one code, and none is none."""
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


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [(b"y\n", True), (b" YES \n", True), (b"n\n", False), (b"yep\n", False), (b"\n", False), (b"", False)],
)
def test_yes_or_no(answer: bytes, is_yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only y and yes mean yes; the question is asked on stderr, harmless and without a line's end."""
    memory = MemoryOutput(can_prompt=True)
    monkeypatch.setattr("sys.stdin", Stream(answer))

    assert memory.output.confirm("Close \x1b[2J3 channels?", flag="--yes") is is_yes
    assert (memory.stdout.text, memory.stderr.text) == ("", "Close [2J3 channels? [y/N] ")


def test_a_line_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is answered comes without the space around it; at the end of the input it is empty."""
    memory = MemoryOutput(can_prompt=True)
    monkeypatch.setattr("sys.stdin", Stream(b"  a b \n"))

    assert [memory.output.ask("Name?"), memory.output.ask("Name?")] == ["a b", ""]
    assert memory.stderr.text == "Name? Name? "


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk() -> None:
    """Data that cannot be written is an error with a hint; a remark that cannot be written ends nothing."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        output = Output(full, full, OutputFormat.TSV, color_stdout=False, color_stderr=False, can_prompt=False)

        with pytest.raises(OutputLost) as caught:
            output.data("text")
        output.data("into nothing")

    assert caught.value.message == f"the output cannot be written: {os.strerror(28)}"
    assert caught.value.hint == "free some space, or write it to another place"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        output = Output(full, full, OutputFormat.TSV, color_stdout=False, color_stderr=False, can_prompt=False)
        output.note("text")
        output.note("into nothing")


class Kept(io.RawIOBase):
    """What has really been written, with nothing held back."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, content: ReadableBuffer, /) -> int:
        """Keep it."""
        self.content += bytes(content)
        return len(bytes(content))


@pytest.fixture
def held() -> tuple[Output, Kept, Kept]:
    """An output whose streams hold back what is written until they are told not to, and what was written."""
    stdout, stderr = Kept(), Kept()
    out, err = (io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8") for raw in (stdout, stderr))
    return Output(out, err, OutputFormat.TSV, color_stdout=False, color_stderr=False, can_prompt=True), stdout, stderr


def test_nothing_is_held_back(held: tuple[Output, Kept, Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is there at once: others wait for it, and a question must be seen before it is answered."""
    output, stdout, stderr = held
    monkeypatch.setattr("sys.stdin", Stream(b"y\n"))

    output.data("data")
    output.note("remark")
    assert (stdout.content, stderr.content) == (b"data\n", b"remark\n")
    assert output.confirm("Sure?", flag="--yes")
    assert stderr.content == b"remark\nSure? [y/N] "
    with Progress(output, "events", enabled=True, clock=iter([0.0, 0.5]).__next__) as progress:
        progress.note(None, None, 3)
        assert stderr.content.endswith(b"3 events, 0.5 s\r")


def test_text_before_data_comes_first() -> None:
    """What is still held as text is written before the bytes that come later."""
    output = MemoryOutput().output
    output.stdout.write("text ")

    output.data_bytes(b"bytes")

    assert MemoryOutput().stdout.text == ""
    assert output.stdout.buffer.getvalue() == b"text bytes"  # type: ignore[attr-defined]


@pytest.mark.parametrize("which", ["stdout", "stderr"])
def test_a_closed_pipe(which: str) -> None:
    """A reader that has gone is told apart from other failures, and the stream's last flush cannot fail any more."""
    with closed_pipe() as output:
        write = output.data if which == "stdout" else output.note

        with pytest.raises(PipeClosed):
            write("text")

        write("into nothing")

    assert output.stdout.closed
