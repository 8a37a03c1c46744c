"""The progress of a long read."""

from __future__ import annotations

from cronofy_cli.output.progress import Progress
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_long_read() -> None:
    """After half a second there is a line with pages, items and seconds; in the end it is gone."""
    memory, clock = MemoryOutput(OutputFormat.TABLE), Clock()

    with Progress(memory.output, "events", enabled=True, clock=clock) as progress:
        clock.now_s = 0.4
        progress.note(1, 12, 500)
        quick = memory.stderr.text
        clock.now_s = 2.14
        progress.note(3, 12, 1500)

    assert quick == ""
    assert memory.stderr.text == "\r\x1b[Kpage 3 of 12, 1,500 events, 2.1 s\r\r\x1b[K"
    assert memory.stdout.text == ""


def test_pages_without_numbers() -> None:
    """What the server does not say is not shown."""
    memory, clock = MemoryOutput(OutputFormat.TABLE), Clock()

    with Progress(memory.output, "periods", enabled=True, clock=clock) as progress:
        clock.now_s = 1
        progress.note(None, None, 7)

    assert "\x1b[K7 periods, 1.0 s\r" in memory.stderr.text


def test_where_nobody_looks() -> None:
    """In a pipe there is none, and a quick read leaves no trace."""
    memory, clock = MemoryOutput(OutputFormat.TSV), Clock()

    with Progress(memory.output, "events", enabled=False, clock=clock) as progress:
        clock.now_s = 9
        progress.note(1, 2, 3)
    with Progress(memory.output, "events", enabled=True, clock=clock) as progress:
        progress.note(1, 2, 3)

    assert memory.stderr.text == ""
