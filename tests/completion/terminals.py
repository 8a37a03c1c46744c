"""Real shells at a terminal, with our completion scripts loaded as a user would load them.

`cronofy` is first on their PATH. Asked for completions it is the real program; run, it only tells its arguments.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pexpect

from tests.requirements import require_program
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPLETIONS = REPOSITORY / "completions"
LIMIT_S = 60

_TAB, _KILL_LINE, _ENTER = "\t", "\x15", "\r"
_PROMPT = "ready> "
_LAST = "that-is-all"
_ESCAPE_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])")

_PROGRAM = f"""\
#!/bin/sh
[ -n "$_CRONOFY_COMPLETE" ] && exec '{sys.executable}' -m cronofy_cli "$@"
printf 'ran:'; printf ' <%s>' "$@"; echo
"""

_BASH_SETTINGS = f"""\
PS1='{_PROMPT}'
bind 'set show-all-if-ambiguous on'
bind 'set enable-bracketed-paste off'
bind 'set completion-query-items 0'
bind 'set page-completions off'
. '{COMPLETIONS}/cronofy.bash'
"""

_ZSH_SETTINGS = f"""\
PS1='{_PROMPT}'
unset zle_bracketed_paste
unsetopt prompt_cr prompt_sp
LISTMAX=0
fpath=('{COMPLETIONS}' $fpath)
autoload -U compinit && compinit -u -D
"""

_FISH_SETTINGS = f"""\
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
function fish_prompt; echo -n '{_PROMPT}'; end
source '{COMPLETIONS}/cronofy.fish'
"""


class Terminal:
    """A shell that waits for a line."""

    def __init__(self, shell: pexpect.spawn[str]) -> None:
        self._shell = shell

    def words_of(self, keys: str) -> str:
        """Type a line, with TABs in it, and return the arguments that `cronofy` is run with, each in <>."""
        self._shell.send(f"{keys}{_ENTER}")
        self._shell.expect(r"ran: ([^\r\n]*)\r?\n")
        assert self._shell.match is not None
        return str(self._shell.match[1])

    def offered_for(self, keys: str) -> str:
        """Type something and a TAB, and return all that the shell shows then."""
        self._shell.send(f"{keys}{_TAB}{_KILL_LINE}cronofy {_LAST}{_ENTER}")
        self._shell.expect_exact(f"ran: <{_LAST}>")
        return _ESCAPE_SEQUENCE.sub("", str(self._shell.before))


@contextmanager
def terminal(shell: str, folder: Path) -> Iterator[Terminal]:
    """Start a shell in `folder`, with nothing of the developer's own set-up."""
    program = require_program(shell)
    arguments, settings = _prepared(shell, folder)
    child = pexpect.spawn(
        program,
        arguments,
        cwd=str(folder),
        env=_environment(folder),
        encoding="utf-8",
        timeout=LIMIT_S,
        dimensions=(60, 200),
    )
    try:
        if settings is not None:
            child.sendline(f". {settings}")
        child.expect_exact(_PROMPT)
        yield Terminal(child)
    finally:
        child.close(force=True)


def _prepared(shell: str, folder: Path) -> tuple[list[str], Path | None]:
    """Write what the shell reads; return its arguments, and the file that it must be told to read."""
    program = folder / "bin" / "cronofy"
    program.parent.mkdir()
    program.write_text(_PROGRAM)
    program.chmod(0o755)
    if shell == "fish":
        (folder / "config" / "fish").mkdir(parents=True)
        (folder / "config" / "fish" / "config.fish").write_text(_FISH_SETTINGS)
        # Without this folder fish starts to read all manual pages in the background.
        (folder / "share" / "fish" / "generated_completions").mkdir(parents=True)
        return ["--interactive"], None
    settings = folder / "settings"
    settings.write_text(_BASH_SETTINGS if shell == "bash" else _ZSH_SETTINGS)
    return (["--norc", "--noprofile", "-i"] if shell == "bash" else ["-f", "-i"]), settings


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "share"),
        "CRONOFY_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(REPOSITORY),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }
