"""`cronofy listen` with --only, --channel and --where: what is shown, counted and forwarded of all that is recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main
from tests.outbound.app import answer_of, running_app
from tests.scripts.listening import listening
from tests.sender import post

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli


def body(number: int, type_: str = "smart_invite", channel_id: str = "chn_1") -> bytes:
    """Return a notification that can be told from others."""
    return json.dumps(
        {"notification": {"type": type_, "number": number}, "channel": {"channel_id": channel_id}}
    ).encode()


BODIES = [body(0), body(1, "profile_disconnected"), body(2, channel_id="chn_2"), body(3), b"not JSON"]


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--only", "smart_invite"], [0, 2, 3]),
        (["--channel", "chn_2"], [2]),
        (["--where", "notification.number > `1`"], [2, 3]),
        (["--only", "smart_invite", "--channel", "chn_1", "--where", "!(notification.number == `0`)"], [3]),
    ],
)
def test_one_choice_for_everything(options: list[str], chosen: list[int], cli: Cli, simulator: SimulatorServer) -> None:
    """What is chosen is shown and forwarded, and nothing else; everything is answered 200 and recorded."""
    with running_app() as app, listening(cli, str(app.port), *options) as run:
        answers = [post(run.callback_url, each) for each in BODIES]
        assert run.running.stop() == 130
        received = [each.body for each in app.received]

    assert answers == [200] * len(BODIES)
    assert [each["body"].encode() for each in run.lines("delivery")] == [BODIES[number] for number in chosen]
    assert received == [BODIES[number] for number in chosen]
    assert [each["body"].encode() for each in run.kept()[1:]] == BODIES


def test_only_the_chosen_ones_are_counted(cli: Cli, simulator: SimulatorServer) -> None:
    """A count is reached by what was chosen."""
    with listening(cli, "--count", "2", "--where", "notification.number >= `2`") as run:
        for number in range(4):
            post(run.callback_url, body(number))
        assert run.running.end() == 0

    assert [each["body"].encode() for each in run.lines("delivery")] == [body(2), body(3)]


def test_the_app_answers_for_what_it_gets(cli: Cli, simulator: SimulatorServer) -> None:
    """With --ack app what is not chosen is answered by the listener, the verification of its channel too."""
    with running_app() as app:
        app.answer = lambda _: answer_of(422, b"no")
        with listening(cli, str(app.port), "--ack", "app", "--channel", "chn_2") as run:
            answers = [post(run.callback_url, each) for each in BODIES]
            run.running.stop()
        received = [each.body for each in app.received]

    assert (answers, received) == ([200, 200, 422, 200, 200], [BODIES[2]])


@pytest.mark.parametrize("option", ["--only", "--channel"])
def test_a_choice_that_is_empty(option: str, cli: Cli, simulator: SimulatorServer) -> None:
    """An empty name, such as of a variable that is not set, would never fit: it is refused instead of waited for."""
    result = run_main(cli, "listen", "--data-center", "simulator", option, "")

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option} is empty" in result.stderr


def test_an_expression_that_is_not_understood(cli: Cli, simulator: SimulatorServer) -> None:
    """It is refused, with the place, before a channel is created."""
    result = run_main(cli, "listen", "--data-center", "simulator", "--where", "notification.type ==")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --where is not understood at its end")
