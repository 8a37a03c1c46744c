"""`cronofy listen` behind each kind of tunnel, from outside: ready, verified, recovered, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import open_history
from tests.adapters.tunnels.support import command_lines, runs
from tests.adapters.tunnels.test_ssh import Host
from tests.fakes.ngrok_setup import FAKES, TOKEN, fakes_environment
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main
from tests.ports import free_port
from tests.requirements import require_program
from tests.scripts.listening import edit, listening, open_channels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.scripts.listening import Listening
    from tests.support import Cli

    WaitUntil = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.usefixtures("simulator")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def tunnels(cli: Cli) -> Cli:
    """The command line on a machine where the stand-ins of ngrok and cloudflared are installed."""
    cli.environment |= {**fakes_environment(cli.folder), "NGROK_AUTHTOKEN": TOKEN}
    return cli


@pytest.fixture
def own_host(cli: Cli, wait_until: WaitUntil) -> Iterator[subprocess.Popen[bytes]]:
    """A host of the user's own that ssh reaches as `box`: its sshd."""
    require_program("ssh")
    box = Host(cli.folder / "ssh")
    cli.environment["PATH"] = f"{box.folder / 'bin'}:{cli.environment['PATH']}"
    server = box.serve()
    wait_until(box.answers)
    yield server
    server.terminate()
    server.wait()


def agents(cli: Cli) -> list[int]:
    """Return the processes that the journal knows as agents."""
    records = [json.loads(path.read_bytes()) for path in (cli.data / "runs").glob("*.json")]
    return [agent["pid"] for record in records for agent in record["agents"]]


def summaries(run: Listening) -> set[str]:
    """Return the titles of all events that were printed."""
    return {event["summary"] for read in run.lines("events") for event in read["events"]}


def expect_a_verified_change(run: Listening) -> None:
    """Edit, and see the notification and the event."""
    added = edit(run.cli, "add", "Lunch")
    [delivery] = run.wait_for("delivery")
    [read] = run.wait_for("events")
    assert (delivery["type"], delivery["signature"]["state"]) == ("change", "valid")
    assert [event["event_uid"] for event in read["events"]] == [added["event_uid"]]


def expect_nothing_left(cli: Cli, pids: list[int]) -> None:
    """No channel is open, no agent runs, and the journal is empty."""
    assert open_channels(cli) == []
    assert [pid for pid in pids if runs(pid)] == []
    assert list((cli.data / "runs").iterdir()) == []


ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "exit_code"), ENDS)
def test_ngrok(number: int, exit_code: int, tunnels: Cli) -> None:
    """Through an ngrok agent that pyngrok starts; whichever signal ends it, nothing is left."""
    with listening(tunnels, "--tunnel", "ngrok") as run:
        pids = agents(tunnels)
        assert TOKEN not in command_lines()
        assert str(run.port) not in run.callback_url
        expect_a_verified_change(run)
        assert run.running.stop(number) == exit_code

    assert len(pids) == 1
    expect_nothing_left(tunnels, pids)
    assert TOKEN not in "".join([*run.running.lines, *run.running.errors])


def test_cloudflared(tunnels: Cli) -> None:
    """Through a quick tunnel of cloudflared: not ready before its name has had its time."""
    with listening(tunnels, "--tunnel", "cloudflared") as run:
        pids = agents(tunnels)
        expect_a_verified_change(run)
        assert run.running.stop(signal.SIGHUP) == 129

    assert len(pids) == 1
    expect_nothing_left(tunnels, pids)


@pytest.mark.usefixtures("own_host")
def test_ssh(cli: Cli) -> None:
    """Through a host of the user's own, with a real ssh and a real sshd."""
    with listening(cli, "--tunnel", "ssh", "--ssh-host", "box") as run:
        pids = agents(cli)
        expect_a_verified_change(run)
        assert run.running.stop(signal.SIGTERM) == 143

    assert len(pids) == 1
    expect_nothing_left(cli, pids)


