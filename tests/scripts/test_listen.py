"""`cronofy listen`: the main job, from outside."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.simulator.world.seed import WORK
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main
from tests.ports import free_port
from tests.scripts.listening import edit, listening, open_channels
from tests.sender import post
from tests.vectors import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

INVITE = b'{"notification":{"type":"smart_invite"}}'
CHANGE = b'{"notification":{"type":"change","changes_since":"2026-11-22T09:24:16Z"},"channel":{"filters":{}}}'


def test_a_token_that_may_not_list_calendars(cli: Cli, simulator: SimulatorServer) -> None:
    """It receives all the same; calendars are shown as ids, and that is said."""
    run_main(cli, "simulator", "faults", "add", "/v1/calendars", "--status", "403", "--times", "99")

    with listening(cli, "--count", "1", "--only", "change") as run:
        warned = run.running.wait_for("calendars are shown as ids")
        edit(cli, "add", "Lunch", "--calendar", WORK)
        assert run.running.end() == 0

    assert "does not allow this (403)" in warned
    assert [line["type"] for line in run.lines("delivery")] == ["change"]


def test_commands_to_type_name_the_data_center(cli: Cli, simulator: SimulatorServer) -> None:
    """A command that is told can be copied: it goes to where this run went."""
    with listening(cli, "--keep-channel") as run:
        assert run.running.stop() == 130

    told = next(line for line in run.running.errors if "kept" in line).partition("; cronofy ")[2]
    assert told == f"channels close {run.channel_id} --data-center simulator"
    assert run_main(cli, *told.split()).exit_code == 0
    assert open_channels(cli) == []


def test_the_main_job(cli: Cli, simulator: SimulatorServer, tmp_path: Path) -> None:
    """Ready, an edit in a second process, a verified notification, the events behind it, and after Ctrl-C nothing."""
    ready_file = tmp_path / "listen.json"
    with listening(cli, "--ready-file", ready_file) as run:
        assert json.loads(ready_file.read_bytes()) == {
            "callback_url": run.callback_url,
            "channel_id": run.channel_id,
            "port": run.port,
            "pid": run.running.process.pid,
            "newest_delivery_id": 1,
        }
        assert [channel["channel_id"] for channel in open_channels(cli)] == [run.channel_id]
        added = json.loads(cli("simulator", "edit", "add", "Lunch", "--calendar", "Work", "--json").stdout)
        [delivery] = run.wait_for("delivery")
        [read] = run.wait_for("events")
        exit_code = run.running.stop()

    assert exit_code == 130
    assert (delivery["type"], delivery["channel_id"]) == ("change", run.channel_id)
    assert delivery["signature"] == {"state": "valid", "secret": "simulator"}
    assert delivery["response_status"] == 200
    assert read["delivery_ids"] == [delivery["id"]]
    assert read["changes_since"] == delivery["changes_since"]
    assert [event["event_uid"] for event in read["events"]] == [added["event_uid"]]
    assert (open_channels(cli), ready_file.exists()) == ([], False)
    assert [each["type"] for each in run.kept()] == ["verification", "change"]
    assert run_main(cli, "deliveries", "show", "last", "--json").json["events"]["events"] == read["events"]


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals(number: int, exit_code: int, cli: Cli, simulator: SimulatorServer) -> None:
    """Every ending signal closes the channel, and the exit code tells which it was."""
    with listening(cli) as run:
        assert run.running.stop(number) == exit_code
        assert f"closed        {run.channel_id}" in run.running.errors[-1]

    assert open_channels(cli) == []


def test_a_signal_while_the_verification_is_waited_for(cli: Cli) -> None:
    """Before it is ready a signal ends it at once too, and the channel is closed."""
    with scripted_server() as server:
        server.answer(json={"sub": "acc_1"}, only_for="GET /v1/userinfo")
        server.answer(json={"calendars": []}, only_for="GET /v1/calendars")
        server.answer(json={"channel": {"channel_id": "chn_1", "callback_url": "x"}}, only_for="POST /v1/channels")
        server.answer(202, only_for="DELETE /v1/channels/chn_1")
        environment = {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        with cli.start("listen", "--no-read-events", environment=environment) as running:
            running.wait_for("✓ channel")
            exit_code = running.stop(signal.SIGTERM, limit_s=30)

    assert (exit_code, running.lines) == (143, [])


def test_count(cli: Cli, simulator: SimulatorServer) -> None:
    """After so many notifications it ends by itself with 0, and the events behind the last one are printed too."""
    with listening(cli, "--count", "2", "--only", "change") as run:
        run_main(cli, "simulator", "push", "smart_invite")
        edit(cli, "add", "First")
        run.wait_for("delivery")
        edit(cli, "add", "Second")
        exit_code = run.running.end()

    assert exit_code == 0
    assert [each["type"] for each in run.lines("delivery")] == ["change", "change"]
    read = [event["summary"] for each in run.lines("events") for event in each["events"]]
    assert {"First", "Second"} <= set(read)
    assert {each["type"] for each in run.kept()} == {"verification", "smart_invite", "change"}


def test_the_own_verification_counts_if_it_is_asked_for(cli: Cli, simulator: SimulatorServer) -> None:
    """`--only verification --count 1` is a test of the set-up: it ends with 0 once it has arrived."""
    result = cli("listen", "--data-center", "simulator", "--only", "verification", "--count", "1")

    assert result.exit_code == 0
    assert [json.loads(line)["kind"] for line in result.lines] == ["delivery", "ready"]


def test_timeout(cli: Cli, simulator: SimulatorServer) -> None:
    """At the time limit it ends in order with 124."""
    result = cli("listen", "--data-center", "simulator", "--timeout", "8s")
    if not result.lines:  # the start alone may take as long
        result = cli("listen", "--data-center", "simulator", "--timeout", "45s", limit_s=120)

    assert result.exit_code == 124
    assert [json.loads(line)["kind"] for line in result.lines] == ["ready"]
    assert open_channels(cli) == []


@pytest.mark.parametrize(
    ("options", "secret", "status", "state"),
    [
        ([], "CRN_stranger", 401, "invalid"),
        ([], None, 401, "unsigned"),
        (["--signature", "warn"], "CRN_stranger", 200, "invalid"),
        (["--signature", "warn"], None, 200, "unsigned"),
        (["--signature", "off"], "CRN_stranger", 200, "unknown"),
        (["--signature", "off"], None, 200, "unknown"),
    ],
)
def test_what_is_not_signed(
    options: list[str], secret: str | None, status: int, state: str, cli: Cli, simulator: SimulatorServer
) -> None:
    """A wrong or missing signature is answered by the policy, and always kept and printed."""
    with listening(cli, *options) as run:
        answered = post(run.callback_url, INVITE, secret=secret)
        [delivery] = run.wait_for("delivery")

    assert answered == delivery["response_status"] == status
    assert delivery["signature"] == {"state": state, "secret": None}
    assert run.kept("--limit", "1")[0]["body"] == INVITE.decode()


def test_a_forged_change_reads_nothing(cli: Cli, simulator: SimulatorServer) -> None:
    """Nobody else can make it call Cronofy: a change with a wrong signature is shown, and no events are read."""
    with listening(cli, "--count", "1") as run:
        post(run.callback_url, CHANGE, secret="CRN_stranger")
        exit_code = run.running.end()

    assert (exit_code, len(run.lines("delivery")), run.lines("events")) == (0, 1, [])


def test_every_published_body(cli: Cli, simulator: SimulatorServer) -> None:
    """Each published notification, posted signed, is answered 200, verified, printed and kept, byte for byte."""
    with listening(cli, "--no-read-events") as run:
        answers = [post(run.callback_url, example.body) for example in EXAMPLES]
        printed = run.wait_for("delivery", len(EXAMPLES))

    assert answers == [200] * len(EXAMPLES)
    assert [each["body"].encode() for each in printed] == [example.body for example in EXAMPLES]
    assert [each["type"] for each in printed] == [example.type for example in EXAMPLES]
    assert {each["signature"]["state"] for each in printed} == {"valid"}
    assert [{**_without_app(each), "kind": "delivery"} for each in run.kept()[-len(EXAMPLES) :]] == printed


def _without_app(kept: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kept.items() if key != "app"}


@pytest.mark.parametrize(
    "body", [b"", b"not JSON", b"[]", b"\xff\x00", b'{"notification":{"type":"new\\n\\u001b[2J"}}', b"[" * 10_000]
)
def test_any_body(body: bytes, cli: Cli, simulator: SimulatorServer) -> None:
    """A body that is no notification is answered 200 if it is signed, shown and kept."""
    with listening(cli, "--count", "1") as run:
        answered = post(run.callback_url, body)
        exit_code = run.running.end()

    assert (answered, exit_code) == (200, 0)
    assert run.lines("delivery")[0]["signature"]["state"] == "valid"
    assert run_main(cli, "deliveries", "show", "last", "--raw").stdout_bytes == body


def test_only_one_path_is_served(cli: Cli, simulator: SimulatorServer) -> None:
    """To everyone who does not know the path there is nothing: 404, and nothing is kept."""
    with listening(cli) as run:
        base = f"http://127.0.0.1:{run.port}"
        statuses = [post(f"{base}{path}", INVITE) for path in ("/", "/r/", "/r/AAAAAAAAAAAAAAAAAAAAAA")]
        other_method = post(run.callback_url, b"", method="PUT")
        with_query = post(f"{run.callback_url}?user_id=42", INVITE)

    assert (statuses, other_method, with_query) == ([404, 404, 404], 405, 200)
    assert [each["type"] for each in run.kept()] == ["verification", "smart_invite"]


def test_a_public_url_with_a_path(cli: Cli, simulator: SimulatorServer) -> None:
    """The channel has the public address with its path; it is served here with that path and without."""
    port = free_port()
    public = f"http://localhost:{port}/team/cronofy/"
    with listening(cli, "--public-url", public, "--port", str(port)) as run:
        [channel] = open_channels(cli)
        stripped = run.callback_url.replace("/team/cronofy", "")
        answers = [post(run.callback_url, INVITE), post(stripped, INVITE)]

    assert channel["callback_url"] == run.callback_url
    assert run.callback_url.startswith(f"{public}r/")
    assert answers == [200, 200]


def test_filters(cli: Cli, simulator: SimulatorServer) -> None:
    """The channel is limited as was asked, and says so."""
    with listening(cli, "--calendar", "Work", "--only-managed") as run:
        [channel] = open_channels(cli)
        run.running.wait_for(f"{run.channel_id}, {WORK}")

    assert channel["filters"] == {"calendar_ids": [WORK], "only_managed": True}


def test_no_simulator_runs(cli: Cli) -> None:
    """Without a running one it starts a simulator inside, which other processes find, and which ends with it."""
    with listening(cli) as run:
        run.running.wait_for("a simulator runs in this process")
        edit(cli, "add", "Lunch")
        run.wait_for("events")
        run.running.stop()

    assert run_main(cli, "simulator", "status").exit_code == 3


def test_a_data_center_by_its_address(cli: Cli, simulator: SimulatorServer) -> None:
    """With an address, token and secret come from the environment; two secrets while one is rotated."""
    environment = {"CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN, "CRONOFY_CLIENT_SECRET": f"CRN_old,{CLIENT_SECRET}"}

    result = cli(
        *("listen", "--data-center", simulator.url, "--only", "verification", "--count", "1"), environment=environment
    )

    delivery = json.loads(result.lines[0])
    assert (result.exit_code, delivery["data_center"]) == (0, simulator.url)
    assert delivery["signature"] == {"state": "valid", "secret": "CRONOFY_CLIENT_SECRET #2"}
    assert CLIENT_SECRET not in result.stdout + result.stderr


def test_the_client_secret_is_wrong(cli: Cli, simulator: SimulatorServer) -> None:
    """If the verification does not verify it ends with 5, before anything else is waited for."""
    environment = {"CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN, "CRONOFY_CLIENT_SECRET": "CRN_other"}

    result = cli("listen", "--data-center", simulator.url, environment=environment)

    assert (result.exit_code, result.stdout) == (5, "")
    assert "the verification arrived, but its signature does not match" in result.stderr
    assert open_channels(cli) == []


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("compact", lambda lines: len(lines) == 1 and "smart_invite    ✓ signed  <- 200" in lines[0]),
        ("full", lambda lines: any(line.strip() == '"type": "smart_invite"' for line in lines)),
        ("json", lambda lines: json.loads(lines[-1])["type"] == "smart_invite"),
    ],
)
def test_print(
    style: str, expected: Callable[[list[str]], bool], cli: Cli, simulator: SimulatorServer, tmp_path: Path
) -> None:
    """In a pipe too it can be printed for people."""
    ready_file = tmp_path / "ready.json"
    with cli.start(
        *("listen", "--data-center", "simulator", "--print", style, "--count", "1", "--ready-file", ready_file)
    ) as running:
        running.wait_for("Ready.")
        post(json.loads(ready_file.read_bytes())["callback_url"], INVITE)
        assert running.end() == 0

    assert expected(running.lines)


def test_without_reading_events(cli: Cli, simulator: SimulatorServer) -> None:
    """With --no-read-events a change is printed and Cronofy is not asked."""
    run_main(cli, "simulator", "faults", "add", "/v1/events", "--status", "500", "--method", "get")
    with listening(cli, "--no-read-events", "--count", "1") as run:
        edit(cli, "add", "Lunch")
        assert run.running.end() == 0

    unused = run_main(cli, "simulator", "faults", "list", "--json").json
    assert [fault["times"] for fault in unused] == [1]
    assert [line["kind"] for line in map(json.loads, run.running.lines)] == ["ready", "delivery"]


def test_nobody_reads_any_more(cli: Cli, simulator: SimulatorServer) -> None:
    """When its reader has gone it ends with 141 at the next notification, in order: the channel is closed."""
    command = cli.command("listen", "--data-center", "simulator")
    with subprocess.Popen(
        command, env=cli.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = json.loads(process.stdout.readline())
        process.stdout.close()
        post(ready["callback_url"], INVITE)
        errors = process.stderr.read().splitlines()

    assert (process.returncode, len(errors)) == (141, 6)
    assert errors[-1] == f" ✓ closed        {ready['channel_id']}"
    assert open_channels(cli) == []


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        ([], 3, "no tunnel can be opened on this machine"),
        (["--public-url", "https://hooks.example.com"], 2, "--public-url needs the local port that it leads to"),
        (["--public-url", "http://localhost:1", "--port", "1"], 2, "Cronofy cannot reach localhost"),
        (["--public-url", "hooks", "--port", "1"], 2, "'hooks' is not a callback URL"),
        (["--timeout", "soon"], 2, "--timeout does not take 'soon'"),
    ],
)
def test_what_cannot_be_meant(arguments: list[str], exit_code: int, said: str, cli: Cli) -> None:
    """With a real data center what cannot work is refused before anything is sent."""
    with scripted_server() as proxy:
        environment = {"CRONOFY_ACCESS_TOKEN": "tok_1", "HTTPS_PROXY": proxy.url}
        result = run_main(cli, "listen", "--data-center", "uk", *arguments, environment=environment)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"error: {said}")


def test_a_port_that_is_taken(cli: Cli, simulator: SimulatorServer) -> None:
    """A port in use is said before a channel is created."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = cli("listen", "--data-center", "simulator", "--port", port)

    assert result.exit_code == 2
    assert f"error: port {port} is taken\n" in result.stderr
    assert "channel" not in result.stderr


def test_a_ready_file_that_cannot_be_written(cli: Cli, simulator: SimulatorServer, tmp_path: Path) -> None:
    """It ends with an error that names the file, before a channel is created."""
    (tmp_path / "file").write_bytes(b"")

    result = cli("listen", "--data-center", "simulator", "--ready-file", tmp_path / "file" / "ready")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no folder for" in result.stderr
    assert "/file/ready'" in result.stderr
    assert open_channels(cli) == []


def test_no_channel_can_be_closed_any_more(cli: Cli, simulator: SimulatorServer) -> None:
    """If Cronofy is gone at the end, the exit code stays, and the command to close the channel by hand is told."""
    with listening(cli) as run:
        simulator.stop()
        assert run.running.stop() == 130

    by_hand = f"cronofy channels close {run.channel_id} --data-center simulator"
    assert f"hint: close the channel by hand: {by_hand}" in run.running.errors
