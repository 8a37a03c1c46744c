"""`cronofy listen TARGET` while the application is away, from outside: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from sqlite3 import connect
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.paths import history_file
from tests.in_process import run_main
from tests.outbound.app import OK, answer_of, running_app
from tests.ports import free_port
from tests.scripts.listening import edit, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli


def results(cli: Cli, *options: str) -> list[list[Any]]:
    """Return what the application made of each delivery, as the list has it."""
    listed = run_main(cli, "deliveries", "list", "--json", *options).json
    return [[result["status"] or result["waiting"] for result in each["app"]] for each in listed]


def test_the_app_is_down(cli: Cli, simulator: SimulatorServer) -> None:
    """Five changes, Ctrl-C, the app comes up: the rest is sent once by the command that the run ended with."""
    port = free_port()
    with listening(cli, f"{port}/hook", "--no-read-events") as run:
        ready = run.running.wait_for("Ready.")
        for number in range(5):
            edit(cli, "add", f"Lunch {number}", "--calendar", "Work")
            run.wait_for("delivery", number + 1)
        assert run.running.stop() == 130

    assert f"Forwarding to http://localhost:{port}/hook." in ready
    summary, command = run.running.errors[-2:]
    assert summary == " 6 received, 0 forwarded, 0 failed, 6 still to send"
    words = command.partition(": cronofy ")[2].split()
    assert words[:3] == ["deliveries", "replay", "--not-forwarded"]
    assert results(cli) == [[True]] * 6
    assert len(results(cli, "--status", "waiting")) == 6
    with running_app(port=port) as app:
        assert run_main(cli, *words).exit_code == 0
        assert run_main(cli, *words).exit_code == 1
    assert [each.body.decode() for each in app.received] == [each["body"] for each in run.kept()]
    assert results(cli) == [[200]] * 6
    assert results(cli, "--status", "waiting") == []


def test_what_failed_in_a_test(cli: Cli, simulator: SimulatorServer) -> None:
    """With --count the exit code is 1 when the app did not take everything; without a failure it is 0."""
    options = ("--count", "1", "--only", "change", "--no-read-events")
    with running_app() as app:
        app.answer = lambda _: answer_of(500)
        with listening(cli, f"{app.port}/hook", *options) as run:
            edit(cli, "add", "Lunch", "--calendar", "Work")
            assert run.running.end() == 1
        assert run.running.errors[-2] == " 2 received, 0 forwarded, 1 failed, 0 still to send"
        assert "deliveries replay --failed --since" in run.running.errors[-1]
    with running_app() as app, listening(cli, f"{app.port}/hook", *options) as run:
        edit(cli, "add", "Lunch", "--calendar", "Work")
        assert run.running.end() == 0
    assert run.running.errors[-1] == " 2 received, 1 forwarded, 0 failed, 0 still to send"


def test_ctrl_c_while_the_app_hangs(cli: Cli, simulator: SimulatorServer) -> None:
    """While the end waits for the app that is said; a second Ctrl-C ends it, and what was not taken is counted."""
    with running_app(hangs=True) as app:
        with listening(cli, f"{app.port}/hook", "--no-read-events") as run:
            run.running.process.send_signal(2)
            run.running.wait_for("Ctrl-C again ends at once")
            assert run.running.stop() == 130
        app.awake.set()

    assert run.running.errors[-2] == " 1 received, 0 forwarded, 0 failed, 1 still to send"


def test_the_app_decides_and_is_shown_after_its_delivery(cli: Cli, simulator: SimulatorServer) -> None:
    """With --ack app each delivery's line, with what Cronofy was answered, stands before what the application said."""
    with running_app() as app:
        app.answer = lambda _: answer_of(202)
        with listening(cli, f"{app.port}/hook", "--ack", "app", "--only", "change", "--no-read-events") as run:
            for number in range(5):
                edit(cli, "add", f"Lunch {number}", "--calendar", "Work")
                run.wait_for("forward", number + 1)

    lines = [line for line in map(json.loads, run.running.lines) if line["kind"] in {"delivery", "forward"}]
    order = [(line["kind"], line.get("delivery_id", line.get("id"))) for line in lines]
    assert all(order.index(("delivery", number)) < order.index(("forward", number)) for _, number in order)
    assert {line["response_status"] for line in lines if line["kind"] == "delivery"} == {202}


def test_what_is_late_is_marked_for_programs(cli: Cli, simulator: SimulatorServer) -> None:
    """What waited for the app is `late` in its line of JSON; what came before and after is not."""
    port = free_port()
    with listening(cli, f"{port}/hook", "--only", "change", "--no-read-events") as run:
        for number in range(2):
            edit(cli, "add", f"Lunch {number}", "--calendar", "Work")
            run.wait_for("delivery", number + 1)
        with running_app(port=port):
            run.running.wait_until(lambda _: sum(each["succeeded"] for each in run.lines("forward")) == 2)
            edit(cli, "add", "Dinner", "--calendar", "Work")
            run.running.wait_until(lambda _: sum(each["succeeded"] for each in run.lines("forward")) == 3)

    late = [(each["succeeded"], each["late"]) for each in run.lines("forward")]
    assert late == [(False, False), (True, True), (True, True), (True, False)]


@contextmanager
def held_history(cli: Cli) -> Iterator[Connection]:
    """Hold the history as another program would, for as long as the block lasts or until it is rolled back."""
    file = history_file(cli.environment)
    with closing(connect(file, 60.0, isolation_level=None, check_same_thread=False)) as other:
        yield other


@pytest.mark.parametrize("is_released", [True, False])
def test_the_history_is_locked_while_the_app_answers(is_released: bool, cli: Cli, simulator: SimulatorServer) -> None:
    """What the app took meanwhile never counts as waiting: it is written after the lock, or reported at the end."""
    with (
        running_app() as app,
        listening(cli, f"{app.port}/hook", "--no-read-events") as run,
        held_history(cli) as other,
    ):
        run.wait_for("forward", 1)

        def locking(_: object) -> bytes:
            other.execute("BEGIN EXCLUSIVE")
            return OK

        app.answer = locking
        edit(cli, "add", "Lunch", "--calendar", "Work")
        run.wait_for("forward", 2)
        if is_released:
            run.running.wait_for("locked")
            other.execute("ROLLBACK")
        assert run.running.stop() == 130
        if not is_released:
            other.execute("ROLLBACK")

    said = "\n".join(run.running.errors)
    assert " 2 received, 2 forwarded, 0 failed, 0 still to send" in said
    assert ("1 result of forwarding could not be written" in said) is not is_released
    assert results(cli, "--status", "waiting") == ([] if is_released else [[True]])