@pytest.mark.usefixtures("own_host")
def test_an_address_in_front_of_ssh(cli: Cli) -> None:
    """`--public-url` names what stands in front of the port that the host has chosen, or was told to take."""
    port = str(free_port())
    choices = [("http://localhost:{port}", ()), (f"http://localhost:{port}", ("--remote-port", port))]
    for address, options in choices:
        with listening(cli, "--ssh-host", "box", "--public-url", address, *options) as run:
            assert run.callback_url.startswith("http://localhost:")
            assert not options or run.callback_url.startswith(f"{address}/")
            expect_a_verified_change(run)
            assert run.running.stop() == 130


def test_no_tunnel(cli: Cli) -> None:
    """Without a tunnel the simulator posts to this machine itself."""
    with listening(cli, "--tunnel", "none") as run:
        expect_a_verified_change(run)
        assert run.running.stop() == 130

    expect_nothing_left(cli, [])


def test_own_address(cli: Cli) -> None:
    """An address of the user's own is proven too."""
    port = free_port()
    with listening(cli, "--public-url", f"http://localhost:{port}", "--port", str(port)) as run:
        expect_a_verified_change(run)
        assert "✓ tunnel" in run.running.wait_for("proven in")
        assert run.running.stop() == 130

    expect_nothing_left(cli, [])


def test_kill_9(tunnels: Cli, wait_until: WaitUntil) -> None:
    """After `kill -9` its agent is gone, and the next start closes its channel."""
    with listening(tunnels, "--tunnel", "ngrok") as killed:
        [pid] = agents(tunnels)
        killed.running.stop(signal.SIGKILL)
    wait_until(lambda: not runs(pid))
    assert [channel["channel_id"] for channel in open_channels(tunnels)] == [killed.channel_id]

    with listening(tunnels, "--tunnel", "ngrok") as run:
        run.running.wait_for(f"✓ swept         {killed.channel_id}")
        assert [channel["channel_id"] for channel in open_channels(tunnels)] == [run.channel_id]
        pids = agents(tunnels)
        run.running.stop()

    expect_nothing_left(tunnels, [pid, *pids])


MOST_EDITS = 400


def keep_editing(run: Listening, names: list[str], is_enough: Callable[[], bool]) -> None:
    """Add one event after the other, each under a name of its own, as long as the run goes on."""
    while not is_enough():
        assert run.running.process.poll() is None
        assert len(names) < MOST_EDITS, run.running.errors_so_far
        names.append(f"Edit {len(names)}")
        edit(run.cli, "add", names[-1])
        with run.running.changed:
            run.running.changed.wait(0.05)


def test_the_agent_is_killed_under_a_stream_of_edits(tunnels: Cli) -> None:
    """It recovers by itself, tells of the gap, and shows every edit from before, during and after it."""
    names: list[str] = []
    ready_file = tunnels.folder / "ready.json"
    with listening(tunnels, "--tunnel", "ngrok", "--ready-file", ready_file) as run:
        keep_editing(run, names, lambda: len(run.lines("delivery")) >= 2)
        [pid] = agents(tunnels)
        os.kill(pid, signal.SIGKILL)
        run.running.wait_for("not ready: the tunnel")
        keep_editing(run, names, lambda: len(run.lines("ready")) == 2)
        in_the_gap = len(names)
        keep_editing(run, names, lambda: len(names) >= in_the_gap + 5)
        run.running.wait_until(lambda _: set(names) <= summaries(run))
        ready = run.lines("ready")[-1]
        assert json.loads(ready_file.read_bytes())["callback_url"] == ready["callback_url"]
        assert [channel["channel_id"] for channel in open_channels(tunnels)] == [ready["channel_id"]]
        pids = agents(tunnels)
        assert run.running.stop() == 130

    expect_the_gap(tunnels, run)
    expect_nothing_left(tunnels, pids)


