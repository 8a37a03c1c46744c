"""The program is killed while it forwards."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import Criteria, ForwardState, open_history
from cronofy_cli.listen.forwarding.options import ForwardingOptions
from tests.listen.forwarding.following import forwarding
from tests.outbound.app import running_app
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path


def test_kill_while_forwarding(tmp_path: Path) -> None:
    """What the history says was forwarded did reach the app, and what it does not say so of can be forwarded later."""
    with running_app() as app:
        command = [sys.executable, "-m", "tests.listen.forwarding.forwarding_program", str(tmp_path), str(app.port)]
        with subprocess.Popen(command, cwd=REPOSITORY) as process:
            app.await_received(300)
            process.kill()
        arrived = {each.body for each in app.received}

    with open_history(tmp_path / "history.db") as history:
        recorded = history.latest(2000)
        taken = history.latest(2000, Criteria(forward=(ForwardState.FORWARDED,)))
        left = history.latest(2000, Criteria(forward=(ForwardState.NOT_FORWARDED,)))

    assert {each.request.body for each in recorded} >= arrived
    assert {each.request.body for each in taken} <= arrived
    assert len(taken) + len(left) == len(recorded)
    with running_app() as app, forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, _):
        forwarder(left)
        assert [each.body for each in app.await_received(len(left))] == [each.request.body for each in left]
