"""`cronofy wait` that receives by itself, or does not because somebody else does."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main
from tests.scripts.listening import edit, listening, open_channels

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli, Running

WAIT = ("wait", "--data-center", "simulator", "--timeout", "5m")
LIMITED = ("wait", "--data-center", "simulator", "--json", "--type", "change", "--timeout")
OWN = "waiting with a new channel"
LONGER = "45s"
"""A limit for a machine on which the start alone takes longer than the short one."""


def test_nobody_listens(cli: Cli, simulator: SimulatorServer) -> None:
    """It opens a channel, waits for a change and no step on the way, prints it and nothing else, and closes it."""
    with cli.start(*WAIT) as waiting:
        waiting.wait_for("Ready.")
        [channel] = open_channels(cli)
        edit(cli, "add", "Lunch")
        exit_code = waiting.end()

    [line] = map(json.loads, waiting.lines)
    assert exit_code == 0
    assert (line["type"], line["signature"]["state"]) == ("change", "valid")
    assert line["channel_id"] == channel["channel_id"]
    assert open_channels(cli) == []


def test_the_own_verification_counts_if_it_is_asked_for(cli: Cli, simulator: SimulatorServer) -> None:
    """Waiting for a verification is a test of the set-up."""
    result = cli(*WAIT, "--type", "verification")

    assert (result.exit_code, json.loads(result.stdout)["type"]) == (0, "verification")


def limited(cli: Cli, limit: str) -> tuple[Running, int, list[str]]:
    """Wait for a change as long as a limit allows, while something else comes; return the end, and what it lists."""
    with cli.start(*LIMITED, limit) as waiting:
        with waiting.changed:
            waiting.changed.wait_for(lambda: "Ready." in "".join(waiting.errors_so_far) or not waiting.open_streams, 60)
        run_main(cli, "simulator", "push", "smart_invite")
        exit_code = waiting.end()
    return waiting, exit_code, [line for line in waiting.errors if "smart_invite" in line]


def test_the_time_limit(cli: Cli, simulator: SimulatorServer) -> None:
    """The limit runs from the first moment; at its end the channel is closed, and what came is listed."""
    waiting, exit_code, listed = limited(cli, "5s")
    if not listed:
        waiting, exit_code, listed = limited(cli, LONGER)

    assert (exit_code, waiting.lines) == (124, ["[]"])
    [kept] = run_main(cli, "deliveries", "list", "--type", "smart_invite", "--json").json
    assert [f"#{kept['id']} " in line and "is not of type change" in line for line in listed] == [True]
    assert open_channels(cli) == []


def test_not_ready_within_the_time_limit(cli: Cli, simulator: SimulatorServer) -> None:
    """A limit that is over before it is ready ends it as well, and nothing is left open."""
    result = cli("wait", "--data-center", "simulator", "--timeout", "1ms", "--json")

    assert (result.exit_code, result.json, result.error["code"]) == (124, [], "time_limit")
    assert open_channels(cli) == []


def test_why_is_asked_shortly_before_the_limit(cli: Cli, simulator: SimulatorServer) -> None:
    """At the limit the hint is what `cronofy why` finds first."""
    run_main(cli, "simulator", "profile", "disconnect", "google")
    result = cli(*LIMITED, "8s")
    if "disconnected" not in result.error["hint"]:
        result = cli(*LIMITED, LONGER, limit_s=120)

    assert result.exit_code == 124
    assert "disconnected" in result.error["hint"]


def test_each_call_returns_the_next(cli: Cli, simulator: SimulatorServer) -> None:
    """A script that acts first and waits afterwards misses nothing: it goes on behind what it has got."""
    with listening(cli) as listener:
        after = listener.lines("ready")[0]["newest_delivery_id"]
        for value in ("first", "second"):
            run_main(cli, "simulator", "push", "change", "--field", f"x={value}")
        listener.wait_for("delivery", 2)
        found = []
        for _ in range(2):
            result = cli(*WAIT, "--after", str(after))
            found.append(json.loads(result.stdout))
            after = found[-1]["id"]

    assert [each["id"] for each in found] == [2, 3]


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(number: int, exit_code: int, cli: Cli, simulator: SimulatorServer) -> None:
    """A signal closes the channel, and the exit code tells which it was."""
    with cli.start(*WAIT) as waiting:
        waiting.wait_for("Ready.")
        assert waiting.stop(number) == exit_code

    assert (waiting.lines, open_channels(cli)) == ([], [])


def test_somebody_listens(cli: Cli, simulator: SimulatorServer) -> None:
    """What a running `listen` receives is waited for, and no second channel is opened."""
    wanted = ("--type", "change", "--where", "notification.x == 'second'", "--since", "1m")
    with listening(cli) as listener, cli.start(*WAIT, *wanted) as waiting:
        for number, value in enumerate(("first", "second"), 1):
            run_main(cli, "simulator", "push", "change", "--field", f"x={value}")
            listener.wait_for("delivery", number)
        exit_code = waiting.end()
        assert [channel["channel_id"] for channel in open_channels(cli)] == [listener.channel_id]

    assert (exit_code, waiting.errors) == (0, [])
    assert json.loads(waiting.lines[0])["channel_id"] == listener.channel_id


def test_the_listener_ends(cli: Cli, simulator: SimulatorServer) -> None:
    """When the `listen` that it relied on ends, it receives by itself, and what came before counts."""
    wanted = ("--type", "change", "--count", "2", "--since", "1m")
    with listening(cli) as listener, cli.start(*WAIT, *wanted) as waiting:
        edit(cli, "add", "First")
        waiting.wait_until(lambda lines: len(lines) == 1)
        listener.running.stop()
        waiting.wait_for("Ready.")
        edit(cli, "add", "Second")
        exit_code = waiting.end()

    assert (exit_code, len(waiting.lines)) == (0, 2)
    assert open_channels(cli) == []


def test_it_is_told_to_receive(cli: Cli, simulator: SimulatorServer) -> None:
    """With --listen it has a channel of its own whoever else listens; both get the notification."""
    with listening(cli) as listener, cli.start(*WAIT, "--listen", "--type", "change") as waiting:
        waiting.wait_for("Ready.")
        assert len(open_channels(cli)) == 2
        edit(cli, "add", "Lunch")
        listener.wait_for("delivery")
        exit_code = waiting.end()

    assert exit_code == 0
    assert any(OWN in line for line in waiting.errors)


def test_no_simulator_runs(cli: Cli) -> None:
    """As `listen` it starts a simulator when none runs, which other processes find, and which ends with it."""
    with cli.start(*WAIT) as waiting:
        waiting.wait_for("Ready.")
        edit(cli, "add", "Lunch")
        exit_code = waiting.end()

    assert (exit_code, len(waiting.lines)) == (0, 1)
    assert run_main(cli, "simulator", "status").exit_code == 3