def expect_the_gap(cli: Cli, run: Listening) -> None:
    """The gap is told to people and programs, kept, and what was missed in it was read."""
    [gap] = run.lines("gap")
    [told] = [line for line in run.running.errors if "Ready again after a gap of" in line]
    assert gap["reason"] in told
    assert gap["started"] in told
    with open_history(cli.data / "deliveries.db", read_only=True) as history:
        assert [kept.reason for kept in history.gaps(BEGINNING)] == [gap["reason"]]
    [missed] = [read for read in run.lines("events") if not read["delivery_ids"]]
    assert missed["changes_since"] == gap["started"]


def test_the_address_changes(tunnels: Cli) -> None:
    """An agent that comes back under another address gets a new channel, and the old one is closed."""
    tunnels.environment["FAKE_NGROK_SCENARIO"] = "address_changes"
    with listening(tunnels, "--tunnel", "ngrok") as run:
        [pid] = agents(tunnels)
        os.kill(pid, signal.SIGUSR1)
        run.running.wait_for("not ready: the tunnel lost its session")
        os.kill(pid, signal.SIGUSR1)
        # The session may be back for a moment before its address changes.
        run.running.wait_until(lambda _: run.lines("ready")[-1]["callback_url"] != run.callback_url)
        ready = run.lines("ready")[-1]
        assert [channel["channel_id"] for channel in open_channels(tunnels)] == [ready["channel_id"]]
        edit(tunnels, "add", "Lunch")
        run.running.wait_until(lambda _: "Lunch" in summaries(run))
        assert run.running.stop() == 130

    expect_nothing_left(tunnels, [pid])


FAILURES = [
    ("malformed_token", {}, 4, "is not one; an API key", "cronofy tunnel token"),
    ("revoked_token", {}, 4, "reset or revoked", "cronofy tunnel token"),
    ("session_limit", {}, 4, "as many agents as its plan allows", "stop another one"),
    ("endpoint_in_use", {}, 3, "already online", "--domain"),
    ("domain_not_yours", {}, 4, "another ngrok account", "--domain"),
    ("bad_configuration", {}, 3, "yaml: line 3", "ngrok diagnose"),
    ("ok", {"NGROK_AUTHTOKEN": ""}, 4, "no authtoken is known", "cronofy tunnel token"),
    ("ok", {"FAKE_NGROK_VERSION": "2.3.40"}, 3, "2.3.40", "tunnel install"),
]


@pytest.mark.parametrize(("scenario", "variables", "exit_code", "message", "hint"), FAILURES)
def test_ngrok_cannot_be_used(
    scenario: str, variables: dict[str, str], exit_code: int, message: str, hint: str, tunnels: Cli
) -> None:
    """Each reason has its own sentence, its own hint and the exit code of its kind, and none quotes the token."""
    tunnels.environment |= {"FAKE_NGROK_SCENARIO": scenario, **variables}
    result = run_main(tunnels, "listen", "--data-center", "simulator", "--tunnel", "ngrok", "--domain", "a.example.com")

    error = result.stderr[result.stderr.index("error: ") :]
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert message in error
    assert hint in error
    calls = tunnels.folder / "ngrok-calls"
    assert TOKEN not in result.stderr + (calls.read_text() if calls.exists() else "")
    expect_nothing_left(tunnels, agents(tunnels))


@pytest.fixture
def users_agent(tunnels: Cli) -> Iterator[subprocess.Popen[str]]:
    """An agent that the user runs already."""
    configuration = tunnels.folder / ".config" / "ngrok" / "ngrok.yml"
    without_token = configuration.read_text()
    configuration.write_text(f"{without_token}  authtoken: {TOKEN}\n")
    command = [str(FAKES / "ngrok"), "start", "--none", "--log", "stdout", "--config", str(configuration)]
    with subprocess.Popen(command, env=tunnels.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("tunnel session started" in line for line in process.stdout)
        configuration.write_text(without_token)
        yield process
        process.kill()


def test_a_running_agent_is_used(tunnels: Cli, users_agent: subprocess.Popen[str]) -> None:
    """The user's own agent gets our endpoint, no second one is started, and it still runs afterwards."""
    del tunnels.environment["NGROK_AUTHTOKEN"]
    with listening(tunnels, "--tunnel", "ngrok") as run:
        assert agents(tunnels) == []
        expect_a_verified_change(run)
        assert run.running.stop() == 130

    assert users_agent.poll() is None
    expect_nothing_left(tunnels, [])


def test_max_offline(tunnels: Cli, users_agent: subprocess.Popen[str]) -> None:
    """When nothing can arrive for longer than was allowed it ends with 3; the ready file is gone at once."""
    del tunnels.environment["NGROK_AUTHTOKEN"]
    ready_file = tunnels.folder / "ready.json"
    options = ("--tunnel", "ngrok", "--max-offline", "2s", "--ready-file", ready_file)
    with listening(tunnels, *options) as run:
        users_agent.kill()
        run.running.wait_for("not ready: the tunnel")
        assert not ready_file.exists()
        assert run.running.end() == 3

    assert any("gave up: for 2 s" in line for line in run.running.errors)
    assert (len(run.lines("ready")), run.lines("gap")) == (1, [])
    expect_nothing_left(tunnels, [])


def test_a_second_ctrl_c(cli: Cli) -> None:
    """It leaves at once, though the channel could not be closed yet, and says how to close it."""
    is_over = threading.Event()
    with scripted_server() as server:
        server.answer(json={"sub": "acc_1"}, only_for="GET /v1/userinfo")
        server.answer(json={"calendars": []}, only_for="GET /v1/calendars")
        server.answer(json={"channel": {"channel_id": "chn_1", "callback_url": "x"}}, only_for="POST /v1/channels")
        server.answer(202, only_for="DELETE /v1/channels/chn_1", held_until=is_over)
        environment = {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        with cli.start("listen", "--no-read-events", environment=environment) as running:
            running.wait_for("✓ channel")
            running.process.send_signal(signal.SIGINT)
            server.wait_for_requests(4)
            exit_code = running.stop()
        is_over.set()

    assert exit_code == 130
    assert any("cronofy channels close chn_1" in line for line in running.errors)


def channel_owners(cli: Cli) -> list[str]:
    """Return whose the open channels are."""
    lines = run_main(cli, "channels", "list", "--data-center", "simulator").lines
    return [line.split("\t")[-1] for line in lines]


def test_keep_and_reuse(cli: Cli) -> None:
    """A kept channel stays open as if made by hand, and `--reuse` goes on with its path, address and channel."""
    port = ("--port", str(free_port()))
    with listening(cli, *port, "--keep-channel") as first:
        assert first.running.stop() == 130
    assert [channel["channel_id"] for channel in open_channels(cli)] == [first.channel_id]
    assert channel_owners(cli) == ["created"]

    with listening(cli, *port, "--reuse") as second:
        assert (second.callback_url, second.channel_id) == (first.callback_url, first.channel_id)
        second.running.stop()
    expect_closed(cli)

    with listening(cli, *port) as third:
        assert third.callback_url != first.callback_url


def expect_closed(cli: Cli) -> None:
    """No channel is open."""
    assert open_channels(cli) == []


def test_callback_query(cli: Cli) -> None:
    """An identifier of the account is part of the callback URL, and so of each request that is kept."""
    account: dict[str, Any] = run_main(cli, "userinfo", "--json", "--data-center", "simulator").json
    with listening(cli, "--callback-query", "user_id={sub}") as run:
        expect_a_verified_change(run)
        kept = run.kept()

    assert run.callback_url.endswith(f"?user_id={account['sub']}")
    assert [each["target"].partition("?")[2] for each in kept] == [f"user_id={account['sub']}"] * 2
