"""The user's pager, at a real terminal."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli

# pexpect forks; Python 3.12 warns of that when another test has left a thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning")

PAGER = """\
import os, sys
page = sys.stdin.read()
sys.stdout.write(f"[paged {os.environ['LESS']}] {page}")
"""
ENDS_AT_ONCE = "import sys; sys.stdin.close()"


def at_terminal(cli: Cli, *arguments: str, pager: str | None) -> tuple[str, int]:
    """Run a command at a terminal; return what is on it, and the exit code."""
    environment = cli.environment | {"TERM": "xterm"} | ({} if pager is None else {"PAGER": pager})
    program, *words = cli.command(*arguments)
    child = pexpect.spawn(program, words, env=environment, cwd=str(cli.folder), encoding="utf-8", timeout=60)
    child.expect(pexpect.EOF)
    child.close()
    return re.sub(r"\r\n", "\n", child.before or ""), int(child.exitstatus or 0)


def pager(folder: Path, program: str = PAGER) -> str:
    """Return a command line that is a pager, with a blank in its path."""
    path = folder / "my pager.py"
    path.write_text(program)
    return f"'{sys.executable}' '{path}'"


def test_long_output_goes_to_the_pager(cli: Cli, tmp_path: Path) -> None:
    """Where PAGER is set, a page of help is shown by it, with the options that keep short output on the screen."""
    shown, code = at_terminal(cli, "help", "where", pager=pager(tmp_path))

    assert shown.startswith("[paged FRX] Expressions")
    assert "\n--query prints JSON" in shown
    assert code == 0


@pytest.mark.parametrize("off", [("--no-pager",), ()], ids=["option", "cat"])
def test_no_pager(off: tuple[str, ...], cli: Cli, tmp_path: Path) -> None:
    """`--no-pager`, PAGER=cat and no PAGER at all write to the terminal."""
    for named in (pager(tmp_path) if off else "cat", None):
        shown, code = at_terminal(cli, "help", "where", *off, pager=named)
        assert (shown.startswith("Expressions"), code) == (True, 0)


def test_a_pager_that_is_left_early(cli: Cli, tmp_path: Path) -> None:
    """Who has read enough ends the pager, and that is no failure."""
    assert at_terminal(cli, "commands", "--all", "--json", pager=pager(tmp_path, ENDS_AT_ONCE)) == ("", 0)


def test_a_pager_that_is_not_there(cli: Cli) -> None:
    """Then there is a warning, and the output."""
    shown, code = at_terminal(cli, "help", "where", pager="no-such-pager")

    assert shown.startswith("warning: PAGER is 'no-such-pager', which cannot be run\nExpressions")
    assert code == 0


@pytest.mark.parametrize(
    "failing", ["false", "sh -c 'no-such-pager'", "sh -c 'cat >/dev/null; exit 3'"], ids=["at once", "shell", "late"]
)
def test_a_pager_that_fails(failing: str, cli: Cli) -> None:
    """Then there is a warning, and the whole output, also where it is longer than a pipe holds."""
    for words in (("help", "where"), ("commands", "--all", "--json")):
        shown, code = at_terminal(cli, *words, pager=failing)
        plain, _ = at_terminal(cli, *words, pager=None)
        warning = re.search(f"warning: PAGER is '{re.escape(failing)}', which fails .*\n", shown)
        assert warning is not None
        assert (shown[warning.end() :], code) == (plain, 0)


@pytest.mark.parametrize("command", ["less '", "./broken"])
def test_a_pager_that_cannot_be_started(command: str, cli: Cli) -> None:
    """A command line or program that is broken is one that is not there."""
    (cli.folder / "broken").write_bytes(b"\x7fELF")
    (cli.folder / "broken").chmod(0o755)
    shown, code = at_terminal(cli, "help", "where", pager=command)

    assert shown.startswith(f"warning: PAGER is '{command}', which cannot be run\nExpressions")
    assert code == 0


def test_in_a_pipe_there_is_no_pager(cli: Cli, tmp_path: Path) -> None:
    """Programs get the output itself."""
    result = run_main(cli, "help", "where", environment={"PAGER": pager(tmp_path)})

    assert result.stdout.startswith("Expressions")
