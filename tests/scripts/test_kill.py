"""What `listen` has answered is on disk, whatever happens next."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.environment import Variable
from tests.in_process import run_main
from tests.sender import Burst

if TYPE_CHECKING:
    from tests.support import Cli

NOTIFICATIONS = 2000
ANSWERS_BEFORE_THE_END = 700


def kept_bodies(cli: Cli) -> set[bytes]:
    """Return the bodies of all deliveries in the history."""
    listed = run_main(cli, "deliveries", "list", "--limit", "100000", "--ndjson").stdout_bytes.splitlines()
    return {json.loads(line)["body"].encode() for line in listed}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_kill_9_in_the_middle_of_a_burst(cli: Cli, store: str, request: pytest.FixtureRequest) -> None:
    """2,000 notifications over 64 connections, and `kill -9` in the midst: every one that was answered 2xx is kept."""
    if store == "postgres":
        cli.environment[Variable.HISTORY] = request.getfixturevalue("postgres_url")
    with cli.start("listen", "--data-center", "simulator") as running:
        ready = json.loads(running.wait_for('"kind":"ready"'))

        def kill_in_the_midst(_: int) -> None:
            if burst.taken >= ANSWERS_BEFORE_THE_END:
                running.process.send_signal(signal.SIGKILL)

        burst = Burst(ready["callback_url"], NOTIFICATIONS, connections=64, on_answer=kill_in_the_midst)
        burst.send()
        exit_code = running.end()

    assert exit_code == -signal.SIGKILL
    assert ANSWERS_BEFORE_THE_END <= len(burst.accepted) < NOTIFICATIONS
    assert burst.accepted - kept_bodies(cli) == set()


def test_after_a_kill_it_goes_on(cli: Cli) -> None:
    """A history that was left in the middle of a burst is written to and read by the next run."""
    for _ in range(2):
        with cli.start("listen", "--data-center", "simulator") as running:
            ready = json.loads(running.wait_for('"kind":"ready"'))
            burst = Burst(ready["callback_url"], 50, connections=8, on_answer=lambda _: None)
            burst.send()
            running.stop(signal.SIGKILL)
        assert list(burst.answered.values()) == [200] * 50

    kept = run_main(cli, "deliveries", "list", "--type", "smart_invite", "--limit", "1000").lines

    assert len(kept) == 100
