"""What `simulator run` and `simulator exec` print of a simulator."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cronofy_cli.adapters.simulator.running import RunningSimulator
from cronofy_cli.commands.simulator.exec import environment_for
from cronofy_cli.commands.simulator.run_view import RunView
from cronofy_cli.core.failure import Failure
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.simulator.request_log import LoggedRequest
from cronofy_cli.simulator.world.attempts import Attempt
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.output.outputs import MemoryOutput, closed_pipe

AT = datetime(2026, 11, 22, 12, 4, 31, tzinfo=UTC)
SIMULATOR = RunningSimulator("http://127.0.0.1:7080", "client", ("CRN_1",), "tok_1", 1, "acc_1")
REQUEST = LoggedRequest(1, AT, "GET", "/v1/events", "", "read_events", 200, 12.6, None, None, "")
ATTEMPT = Attempt(
    number=3,
    notification=2,
    at=AT,
    channel_id="chn_1",
    callback_url="http://127.0.0.1:3000/hook",
    type="change",
    attempt=1,
    duration_ms=7.4,
    status=200,
    failure=None,
    reason=None,
    next_attempt_at=None,
    body="{}",
    signature="s",
)


def view(memory: MemoryOutput, *, quiet: bool = False, settings: SimulatorSettings | None = None) -> RunView:
    """Return what prints, after the start was shown, with nothing printed yet."""
    made = RunView(memory.output, pytest.fail, quiet=quiet)
    made.show_start(SIMULATOR, settings or SimulatorSettings())
    for stream in (memory.stdout, memory.stderr):
        stream.seek(0)
        stream.truncate()
    return made


def test_the_start_for_people() -> None:
    """How to reach it, what to give an application, and what to try; how to stop it stands beside it."""
    memory = MemoryOutput(OutputFormat.TABLE)
    RunView(memory.output, pytest.fail, quiet=False).show_start(SIMULATOR, SimulatorSettings())

    assert memory.stdout.text == (
        "base url       http://127.0.0.1:7080  (set this as the API's address in your application)\n"
        "client id      client\n"
        "client secret  CRN_1\n"
        "access token   tok_1\n"
        "account        acc_1\n"
        "world          built-in\n"
        "page           http://127.0.0.1:7080/  (open it in a browser: calendars, channels, what happened)\n"
        "try            cronofy channels list --data-center simulator\n"
        "edit           cronofy simulator edit add 'Lunch' --calendar Home\n"
    )
    assert memory.stderr.text == "Stop with Ctrl-C.\n"


def test_the_start_for_programs() -> None:
    """The same as one document."""
    memory = MemoryOutput(OutputFormat.NDJSON)
    RunView(memory.output, pytest.fail, quiet=True).show_start(
        SIMULATOR, SimulatorSettings(world_file=Path("team.toml"))
    )

    assert json.loads(memory.stdout.text) == {
        "url": "http://127.0.0.1:7080",
        "control_url": "http://127.0.0.1:7080/simulator",
        "page_url": "http://127.0.0.1:7080/",
        "client_id": "client",
        "client_secret": "CRN_1",
        "access_token": "tok_1",
        "sub": "acc_1",
        "world": "team.toml",
        "pid": os.getpid(),
        "port": 7080,
    }


@pytest.mark.parametrize("format_", [OutputFormat.TABLE, OutputFormat.JSON])
def test_a_client_secret_of_the_users(format_: OutputFormat) -> None:
    """One that the user gave may be real: it is not shown."""
    memory = MemoryOutput(format_)
    settings = SimulatorSettings(client_secrets=("CRN_1",))
    RunView(memory.output, pytest.fail, quiet=False).show_start(SIMULATOR, settings)

    assert "CRN_1" not in memory.stdout.text
    assert ("as in --client-secret-file" in memory.stdout.text) == (format_ is OutputFormat.TABLE)


def test_a_simulator_that_others_can_reach() -> None:
    """That is a warning, and says where it listens."""
    memory = MemoryOutput(OutputFormat.JSON)
    RunView(memory.output, pytest.fail, quiet=False).show_start(SIMULATOR, SimulatorSettings(bind="0.0.0.0"))

    assert memory.stderr.text == (
        "warning: other machines can reach this simulator on 0.0.0.0, and its control API needs no token. Use made-up "
        "data only.\nStop with Ctrl-C.\n"
    )


@pytest.mark.parametrize(
    ("status", "shown", "is_red"),
    [
        (200, "12:04:31  GET     /v1/events  200  13 ms", False),
        (399, "12:04:31  GET     /v1/events  399  13 ms", False),
        (400, "12:04:31  GET     /v1/events  400  13 ms", True),
        (None, "12:04:31  GET     /v1/events  dropped  13 ms", True),
    ],
)
def test_a_call(status: int | None, shown: str, is_red: bool) -> None:
    """When, what and how long, in one line; an error is red, and so is a connection that was dropped."""
    memory = MemoryOutput(OutputFormat.TABLE, color=True)
    view(memory).note_request(replace(REQUEST, status=status))

    assert memory.stdout.text == (f"\x1b[31m{shown}\x1b[0m\n" if is_red else f"{shown}\n")


def test_a_call_with_a_query() -> None:
    """The query is shown as it came, and drives no terminal."""
    memory = MemoryOutput(OutputFormat.TABLE)
    view(memory).note_request(replace(REQUEST, query="tzid=\x1b[2JX"))

    assert memory.stdout.text == "12:04:31  GET     /v1/events?tzid=[2JX  200  13 ms\n"


@pytest.mark.parametrize(("note", "said"), [("smart invites", "smart invites"), (None, "/v1/x")])
@pytest.mark.parametrize("quiet", [False, True])
def test_what_is_not_simulated(quiet: bool, note: str | None, said: str) -> None:
    """It is said on stderr too, also where the log is not printed."""
    memory = MemoryOutput(OutputFormat.TABLE)
    view(memory, quiet=quiet).note_request(replace(REQUEST, status=501, note=note, path="/v1/x"))

    assert memory.stderr.text == f"not simulated: {said}\n"
    assert (memory.stdout.text == "") is quiet


@pytest.mark.parametrize(
    ("status", "failure", "answer", "is_red"),
    [
        (200, None, "200", False),
        (299, None, "299", False),
        (300, None, "300", True),
        (199, None, "199", True),
        (None, Failure.CONNECTION_REFUSED, "connection_refused", True),
        (None, None, "no answer", True),
    ],
)
def test_an_attempt(status: int | None, failure: Failure | None, answer: str, is_red: bool) -> None:
    """Which notification went where, the how many-th time, and what came of it; what is not taken is red."""
    memory = MemoryOutput(OutputFormat.TABLE, color=True)
    view(memory).note_attempt(replace(ATTEMPT, attempt=2, status=status, failure=failure))

    shown = f"12:04:31  notify  change  attempt 2  http://127.0.0.1:3000/hook  {answer}  7 ms"
    assert memory.stdout.text == (f"\x1b[31m{shown}\x1b[0m\n" if is_red else f"{shown}\n")


def test_the_log_for_programs() -> None:
    """A line each, by its kind, with all that is kept of it."""
    memory = MemoryOutput(OutputFormat.NDJSON)
    shown = view(memory)
    shown.note_request(REQUEST)
    shown.note_attempt(ATTEMPT)

    call, attempt = map(json.loads, memory.stdout.text.splitlines())
    assert (call["kind"], call["number"], call["path"], call["status"]) == ("request", 1, "/v1/events", 200)
    assert (attempt["kind"], attempt["notification"], attempt["body"]) == ("delivery", 2, "{}")


def test_nothing_comes_before_the_start() -> None:
    """What happens before the start was shown, or where the log is not wanted, is not printed."""
    memory = MemoryOutput(OutputFormat.TABLE)
    early = RunView(memory.output, pytest.fail, quiet=False)
    early.note_request(REQUEST)
    quiet = view(memory, quiet=True)
    quiet.note_request(REQUEST)
    quiet.note_attempt(ATTEMPT)

    assert memory.stdout.text == ""


def test_nobody_reads_the_log() -> None:
    """When its reader has gone the run is told, once."""
    ended: list[str] = []
    with closed_pipe() as output:
        gone = RunView(output, lambda: ended.append("ended"), quiet=False)
        gone._started.set()
        for _ in range(3):
            gone.note_request(REQUEST)

    assert ended == ["ended"]


def test_how_a_command_finds_the_simulator() -> None:
    """By variables of its own; what would lead an SDK elsewhere is gone, everything else stays."""
    environment = {"PATH": "/bin", "CRONOFY_DATA_CENTER": "de", "CRONOFY_DATA_CENTRE": "de", "CRONOFY_SUB": "old"}

    assert environment_for(SIMULATOR, environment) == {
        "PATH": "/bin",
        "CRONOFY_API_URL": "http://127.0.0.1:7080",
        "CRONOFY_APP_URL": "http://127.0.0.1:7080",
        "CRONOFY_CLIENT_ID": "client",
        "CRONOFY_CLIENT_SECRET": "CRN_1",
        "CRONOFY_ACCESS_TOKEN": "tok_1",
        "CRONOFY_SUB": "acc_1",
        "CRONOFY_SIMULATOR_URL": "http://127.0.0.1:7080/simulator",
    }
