"""`cronofy listen --since`: what was missed is told, and forwarded only if that is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.signature import ClientSecret, SignatureState, judge
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.in_process import run_main
from tests.outbound.app import running_app
from tests.scripts.listening import edit, listening
from tests.sender import post

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.scripts.listening import Listening
    from tests.support import Cli

SECRETS = [ClientSecret("ours", CLIENT_SECRET)]


def missed(run: Listening) -> list[str]:
    """Return the titles of what was told as missed."""
    return [each["summary"] for read in run.lines("events") if read["reconstructed"] for each in read["changes"]]


def listen_for_a_moment(cli: Cli) -> None:
    """Receive something, so that there is a last time."""
    result = cli("listen", "--data-center", "simulator", "--only", "verification", "--count", "1")
    assert result.exit_code == 0


@pytest.mark.parametrize("since", ["1h", "last"])
def test_what_was_missed_is_told(since: str, cli: Cli, simulator: SimulatorServer) -> None:
    """What changed while nobody listened is told once, marked; what comes afterwards as ever."""
    listen_for_a_moment(cli)
    edit(cli, "add", "Missed")
    with listening(cli, "--since", since) as run:
        run.wait_for("events")
        edit(cli, "add", "Heard")
        run.wait_for("events", 2)
        run.running.stop()
    with listening(cli, "--since", since) as again:
        again.wait_for("events")

    assert "Missed" in missed(run)
    assert any("catching up: reading what changed since 20" in line for line in run.running.errors)
    heard = [each["summary"] for read in run.lines("events")[1:] for each in read["changes"]]
    assert heard == ["Heard"]
    assert missed(again) == []


def test_a_run_in_between_hides_nothing(cli: Cli, simulator: SimulatorServer) -> None:
    """What was missed can be asked for later, also after a run that did not."""
    listen_for_a_moment(cli)
    edit(cli, "add", "Missed")
    with listening(cli) as without:
        without.running.stop()
    with listening(cli, "--since", "1h") as run:
        run.wait_for("events")

    assert (missed(without), missed(run)) == ([], ["Missed"])


@pytest.mark.parametrize("since", ["today", "yesterday", "1 hour ago", "2026-01-02", "2026-01-02T09:00", "monday"])
def test_moments_as_people_write_them(since: str, cli: Cli, simulator: SimulatorServer) -> None:
    """Since when is said in the words that `events read --changes-since` takes."""
    with listening(cli, "--since", since) as run:
        run.wait_for("events")

    assert any("catching up: reading what changed since 20" in line for line in run.running.errors)


@pytest.mark.parametrize("since", ["junk", "", "LAST", "2026-02-30"])
def test_moments_that_say_nothing(since: str, cli: Cli, simulator: SimulatorServer) -> None:
    """What is no moment is refused before anything is opened, and what can be written is named."""
    result = run_main(cli, "listen", "--data-center", "simulator", "--since", since)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: write it as last, 2h, yesterday or 2026-11-22T12:00:00Z" in result.stderr
    assert "listening" not in result.stderr


def test_a_moment_that_is_yet_to_come(cli: Cli, simulator: SimulatorServer) -> None:
    """Nothing can be missed since tomorrow: that is said, as the year or this machine's clock may be wrong."""
    with cli.start("listen", "--data-center", "simulator", "--since", "tomorrow") as running:
        running.wait_for('"kind":"ready"')
        assert running.stop() == 130

    assert "which is in the future by this machine's clock" in "\n".join(running.errors)


def test_nothing_to_catch_up_on(cli: Cli, simulator: SimulatorServer) -> None:
    """The first run of an account has no last time: it says so and goes on, as a service that restarts has to."""
    with cli.start("listen", "--data-center", "simulator", "--since", "last") as running:
        running.wait_for('"kind":"ready"')
        assert running.stop() == 130

    assert "nothing was received for this account before" in "\n".join(running.errors)
    assert [json.loads(line)["kind"] for line in running.lines] == ["ready"]


def test_for_people(cli: Cli, simulator: SimulatorServer) -> None:
    """On screen it is marked as reconstructed."""
    edit(cli, "add", "Missed")
    with cli.start("listen", "--data-center", "simulator", "--print", "compact", "--since", "1h") as running:
        running.wait_for('+ "Missed"')
        running.stop()

    assert running.lines[0].strip().startswith("reconstructed, missed since 20")


def test_what_was_missed_is_forwarded(cli: Cli, simulator: SimulatorServer) -> None:
    """With --forward-reconstructed the app gets one signed `change` with the right moment; it is kept, and marked."""
    listen_for_a_moment(cli)
    edit(cli, "add", "Missed")
    with (
        running_app() as app,
        listening(cli, str(app.port), "--only", "change", "--since", "last", "--forward-reconstructed") as run,
    ):
        [forward] = run.wait_for("forward")
        [read] = run.wait_for("events")
        run.running.stop()
        [received] = app.received

    signature = (received.value(b"Cronofy-HMAC-SHA256") or b"").decode()
    assert judge(signature, received.body, SECRETS).state is SignatureState.VALID
    body = json.loads(received.body)
    assert body["notification"] == {"type": "change", "changes_since": read["changes_since"]}
    assert body["channel"]["channel_id"] == run.channel_id
    assert read["delivery_ids"] == [forward["delivery_id"]]
    shown = run_main(cli, "deliveries", "show", str(forward["delivery_id"]), "--json").json
    assert (shown["reconstructed"], shown["signature"]["state"]) == (True, "valid")
    assert shown["events"]["changes"] == read["changes"]
    assert [each["status"] for each in shown["forwards"]] == [200]


@pytest.mark.parametrize("options", [[], ["--forward-reconstructed", "--only", "smart_invite"]])
def test_what_was_missed_is_not_forwarded(options: list[str], cli: Cli, simulator: SimulatorServer) -> None:
    """Without the option, or if changes are not chosen, the app gets nothing that Cronofy did not send."""
    edit(cli, "add", "Missed")
    with running_app() as app, listening(cli, str(app.port), "--since", "1h", *options) as run:
        post(run.callback_url, b'{"notification":{"type":"smart_invite"}}')
        run.wait_for("forward", 1 if options else 2)
        run.wait_for("events", 0 if options else 1)
        run.running.stop()
        received = [json.loads(each.body)["notification"]["type"] for each in app.received]

    assert "change" not in received
    assert missed(run) == ([] if options else ["Missed"])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["--since", "soon"], 2, "--since does not take 'soon'"),
        (["--since", "1h", "--no-read-events"], 2, "--since reads what was missed"),
        (["--forward-reconstructed"], 2, "--forward-reconstructed needs a target"),
        (["3000", "--forward-reconstructed"], 4, "--forward-reconstructed needs a client secret to sign with"),
    ],
)
def test_what_cannot_be_meant(
    arguments: list[str], exit_code: int, said: str, cli: Cli, simulator: SimulatorServer
) -> None:
    """What would silently do nothing is refused before a channel is created."""
    environment = {"CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN}

    result = run_main(cli, "listen", "--data-center", simulator.url, *arguments, environment=environment)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"error: {said}")
