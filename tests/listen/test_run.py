"""A run whose parts fail while it goes on: never "ready" without them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.deadline import Deadline
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.errors import TimeLimitReached, WorkerFailed
from cronofy_cli.listen.forwarding.options import ForwardingOptions
from cronofy_cli.listen.options import ListenOptions
from cronofy_cli.listen.run import ListenRun
from cronofy_cli.listen.stop import StopRequest
from tests.listen.leavings import nothing_left
from tests.listen.patient import patient_client
from tests.output.outputs import MemoryOutput
from tests.ports import free_port
from tests.scripts.listening import edit
from tests.sender import numbered_body, post

if TYPE_CHECKING:
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.surroundings import Surroundings
    from tests.support import Cli

LIMIT_S = 60.0


def test_a_part_that_fails(cli: Cli, surroundings: Surroundings) -> None:
    """The run ends with what failed, /healthz says 503 at once, the ready file is gone, and nothing is left."""
    ready_file = cli.folder / "ready.json"
    options = ListenOptions(PrintStyle.COMPACT, ready_file=ready_file, health_port=0)

    def fail(_read: ChangeRead) -> None:
        raise KeyError("x")

    with nothing_left(cli), StopRequest() as stop, ListenRun(surroundings, options, stop, on_read=fail):
        health = json.loads(ready_file.read_bytes())["health_url"]
        with patient_client(health) as client:
            assert client.get(health).status_code == 200
            edit(cli, "add", "Lunch")
            with pytest.raises(WorkerFailed, match="change reader failed: KeyError: 'x'"):
                stop.wait(LIMIT_S)
            assert client.get(health).status_code == 503
        assert not ready_file.exists()


def test_a_time_limit_that_is_over_before_it_is_ready(cli: Cli, surroundings: Surroundings) -> None:
    """The error names the limit; there are no numbers of a run that never was, and nothing is left of it."""
    memory = MemoryOutput()
    other_secret = (ClientSecret("another's", "CRN_2"),)
    around = replace(surroundings, output=memory.output, deadline=Deadline.after(0), client_secrets=other_secret)
    options = ListenOptions(PrintStyle.COMPACT, forwarding=ForwardingOptions("3000"))
    run = ListenRun(around, options, StopRequest())

    with nothing_left(cli), pytest.raises(TimeLimitReached, match="not ready within the time limit of 0 s: ") as caught:
        ExitStack().enter_context(run)

    assert caught.value.hint
    assert not run.has_failed
    assert " received, " not in memory.stderr.text


def test_the_numbers_at_the_end(surroundings: Surroundings) -> None:
    """How many came and were forwarded is said when all has ended; what was not taken makes the run a failed one."""
    memory = MemoryOutput()
    options = ListenOptions(PrintStyle.COMPACT, forwarding=ForwardingOptions(str(free_port())), read_events=False)
    with StopRequest() as stop, ListenRun(replace(surroundings, output=memory.output), options, stop) as run:
        had_failed = run.has_failed
        assert post(run.session.callback_url, numbered_body(1)) == 200

    assert (had_failed, run.has_failed) == (False, True)
    assert " 2 received, 0 forwarded, 0 failed, 2 still to send" in memory.stderr.text.splitlines()


@pytest.mark.parametrize("is_announced", [True, False])
def test_whether_it_is_announced(is_announced: bool, cli: Cli, surroundings: Surroundings) -> None:
    """A run that another command makes says nothing of being ready, neither to people nor to programs."""
    memory, file = MemoryOutput(), cli.folder / "ready.json"
    options = ListenOptions(PrintStyle.JSON, is_announced=is_announced, ready_file=file, read_events=False)
    with StopRequest() as stop, ListenRun(replace(surroundings, output=memory.output), options, stop):
        assert file.exists() is is_announced

    assert not file.exists()
    assert ('"kind":"ready"' in memory.stdout.text) is is_announced
    assert ("Ready. Ctrl-C closes the channel." in memory.stderr.text) is is_announced
