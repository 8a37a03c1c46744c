"""`cronofy trigger`: notifications by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from cronofy_cli.commands.trigger import app
from cronofy_cli.core.notifications.samples import SAMPLES
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from tests.adapters.callback_probe.tls_servers import make_authorities, serving
from tests.commands.one_command import run_command
from tests.in_process import run_main
from tests.outbound.receiver import receiving as receiving_at
from tests.ports import free_port
from tests.simulator.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.simulator.receiver import Received, Receiver
    from tests.support import Cli, Result

SECRETS = (ClientSecret("CRONOFY_CLIENT_SECRET", "CRN_1"),)


class Trigger(Protocol):
    """Runs `cronofy trigger` to its end."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result: ...


@pytest.fixture
def trigger(cli: Cli) -> Trigger:
    """The command, with a client secret in the environment."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1"

    def run_one(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result:
        return run_command(app, cli, *arguments, stdin=stdin, terminal=terminal)

    return run_one


@pytest.fixture
def handler() -> Iterator[Receiver]:
    """An application that answers 200, or what it is told."""
    with receiving() as receiver:
        yield receiver


def arrived(handler: Receiver) -> list[Received]:
    """Return what is here now, also what has no type."""
    return handler._received


def verdict(received: Received) -> SignatureState:
    """Return what the application makes of a signature."""
    return judge(received.headers[HEADER], received.body, SECRETS).state


@pytest.mark.parametrize("name", [sample.name for sample in SAMPLES])
def test_every_type(name: str, trigger: Trigger, handler: Receiver) -> None:
    """Every type arrives, correctly signed, and the exit code is 0."""
    result = trigger(name, handler.url)

    received = arrived(handler)[0]
    assert verdict(received) is SignatureState.VALID
    assert json.loads(received.body)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.lines[0].split("\t")[:4] == ["1", name, handler.url, "200"]


def test_on_a_terminal(trigger: Trigger, handler: Receiver) -> None:
    """A person reads one line per delivery, and below a failed one what the application said."""
    handler.statuses = [200, 500]

    result = trigger("change", handler.url, "--count", "2", terminal=True)

    assert result.exit_code == 1
    first, second, *below = (line.replace("\x1b[32m", "").replace("\x1b[31m", "") for line in result.lines)
    assert first.startswith(f" ✓\x1b[0m change -> {handler.url}  200 in ")
    assert second.startswith(f" ✗\x1b[0m change -> {handler.url}  500 in ")
    assert below == ["     the app failed: its log says why"]


def test_for_programs(trigger: Trigger, handler: Receiver) -> None:
    """A document per delivery, its keys fixed, written without spaces like every other one."""
    result = trigger("change", handler.url, "--json")

    assert result.stdout.startswith('[{"started_at":"')
    (document,) = result.json
    assert document.pop("duration_ms") > 0
    assert document.pop("started_at").endswith("Z")
    assert document.pop("response_head").startswith("HTTP/1.1 200 ")
    assert document == {
        "number": 1,
        "type": "change",
        "target": handler.url,
        "address": handler.url.removeprefix("http://").partition("/")[0],
        "succeeded": True,
        "status": 200,
        "failure": None,
        "reason": None,
        "hint": None,
        "response_body": "",
        "response_body_is_cut": False,
    }


def test_verbose(trigger: Trigger, handler: Receiver) -> None:
    """With --verbose each post is shown on stderr as it was sent, signature included, and how it was answered."""
    answered = trigger("change", handler.url, "--verbose")
    refused = trigger("change", str(free_port()), "--verbose")

    received = arrived(handler)[0]
    assert f"> POST {handler.url}\n" in answered.stderr
    assert f"> {HEADER}: {received.headers[HEADER]}\n" in answered.stderr
    assert f"> {received.body.decode()}\n< 200  " in answered.stderr
    assert "< connection refused" in refused.stderr
    assert "CRN_1" not in answered.stderr
    assert len(answered.lines) == 1


def test_setting_fields(trigger: Trigger, handler: Receiver) -> None:
    """Fields are set before the body is signed."""
    trigger(
        "change",
        handler.url,
        "--set",
        "notification.changes_since=2020-01-01T00:00:00Z",
        "--set",
        'channel.filters={"only_managed":true}',
    )

    body = json.loads(arrived(handler)[0].body)
    assert body["notification"]["changes_since"] == "2020-01-01T00:00:00Z"
    assert body["channel"]["filters"] == {"only_managed": True}
    assert verdict(arrived(handler)[0]) is SignatureState.VALID


def test_a_bad_signature(trigger: Trigger, handler: Receiver) -> None:
    """A made-up client secret signs, and needs no other."""
    trigger("change", handler.url, "--bad-signature")

    assert verdict(arrived(handler)[0]) is SignatureState.INVALID


def test_without_a_signature(cli: Cli, handler: Receiver) -> None:
    """The header is left out; no client secret is needed."""
    result = run_command(app, cli, "change", handler.url, "--unsigned")

    assert result.exit_code == 0
    assert HEADER not in arrived(handler)[0].headers


def test_as_during_a_rotation(trigger: Trigger, handler: Receiver) -> None:
    """With several digests the matching one stands last, then first, and so on."""
    trigger("change", handler.url, "--secrets", "2", "--count", "3")

    places = []
    for received in arrived(handler):
        digests = received.headers[HEADER].split(",")
        places.append(
            [judge(each, received.body, SECRETS).state is SignatureState.VALID for each in digests].index(True)
        )
        assert len(digests) == 2
    assert places == [1, 0, 1]


def test_fewer_digests_than_secrets(cli: Cli, trigger: Trigger, handler: Receiver) -> None:
    """Of several known client secrets only so many sign."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1,CRN_2"

    trigger("change", handler.url, "--secrets", "1")

    assert "," not in arrived(handler)[0].headers[HEADER]
    assert verdict(arrived(handler)[0]) is SignatureState.VALID


def test_a_secret_from_a_file(cli: Cli, handler: Receiver, tmp_path: Path) -> None:
    """The client secret can come from a file or from stdin."""
    (tmp_path / "secret").write_text("CRN_1\n", encoding="utf-8")

    run_command(app, cli, "change", handler.url, "--client-secret-file", tmp_path / "secret")
    run_command(app, cli, "change", handler.url, "--client-secret-file", "-", stdin=b"CRN_1")

    assert [verdict(each) for each in arrived(handler)] == [SignatureState.VALID] * 2


def test_many_at_a_rate(trigger: Trigger, handler: Receiver) -> None:
    """So many are sent, and each is told."""
    result = trigger("change", handler.url, "--count", "5", "--rate", "200", "--ndjson")

    assert sorted(json.loads(line)["number"] for line in result.lines) == [1, 2, 3, 4, 5]
    assert len(arrived(handler)) == 5


def test_a_delay(trigger: Trigger, handler: Receiver) -> None:
    """The first one waits as long as it is told to."""
    assert trigger("change", handler.url, "--delay", "50ms").exit_code == 0
    assert trigger("change", handler.url, "--delay", "soon").exit_code == 2
    assert len(arrived(handler)) == 1


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_what_is_not_2xx(status: int, trigger: Trigger, handler: Receiver) -> None:
    """Anything but 2xx is a failure."""
    handler.statuses = [status]

    result = trigger("change", handler.url)

    assert (result.exit_code, result.lines[0].split("\t")[3]) == (1, str(status))


