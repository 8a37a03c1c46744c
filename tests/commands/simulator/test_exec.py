"""`cronofy simulator exec`: how it ends, and what it says meanwhile."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.simulator.running import running_simulators
from cronofy_cli.commands.simulator.exec import _NotSimulated
from tests.commands.simulator.test_run_view import ATTEMPT, REQUEST
from tests.in_process import run_main
from tests.output.outputs import MemoryOutput, closed_pipe

if TYPE_CHECKING:
    from tests.support import Cli


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143), ("kill -9 $$", 137)]
)
def test_it_ends_as_the_command_did(script: str, code: int, cli: Cli) -> None:
    """Its exit code is the command's, as a shell would tell it; SIGTERM is ours again, and no simulator is left."""
    before = signal.getsignal(signal.SIGTERM)

    assert run_main(cli, "simulator", "exec", "--", "sh", "-c", script).exit_code == code
    assert signal.getsignal(signal.SIGTERM) is before
    assert list(running_simulators(cli.environment)) == []


def test_a_command_that_is_not_there(cli: Cli) -> None:
    """It is named with the system's word for it."""
    result = run_main(cli, "simulator", "exec", "--", "no-such-command", "x")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: 'no-such-command' cannot be run: No such file or directory\nhint: cronofy simulator exec -- COMMAND\n"
    )


def test_what_is_not_simulated_is_said_once() -> None:
    """Each kind of call once, by its note or its path; everything else is the command's to print."""
    memory = MemoryOutput()
    view = _NotSimulated(memory.output)
    for status, path, note in ((501, "/v1/a", None), (501, "/v1/a", None), (501, "/v1/b", "b"), (500, "/v1/c", None)):
        view.note_request(replace(REQUEST, status=status, path=path, note=note))
    view.note_attempt(ATTEMPT)

    assert memory.stderr.text == "not simulated: /v1/a\nnot simulated: b\n"
    assert memory.stdout.text == ""
    with closed_pipe() as gone:
        _NotSimulated(gone).note_request(replace(REQUEST, status=501))
