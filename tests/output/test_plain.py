"""Text that is ready is written without anything else being loaded, and a stream that is closed is none."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cronofy_cli.output.plain import open_missing_streams, write_file, write_line
from tests.in_process import Stream


def test_a_line() -> None:
    """The line, its end, and success."""
    with redirect_stdout(Stream()) as stdout:
        code = write_line("cronofy é")

    assert (code, stdout.text) == (0, "cronofy é\n")


def test_a_file(tmp_path: Path) -> None:
    """The text as it is, and success."""
    (tmp_path / "help.txt").write_bytes("a\n\n  é".encode())
    with redirect_stdout(Stream()) as stdout:
        code = write_file(str(tmp_path / "help.txt"))

    assert (code, stdout.text) == (0, "a\n\n  é")


LEFT_OPEN = """
import os, sys
from cronofy_cli.output.plain import open_missing_streams, write_line
open_missing_streams()
print("to nowhere", file=sys.stdout, flush=True)
print("to nowhere", file=sys.stderr, flush=True)
names = ("stdin", "stdout", "stderr")
opened = [getattr(sys, name).fileno() for name in names]
readable = [getattr(sys, name).readable() for name in names]
encodings = [getattr(sys, name).encoding for name in names]
with open(sys.argv[1], "w") as file:
    print(opened, readable, encodings, file.fileno(), sys.stdin.read(), write_line("x"), sep="|", file=file)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="streams are closed as shells of Unix do")
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_streams_that_are_closed(closed: tuple[int, ...], tmp_path: Path) -> None:
    """Each gets the number that is its own, so what is opened later has another one; nothing is read or written."""
    report = tmp_path / "report"
    script = " ".join(['exec "$@"', *(f"{number}>&-" for number in closed)])
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-c", LEFT_OPEN, str(report)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    opened, readable, encodings, own, read, code = report.read_text().rstrip().split("|")
    assert done.returncode == 0
    assert (opened, read, code) == ("[0, 1, 2]", "", "0")
    assert readable == "[True, False, False]"
    assert encodings == "['utf-8', 'utf-8', 'utf-8']"
    assert int(own) > 2


def test_streams_that_are_open() -> None:
    """They stay what they are."""
    before = (sys.stdin, sys.stdout, sys.stderr)

    open_missing_streams()

    assert (sys.stdin, sys.stdout, sys.stderr) == before


def written_to(target: str) -> subprocess.CompletedProcess[str]:
    """Write a line to a file or to a pipe whose reader has gone, and return what became of it."""
    program = "import sys; from cronofy_cli.output.plain import write_line; sys.exit(write_line('x'))"
    reader, writer = os.pipe()
    os.close(reader)
    file = writer if target == "pipe" else os.open(target, os.O_WRONLY)
    try:
        return subprocess.run(
            [sys.executable, "-c", program], stdout=file, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
        if file != writer:
            os.close(file)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk() -> None:
    """It fails, with one sentence, and the interpreter's last flush adds no other."""
    done = written_to("/dev/full")

    assert (done.returncode, done.stderr) == (1, "error: the output cannot be written: No space left on device\n")


def test_a_reader_that_has_gone() -> None:
    """It ends as `head` makes programs end, and nothing is said."""
    done = written_to("pipe")

    assert (done.returncode, done.stderr) == (141, "")
