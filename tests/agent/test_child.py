"""A command as a tool's child: what is kept of what it prints, and that it always ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from cronofy_cli.agent import child
from cronofy_cli.agent.child import Children

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.agent.child import Ended


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Children]:
    """Has a shell script run in the place of this program's commands."""

    def play(script: str) -> Children:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        return Children()

    return play


@pytest.fixture
def run(children: Callable[[str], Children]) -> Callable[..., Ended]:
    """Runs a shell script to its end."""

    def run_script(script: str, **options: Any) -> Ended:
        async def to_its_end() -> Ended:
            with anyio.fail_after(60):
                return await children(script).run(["why", "--json"], **options)
            raise AssertionError("fail_after() raises")

        return anyio.run(to_its_end)

    return run_script


def test_what_it_printed(run: Callable[..., Ended]) -> None:
    """All lines, the last one also without its end; as one document, or one a line; each is told of as it comes."""
    counts: list[int] = []

    async def note(count: int) -> None:
        counts.append(count)

    lines = run("echo 1; echo; printf 2", on_line=note)
    assert (lines.lines, lines.documents, lines.exit_code, lines.is_cut) == ([b"1", b"", b"2"], [1, 2], 0, False)
    assert counts == [1, 2]
    assert run("printf '[1,\n2]'").document == [1, 2]
    assert run("exit 3").document is None


def test_what_is_too_much(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that prints more lines than are wanted, or more than can be held, is ended; at the limit it is not."""
    assert not run("printf '1\n2\n3\n'", most_lines=3).is_cut
    cut = run("while :; do echo line; done", most_lines=3)
    assert (cut.is_cut, len(cut.lines) > 3) == (True, True)

    monkeypatch.setattr(child, "MOST_STDOUT", 1000)
    assert not run("printf '%1000d' 1").is_cut
    assert run("printf '%1001d' 1; exec sleep 60").is_cut


def test_the_end_of_stderr(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what it says only the end is kept, where the error is."""
    monkeypatch.setattr(child, "MOST_STDERR", 10)

    assert run("printf '%s' abcdefghijklm >&2").stderr == b"defghijklm"


def test_its_error(run: Callable[..., Ended]) -> None:
    """The last object with a code, and its exit code; without one that is said, with a command that finds out more."""
    said = (
        """echo '{"code": "first"}' >&2; echo '{"code": "last", "hint": "h"}' >&2; echo '{"a": 1}' >&2; echo '[' >&2"""
    )

    assert run(f"{said}; exit 4").error == {"code": "last", "hint": "h", "exit_code": 4}
    assert run("echo '[1]' >&2; exit 7").error == {
        "code": "failed",
        "message": "'cronofy why --json' ended with exit code 7 and without a message",
        "hint": "cronofy doctor",
        "docs": None,
        "exit_code": 7,
    }


def test_one_that_does_not_end(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What goes on after SIGTERM is killed."""
    monkeypatch.setattr(child, "ENDING_LIMIT_S", 0.1)

    with pytest.raises(ExceptionGroup) as caught:
        run(f"trap '' TERM; echo $$ > '{tmp_path}/pid'; echo 1; exec sleep 60", on_line=_give_up)

    assert caught.group_contains(GivenUp)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_all_that_run_are_ended(children: Callable[[str], Children], tmp_path: Path) -> None:
    """When the server ends, each command that runs has ended before."""
    running = children(f"echo $$ > '{tmp_path}/pid'; echo 1; exec sleep 60")

    async def end_all() -> None:
        started = anyio.Event()

        async def note(_: int) -> None:
            started.set()

        async def run() -> None:
            await running.run([], on_line=note)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(run)
                await started.wait()
                await running.end_all()
                group.cancel_scope.cancel()
                with pytest.raises(ProcessLookupError):
                    os.kill(int((tmp_path / "pid").read_text()), 0)

    anyio.run(end_all)


class GivenUp(Exception):
    """The client does not want to know any more."""


async def _give_up(_: int) -> None:
    raise GivenUp