@pytest.mark.parametrize(
    "written", ["{port}/hook", ":{port}/hook", "localhost:{port}/hook", "http://localhost:{port}/hook"]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_targets(address: str, written: str, trigger: Trigger) -> None:
    """A target is written as for `listen`; `localhost` is tried on both addresses, and which answered is told."""
    with receiving_at(address) as receiver:
        result = trigger("change", written.format(port=receiver.port), "--json")

    url, shown = f"http://localhost:{receiver.port}/hook", f"[{address}]" if ":" in address else address
    assert result.exit_code == 0
    assert (result.json[0]["target"], result.json[0]["address"]) == (url, f"{shown}:{receiver.port}")
    assert f'"callback_url":"{url}"'.encode() in receiver.requests[0]


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_what_servers_print_is_this_machine(host: str, cli: Cli) -> None:
    """What Flask, Rails and Vite print of themselves is posted to without a question, by every command that posts."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1"
    with receiving_at("::1" if host == "[::]" else "127.0.0.1") as receiver:
        address = f"{host}:{receiver.port}/hook"
        sent = run_main(cli, "trigger", "change", address)
        checked = run_main(cli, "check", "handler", address, "--only", "types.change")

    assert (sent.exit_code, sent.stderr) == (0, "")
    assert "this machine" not in checked.stderr
    assert len(receiver.requests) > 1


def test_a_certificate_of_ones_own(trigger: Trigger, tmp_path: Path) -> None:
    """A local https target with a certificate that nobody trusts is taken with --insecure; without, it is advised."""
    with serving(make_authorities(tmp_path).self_signed(), 200) as (url, _):
        refused = trigger("change", url, "--json")
        taken = trigger("change", url, "--insecure")

    assert (refused.exit_code, taken.exit_code) == (3, 0)
    assert "add --insecure" in refused.json[0]["hint"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(302, "a redirect"), (400, "raw body"), (401, "behind a login"), (404, "POST /hook"), (419, "CSRF"), (500, "log")],
)
def test_advice(status: int, words: str, trigger: Trigger, handler: Receiver) -> None:
    """A failure is advised on as when it is forwarded."""
    handler.statuses = [status]

    assert words in trigger("change", handler.url, "--json").json[0]["hint"]


@pytest.mark.parametrize("option", ["--bad-signature", "--unsigned"])
def test_a_forged_one(option: str, trigger: Trigger, handler: Receiver) -> None:
    """Who refuses what is forged needs no advice; who takes it does."""
    handler.statuses = [401, 200]

    refused, taken = (trigger("change", handler.url, option, "--json") for _ in range(2))

    assert (refused.exit_code, refused.json[0]["hint"]) == (1, None)
    assert (taken.exit_code, "does it check the signature?" in taken.json[0]["hint"]) == (0, True)


def test_nothing_listens(trigger: Trigger) -> None:
    """An application that cannot be reached has an exit code of its own."""
    result = trigger("change", f"http://127.0.0.1:{free_port()}/hook")

    assert (result.exit_code, result.lines[0].split("\t")[3]) == (3, "connection_refused")


def test_another_machine_is_asked_about(trigger: Trigger) -> None:
    """Nothing is posted to another machine unasked; without a terminal the option is named."""
    result = trigger("gdpr_requested", "http://handler.invalid/hook")

    assert result.exit_code == 2
    assert "hint: add --yes" in result.stderr
    assert trigger("gdpr_requested", "http://handler.invalid/hook", "--yes").exit_code == 3


def test_another_machine_is_declined(trigger: Trigger) -> None:
    """Whoever does not say yes posts nothing."""
    result = trigger("change", "http://handler.invalid/hook", stdin=b"n\n", terminal=True)

    assert result.exit_code == 2
    assert "nothing was posted" in result.stderr


def test_the_list_of_types(trigger: Trigger) -> None:
    """Every type with where it goes and what it means; nothing is sent."""
    result = trigger("--list")

    assert [line.split("\t")[0] for line in result.lines] == [sample.name for sample in SAMPLES]
    assert trigger("--list", "--json").json[1]["meaning"].startswith("events changed")


def test_the_body_alone(cli: Cli) -> None:
    """A body is printed as it would be posted, without client secret, URL or line break."""
    result = run_command(app, cli, "change", "--set", "notification.x=1", "--print-body")

    assert result.json["notification"]["x"] == 1
    assert not result.stdout.endswith("\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "a notification type is needed"),
        (("chnage", "{url}"), "did you mean 'change'"),
        (("change", "ftp://127.0.0.1/"), "'ftp://127.0.0.1/' is not a target"),
        (("change", "99999/hook"), "'99999/hook' is not a target"),
        (("change", "{url}", "--set", "x"), "--set does not take"),
        (("change", "{url}", "--unsigned", "--bad-signature"), "--unsigned sends no signature"),
    ],
)
def test_what_cannot_be_meant(arguments: tuple[str, ...], words: str, trigger: Trigger, handler: Receiver) -> None:
    """Wrong usage is told in a sentence, and nothing is sent."""
    result = trigger(*(argument.format(url=handler.url) for argument in arguments))

    assert arrived(handler) == []

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_no_client_secret(cli: Cli, handler: Receiver) -> None:
    """Without a client secret nothing is signed, so nothing is sent."""
    assert run_command(app, cli, "change", handler.url).exit_code == 4
    assert arrived(handler) == []


def test_no_url_and_not_signed_in(trigger: Trigger) -> None:
    """Without a URL and an account the command says what to give."""
    result = trigger("change")

    assert result.exit_code == 2
    assert "hint: cronofy trigger change 3000/hook" in result.stderr


@pytest.mark.parametrize(("number", "words"), [(0, "no channel is open"), (2, "2 channels are open")])
def test_no_url_and_not_one_channel(number: int, words: str, cronofy: ScriptedServer, trigger: Trigger) -> None:
    """Unless exactly one channel is open its callback URL cannot be meant."""
    channel = {"channel_id": "chn_1", "callback_url": "http://127.0.0.1:3000/hook"}
    cronofy.answer(json={"channels": [channel] * number}, only_for="GET /v1/channels")

    result = trigger("change")

    assert result.exit_code == 2
    assert words in result.stderr


def test_the_only_channels_url(cronofy: ScriptedServer, trigger: Trigger, handler: Receiver) -> None:
    """Without a URL the only open channel's callback URL is posted to."""
    cronofy.answer(json={"channels": [{"channel_id": "chn_1", "callback_url": handler.url}]})

    assert trigger("smart_invite").exit_code == 0
    assert arrived(handler)[0].type == "smart_invite"


def test_the_simulator_sends(simulator: SimulatorServer, cli: Cli, handler: Receiver) -> None:
    """Without a URL the simulator itself sends to its open channels, and what became of it is told."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    run_main(cli, "channels", "create", "--callback-url", handler.url)
    handler.wait_for(1, "verification")

    result = run_command(app, cli, "profile_disconnected", "--set", "notification.reason=expired", "--count", "2")

    received = handler.wait_for(2, "profile_disconnected")
    assert [each.notification for each in received] == [{"type": "profile_disconnected", "reason": "expired"}] * 2
    assert received[0].headers["User-Agent"].startswith("cronofy-simulator/")
    assert result.exit_code == 0
    assert [line.split("\t")[:4] for line in result.lines] == [
        [number, "profile_disconnected", handler.url, "200"] for number in ("1", "2")
    ]


def test_the_simulator_reports_a_failure(simulator: SimulatorServer, cli: Cli, handler: Receiver) -> None:
    """What the application answers to the simulator decides the exit code."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    run_main(cli, "channels", "create", "--callback-url", handler.url)
    handler.wait_for(1, "verification")
    handler.statuses = [500]

    result = run_command(app, cli, "gdpr_requested")

    assert (result.exit_code, result.lines[0].split("\t")[3]) == (1, "500")


def test_the_simulator_without_channels(simulator: SimulatorServer, cli: Cli) -> None:
    """Where no channel is open, nothing can be sent without a URL."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"

    result = run_command(app, cli, "change")

    assert result.exit_code == 2
    assert "no channel is open" in result.stderr


def test_what_the_simulator_cannot_send(simulator: SimulatorServer, cli: Cli, handler: Receiver) -> None:
    """Odd signatures and callbacks outside channels are posted from here, signed with the simulator's secret."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    run_main(cli, "channels", "create", "--callback-url", handler.url)
    handler.wait_for(1, "verification")

    assert run_command(app, cli, "change", "--secrets", "2").exit_code == 0
    assert run_command(app, cli, "smart_invite").exit_code == 0

    assert [each.headers["User-Agent"].partition("/")[0] for each in arrived(handler)[1:]] == ["cronofy-cli"] * 2


def test_no_simulator_runs(cli: Cli) -> None:
    """Without a running simulator that is the error."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"

    result = run_command(app, cli, "change")

    assert result.exit_code == 3
    assert "no simulator is running" in result.stderr


@pytest.mark.parametrize("delay", ["soon", "", "-1s"])
def test_a_delay_that_is_none(delay: str, run: Run) -> None:
    """The option is named, and nothing is sent."""
    result = run("trigger", "change", "3000", f"--delay={delay}", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.error["message"].startswith(f"--delay does not take '{delay}'")
