"""A terminal whose keys are taken one by one: real ones, in a session of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from cronofy_cli.adapters.tty import Tty, can_take_keys, drawing_on
from tests.open_files import open_files
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="there keys are not taken"),
]

LIMIT_S = 60.0
LONG_S = 3600.0
MORE_THAN_A_PIPE_HOLDS = 70_000

SIZES = """
import fcntl, json, struct, sys, termios
from pathlib import Path
from cronofy_cli.adapters.tty import Tty, can_take_keys

def sized(columns, rows, environment):
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return can_take_keys(sys.stdin, (sys.stdout, sys.stderr), environment)

xterm = {"TERM": "xterm"}
found = [sized(60, 8, xterm), sized(59, 8, xterm), sized(60, 7, xterm), sized(200, 50, xterm)]
found += [sized(200, 50, each) for each in ({}, {"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"})]
Path(sys.argv[1]).write_text(json.dumps([found, Tty(sys.stdin, sys.stdout).size]))
"""

KEYS = """
import json, sys, termios
from pathlib import Path
from cronofy_cli.adapters.tty import Tty

def modes():
    found = termios.tcgetattr(0)
    return [found[3] & flag != 0 for flag in (termios.ICANON, termios.ECHO)]

tty = Tty(sys.stdin, sys.stdout)
before, keys, states = modes(), [], []
states.append([tty.is_entered, tty.enter(), tty.enter(), tty.is_entered])
inside = modes()
print("ready", flush=True)
while "q" not in keys:
    keys += [str(key) for key in tty.keys(3600)]
    print(f"<{keys[-1] if keys else ''}>", flush=True)
tty.leave()
tty.leave()
states.append(tty.is_entered)
Path(sys.argv[1]).write_text(json.dumps([keys, before, inside, modes(), states]))
tty.close()
tty.close()
"""

BACKGROUND = """
import json, os, sys
from pathlib import Path
from cronofy_cli.adapters.tty import Tty, can_take_keys

child = os.fork()
if child:
    os.waitpid(child, 0)
    raise SystemExit
os.setpgid(0, 0)
can = can_take_keys(sys.stdin, (sys.stdout, sys.stderr), {"TERM": "xterm"})
Path(sys.argv[1]).write_text(json.dumps([can, Tty(sys.stdin, sys.stdout).enter()]))
"""


def child(program: str, result: Path) -> pexpect.spawn[str]:
    """Start a program at a terminal of its own."""
    return pexpect.spawn(
        sys.executable,
        ["-c", program, str(result)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        encoding="utf-8",
        timeout=LIMIT_S,
        dimensions=(24, 80),
    )


def said(result: Path) -> Any:
    """Return what a program has found."""
    return json.loads(result.read_text())


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, TextIO, int]]:
    """A terminal that is not this process's own, and its other end."""
    other, number = os.openpty()
    with os.fdopen(number, encoding="ascii") as stdin, os.fdopen(os.dup(number), "w", encoding="ascii") as stdout:
        yield stdin, stdout, other
    os.close(other)


def test_where_keys_can_be_taken(tmp_path: Path) -> None:
    """A terminal of 60 columns and 8 rows or more that can do more than print, and not in CI."""
    at_terminal = child(SIZES, tmp_path / "found")
    at_terminal.expect(pexpect.EOF)

    assert said(tmp_path / "found") == [[True, False, False, True, False, False, False], [200, 50]]


def test_keys(tmp_path: Path) -> None:
    """They come one by one and are not echoed; Esc is told from an arrow by the time; then all is as it was before."""
    at_terminal = child(KEYS, tmp_path / "found")
    at_terminal.expect("ready")
    at_terminal.send("a\x1b[A\x1a\x1b")
    at_terminal.expect("<esc>")
    at_terminal.send("q")
    at_terminal.expect(pexpect.EOF)

    keys, before, inside, after, states = said(tmp_path / "found")
    assert keys == ["a", "up", "ctrl-z", "esc", "q"]
    assert (before, inside, after) == ([True, True], [False, False], [True, True])
    assert states == [[False, True, True, True], False]
    assert str(at_terminal.before).split() == ["<q>", "\x1b[?2004l"]


def test_in_the_background(tmp_path: Path) -> None:
    """A job in the background leaves the terminal alone: changing it would stop the job."""
    at_terminal = child(BACKGROUND, tmp_path / "found")
    at_terminal.expect(pexpect.EOF)

    assert said(tmp_path / "found") == [False, False]
    assert "\x1b" not in str(at_terminal.before)


def test_without_a_terminal(tmp_path: Path) -> None:
    """In a pipe there are no keys, and the size is the usual one."""
    with (tmp_path / "file").open("w+", encoding="utf-8") as file:
        tty = Tty(file, file)
        assert tty.size == (80, 24)
        assert not tty.enter()
        tty.close()
        assert not can_take_keys(file, (file,), {"TERM": "xterm"})

    assert (tmp_path / "file").read_text() == ""


def test_somebody_elses_terminal(terminal: tuple[TextIO, TextIO, int]) -> None:
    """Where it is not the job's own, keys are not taken."""
    stdin, stdout, _ = terminal

    assert not can_take_keys(stdin, (stdout,), {"TERM": "xterm"})
    tty = Tty(stdin, stdout)
    assert not tty.enter()
    tty.close()


def test_waking(terminal: tuple[TextIO, TextIO, int]) -> None:
    """Whoever waits for keys can be woken, also before the wait, and however often; nothing is left open."""
    stdin, stdout, _ = terminal
    before = open_files()
    tty = Tty(stdin, stdout)
    its_own = open_files() - before
    for _ in range(MORE_THAN_A_PIPE_HOLDS):
        tty.wake()

    assert tty.keys(LONG_S) == []
    tty.close()
    tty.close()
    tty.wake()
    assert its_own
    assert its_own.isdisjoint(open_files())


def test_once_it_is_closed_it_touches_no_other_file(terminal: tuple[TextIO, TextIO, int], tmp_path: Path) -> None:
    """Somebody may still wake or close it, when its descriptors have become those of other files."""
    stdin, stdout, _ = terminal
    tty = Tty(stdin, stdout)
    tty.close()
    with (tmp_path / "one").open("wb", buffering=0) as one, (tmp_path / "two").open("wb", buffering=0) as two:
        tty.wake()
        tty.close()
        one.write(b"1")
        two.write(b"2")

    assert [(tmp_path / name).read_bytes() for name in ("one", "two")] == [b"1", b"2"]


def test_drawing() -> None:
    """What a terminal's encoding has not is drawn as a question mark, and a terminal that has gone is no error."""
    program = "import sys; from cronofy_cli.adapters.tty import drawing_on; print('a'); drawing_on(sys.stdout)('é→')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"a\n\xe9?"

    reader, writer = os.pipe()
    os.close(reader)
    gone = os.fdopen(writer, "w", encoding="utf-8")
    drawing_on(gone)("lost")
    with suppress(BrokenPipeError):  # what was not written is tried again
        gone.close()
