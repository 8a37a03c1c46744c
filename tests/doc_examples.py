"""The command blocks of the README and of `docs/`, and somebody who types them.

A block of `sh` is typed line by line, unless a comment before it gives the reason why not:

    <!-- not run: needs a Cronofy account -->

Where a command does not end with 0, a comment says what it may end with: `<!-- exit codes: 0 1 -->`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.in_process import run_main
from tests.scripts.listening import open_channels
from tests.support import COMMAND_LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support import Cli, Running

RUN_BY_CI: Final = ("demo", "test")
"""The README's own marks: `.ci/run` and people run these blocks, and they make an environment of their own."""
SIGINT_EXIT: Final = 130
PATIENCE_S: Final = 0.3

_BLOCK: Final = re.compile(r"(?:^<!-- ([^\n]*?) -->\n)?^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL: Final = re.compile(r"[|&;<>$`]")
_KEEPS_RUNNING: Final = re.compile(r"cronofy (listen(?!.*--count)|simulator run|events follow)\b")
_WAITS: Final = re.compile(r"cronofy (wait|listen .*--count)\b")
_EDIT: Final = ("simulator", "edit", "add", "Meanwhile", "--calendar", "Work")
_READY: Final = {"listen": '"kind":"ready"', "simulator": '"url"', "events": ""}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of commands on a page."""

    page: str
    line: int
    mark: str
    commands: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why it is not run; empty if it is."""
        return self.mark.removeprefix("not run:").strip() if self.mark.startswith("not run:") else ""

    @property
    def exit_codes(self) -> set[int]:
        """What its commands may end with."""
        named = self.mark.removeprefix("exit codes:") if self.mark.startswith("exit codes:") else "0"
        return {int(each) for each in named.split()}


def blocks_of(page: Path) -> list[Block]:
    """Return the command blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page.name, text.count("\n", 0, match.start()) + 1, match[1] or "", _commands(match[2]))
        for match in _BLOCK.finditer(text)
    ]


def _commands(block: str) -> tuple[str, ...]:
    lines = block.replace("\\\n", " ").splitlines()
    return tuple(line for each in lines if (line := re.sub(r"(^|\s+)#\s.*$", "", each).strip()))


@dataclass
class Typist:
    """Somebody at a terminal who types what a page says, and edits a calendar while a command waits for that."""

    cli: Cli
    instead: Mapping[str, str]
    """What this machine has in place of what the examples name: ports and ids."""
    typed: list[str] = field(default_factory=list)

    def type(self, block: Block) -> None:
        """Run the commands of a block; what keeps running is interrupted before the next such one, and at the end."""
        with ExitStack() as stack:
            running: list[Running] = []
            for command in block.commands:
                line = self._here(command)
                self.typed.append(line)
                if _KEEPS_RUNNING.match(line) and not _SHELL.search(line):
                    self._interrupt(running)
                    running = [self._start(stack, line)]
                else:
                    self._run(line, block.exit_codes)
                    if " edit " in line:
                        self._see(running)
            self._interrupt(running)

    def _interrupt(self, running: list[Running]) -> None:
        for each in running:
            assert each.stop() in {0, SIGINT_EXIT}, (self.typed, each.errors_so_far)

    def _here(self, command: str) -> str:
        for example, ours in self.instead.items():
            command = re.sub(rf"(?<![\w.-]){re.escape(example)}(?![\w-])", ours, command)
        return command

    def _start(self, stack: ExitStack, line: str) -> Running:
        words = shlex.split(line)[1:]
        running = stack.enter_context(self.cli.start(*words))
        running.wait_for(_READY[words[0]])
        return running

    def _see(self, running: list[Running]) -> None:
        """The other terminal shows what was edited in this one."""
        for each in running:
            each.wait_for('"type":"change"')

    def _run(self, line: str, exit_codes: set[int]) -> None:
        if line.startswith("cronofy ") and not _SHELL.search(line) and not _WAITS.match(line):
            result = run_main(self.cli, *shlex.split(line)[1:])
            exit_code, printed = result.exit_code, result.stdout + result.stderr
        else:
            exit_code, printed = self._run_in_a_shell(line)
        assert exit_code in exit_codes, (line, exit_code, printed)

    def _run_in_a_shell(self, line: str) -> tuple[int, str]:
        with ExitStack() as stack:
            process = stack.enter_context(self._shell(line))
            stack.callback(process.kill)
            for _ in range(round(COMMAND_LIMIT_S / PATIENCE_S)):
                try:
                    printed, _ = process.communicate(timeout=PATIENCE_S)
                except subprocess.TimeoutExpired:
                    if _WAITS.search(line) and open_channels(self.cli):
                        run_main(self.cli, *_EDIT)
                else:
                    return process.returncode, printed
        raise AssertionError(f"it does not end: {line}")

    def _shell(self, line: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=self.cli.folder,
            env=self.cli.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def install_programs(cli: Cli) -> None:
    """Put the programs on the path that examples call by name."""
    folder = cli.folder / "bin"
    folder.mkdir()
    for name, script in {
        "cronofy": f'exec {shlex.quote(sys.executable)} -m cronofy_cli "$@"',
        "npm": 'test -n "$CRONOFY_API_URL"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    cli.environment["PATH"] = f"{folder}:{cli.environment['PATH']}"
