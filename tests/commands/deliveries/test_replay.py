"""`cronofy deliveries replay`: the same bytes again, or changed and signed anew."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge, sign
from tests.adapters.history.samples import forward
from tests.auth.accounts import ADDED_AT
from tests.outbound.app import OK, answer_of, running_app
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.conftest import Record, Run
    from tests.outbound.app import App
    from tests.support import Cli

BODIES = [b'{ "notification":{"type":"change"},"number":%d}' % number for number in range(4)]


@pytest.fixture
def app() -> Iterator[App]:
    """An app."""
    with running_app() as running:
        yield running


@pytest.fixture
def kept(record: Record, cli: Cli, app: App) -> None:
    """Four signed deliveries; the app has taken the first, and failed at the second and third."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "s3cret"
    record(*(make_delivery(0, body, headers=((HEADER.encode(), sign(body, ["s3cret"]).encode()),)) for body in BODIES))
    url = f"http://localhost:{app.port}/hook"
    with open_history(cli.data / "deliveries.db") as history:
        history.forwards.record([forward(1, target=url), forward(2, 500, target=url), forward(3, None, target=url)])


def is_signed(body: bytes, header: bytes | None) -> bool:
    """Whether the secret signed this."""
    verdict = judge((header or b"").decode(), body, [ClientSecret("x", "s3cret")])
    return verdict.state is SignatureState.VALID


def test_the_same_bytes(kept: None, app: App, run: Run) -> None:
    """It goes where it went before, byte for byte, with the signature that it had; the result is kept."""
    result = run("deliveries", "replay", "1", "--json")

    (received,) = app.received
    assert (result.exit_code, result.json[0]["status"], result.json[0]["hint"]) == (0, 200, None)
    assert received.body == BODIES[0]
    assert received.line == b"POST /hook?user_id=42 HTTP/1.1"
    assert is_signed(received.body, received.value(HEADER.encode()))
    assert len(run("deliveries", "show", "1", "--forwards").lines) == 2


@pytest.mark.parametrize(
    ("number", "answers", "verdicts"),
    [
        (1, [200, 500, 500, 200], ["still_passing", "regressed", "still_failing", "fixed"]),
        (2, [204], ["fixed"]),
        (3, [500], ["still_failing"]),
    ],
)
def test_a_verdict(number: int, answers: list[int], verdicts: list[str], kept: None, app: App, run: Run) -> None:
    """Each replay is compared with the last attempt at the same target, and so is the next."""
    statuses = iter(answers)
    app.answer = lambda _: answer_of(next(statuses))

    result = run("deliveries", "replay", str(number), "--times", str(len(answers)), "--json")

    assert [each["verdict"] for each in result.json] == verdicts


def test_no_verdict(kept: None, app: App, run: Run) -> None:
    """There is none where nothing was sent before, nor for a changed body."""
    first = run("deliveries", "replay", "4", "--to", f"{app.port}/hook", "--json").json
    changed = run("deliveries", "replay", "1", "--set", "number=9", "--json").json

    assert [each["verdict"] for each in (*first, *changed)] == [None, None]


def test_what_cronofy_did_not_sign_passes_when_it_is_refused(record: Record, app: App, run: Run) -> None:
    """An application that takes a forged notification fails, and is fixed once it refuses it."""
    record(make_delivery(0, BODIES[0], SignatureState.INVALID, 401))
    statuses = iter([200, 401, 401])
    app.answer = lambda _: answer_of(next(statuses))

    result = run("deliveries", "replay", "1", "--to", f"{app.port}/hook", "--times", "3", "--json")

    assert [each["verdict"] for each in result.json] == [None, "fixed", "still_passing"]


def test_what_failed(kept: None, app: App, run: Run) -> None:
    """Those that the app has not taken, in order, and after that there are none."""
    assert run("deliveries", "replay", "--failed").exit_code == 0
    assert [each.body for each in app.received] == BODIES[1:3]
    assert run("deliveries", "replay", "--failed").exit_code == 1
    assert run("deliveries", "list", "--status", "failed").lines == []


def test_to_another_target(kept: None, app: App, run: Run) -> None:
    """What was never forwarded needs a target; several times, several at once, with headers of one's own."""
    target = f"{app.port}/other"
    options = ["--times", "3", "--concurrency", "4", "--interval", "1ms", "--header", "X-A: b"]

    result = run("deliveries", "replay", "--not-forwarded", "--to", target, *options, "--ndjson")

    assert [json.loads(line)["status"] for line in result.lines] == [200] * 3
    assert {each.body for each in app.received} == {BODIES[3]}
    assert {each.value(b"X-A") for each in app.received} == {b"b"}
    # A replay does not make it a target of the run's own.
    assert run("deliveries", "replay", "4").exit_code == 2


def test_without_a_target(kept: None, run: Run) -> None:
    """A delivery that went nowhere before needs --to, and the hint says so."""
    result = run("deliveries", "replay", "4")

    assert result.exit_code == 2
    assert "--to" in result.stderr


def test_changed(kept: None, app: App, run: Run) -> None:
    """A changed body is signed anew, and does not count as what Cronofy sent."""
    result = run("deliveries", "replay", "2", "--set", "notification.type=verification")

    (received,) = app.received
    assert result.exit_code == 0
    assert json.loads(received.body) == {"notification": {"type": "verification"}, "number": 1}
    assert is_signed(received.body, received.value(HEADER.encode()))
    assert [line.split("\t")[0] for line in run("deliveries", "list", "--status", "failed").lines] == ["2", "3"]


def test_changed_and_signed_with_a_given_secret(kept: None, app: App, cli: Cli, run: Run, tmp_path: Path) -> None:
    """The body is signed with the client secrets of the given files; without any the hint names that option."""
    del cli.environment["CRONOFY_CLIENT_SECRET"]
    (tmp_path / "secret.txt").write_text("s3cret\n", encoding="utf-8")
    change = ("deliveries", "replay", "1", "--set", "number=7")

    given = run(*change, "--client-secret-file", tmp_path / "secret.txt")
    unknown = run(*change)

    (received,) = app.received
    assert (given.exit_code, unknown.exit_code) == (0, 4)
    assert is_signed(received.body, received.value(HEADER.encode()))
    assert "--client-secret-file FILE" in unknown.stderr


def test_changed_and_signed_as_a_context(kept: None, app: App, cli: Cli, run: Run, tmp_path: Path) -> None:
    """Context and data center can be named after the command, and tell whose client secrets sign."""
    del cli.environment["CRONOFY_CLIENT_SECRET"]
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    context = Context("acme", data_center="uk", client_id="client", secret_place=SecretPlace.FILE)
    save_context(user_file(cli.environment), context)
    secrets = StoredSecrets((StoredClientSecret("main", "s3cret", ADDED_AT),))
    SecretStore(cli.environment, warn=pytest.fail).save(context, secrets)
    change = ("deliveries", "replay", "1", "--set", "number=7")

    result = run(*change, "--context", "acme")
    elsewhere = run(*change, "--context", "acme", "--data-center", "us")

    (received,) = app.received
    assert (result.exit_code, elsewhere.exit_code) == (0, 4)
    assert is_signed(received.body, received.value(HEADER.encode()))


def test_a_secret_for_nothing(kept: None, app: App, run: Run) -> None:
    """A client secret is refused where nothing is signed anew, rather than passed over."""
    result = run("deliveries", "replay", "1", "--client-secret-file", "secret.txt")

    assert (result.exit_code, app.received) == (2, [])
    assert "--set or --edit" in result.stderr


def test_edited(kept: None, app: App, cli: Cli, run: Run, tmp_path: Path) -> None:
    """What the editor leaves is sent, to the byte; when it fails nothing is."""
    editor = tmp_path / "editor.py"
    editor.write_text("import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(b'{ \"a\":1}')")
    cli.environment["EDITOR"] = f"{sys.executable} {editor}"
    assert run("deliveries", "replay", "1", "--edit").exit_code == 0
    cli.environment["EDITOR"] = "false"
    assert run("deliveries", "replay", "1", "--edit").exit_code == 2
    del cli.environment["EDITOR"]
    assert run("deliveries", "replay", "1", "--edit").exit_code == 2

    (received,) = app.received
    assert received.body == b'{ "a":1}'
    assert is_signed(received.body, received.value(HEADER.encode()))


def test_exit_codes(kept: None, app: App, run: Run) -> None:
    """1 when the app does not take it, with advice; 3 when it is not there."""
    app.answer = lambda _: answer_of(404)
    refused = run("deliveries", "replay", "1", "2", "--to", str(app.port))
    away = run("deliveries", "replay", "1", "--to", str(free_port()), "--json")

    assert refused.exit_code == 1
    assert "does the app have a route" in refused.lines[0]
    assert (away.exit_code, away.json[0]["failure"]) == (3, "connection_refused")


def test_another_machine(kept: None, run: Run) -> None:
    """To a host that is not this machine it asks first; without a terminal the flag is named, and nothing is sent."""
    result = run("deliveries", "replay", "1", "--to", "http://app.invalid/hook")

    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert len(run("deliveries", "show", "1", "--forwards").lines) == 1
    assert run("deliveries", "replay", "1", "--to", "http://app.invalid/hook", "--yes").exit_code == 3


@pytest.mark.parametrize("arguments", [[], ["1", "--failed"], ["--failed", "--not-forwarded"], ["--since", "soon"]])
def test_wrong_usage(arguments: list[str], kept: None, run: Run) -> None:
    """Which ones is said, and once."""
    assert run("deliveries", "replay", *arguments).exit_code == 2


def test_before_it_is_sent_to_another_machine(kept: None, cli: Cli, run: Run) -> None:
    """The question counts what would leave this machine, each time it is sent; no is an error, and sends nothing."""
    options = ["--to", "hooks.example.com:443", "--to", "3000", "--times", "3"]

    asked = run("deliveries", "replay", "1", "2", *options)
    refused = run("deliveries", "replay", "1", "2", *options, stdin=b"n\n", terminal=True)

    assert asked.exit_code == refused.exit_code == 2
    assert "Send 6 to hooks.example.com:443, which is not this machine?" in asked.stderr
    assert "nothing was sent" in refused.stderr
    assert len(run("deliveries", "show", "1", "--forwards").lines) == 1


def test_ctrl_c_does_not_wait_for_the_app(kept: None, app: App, cli: Cli) -> None:
    """Several at once to an app that hangs, without a time limit: Ctrl-C ends it, and what waits is not sent."""
    released = threading.Event()
    app.answer = lambda _: OK if released.wait() else None
    options = ["--times", "9", "--concurrency", "2", "--forward-timeout", "0"]

    with cli.start("deliveries", "replay", "1", *options) as running:
        app.await_received(2)
        exit_code = running.stop()

    assert (exit_code, len(app.received)) == (130, 2)
    released.set()


def test_before_it_is_sent_to_several_machines(kept: None, run: Run) -> None:
    """Each machine is named once, in order."""
    targets = [option for host in ("b.invalid", "a.invalid", "b.invalid") for option in ("--to", f"http://{host}/")]

    asked = run("deliveries", "replay", "1", *targets)

    assert asked.exit_code == 2
    assert "Send 3 to a.invalid, b.invalid, which is not this machine?" in asked.stderr


def test_a_replay_elsewhere_is_no_default(kept: None, app: App, run: Run) -> None:
    """One replay to another target, where nothing listens, is shown as a replay; later ones do not go there."""
    away = f"http://localhost:{free_port()}/"
    assert run("deliveries", "replay", "1", "--to", away).exit_code == 3

    again = run("deliveries", "replay", "1", "--json")

    assert [(each["target"], each["status"]) for each in again.json] == [(f"http://localhost:{app.port}/hook", 200)]
    kept_forwards = run("deliveries", "show", "1", "--json").json["forwards"]
    assert [each["replay"] for each in kept_forwards] == [False, True, True]
    assert "1" not in [str(each["id"]) for each in run("deliveries", "list", "--status", "failed", "--json").json]


def test_the_first_lines_of_a_response(kept: None, app: App, run: Run) -> None:
    """On a terminal a refusal has the app's own first lines below it, behind a bar, with their indentation."""
    app.answer = lambda _: answer_of(500, b"Traceback:\n    in hook\nValueError")

    lines = run("deliveries", "replay", "1", terminal=True).lines

    assert lines[2:5] == ["      | Traceback:", "      |     in hook", "      | ValueError"]
    assert "its log" in lines[5]


def test_nothing_is_left(kept: None, run: Run) -> None:
    """Where nothing is still to be sent that is said, and what was never to be forwarded needs a target."""
    result = run("deliveries", "replay", "--not-forwarded")

    assert result.exit_code == 1
    assert "nothing is still to be sent; 1 that match were never to be forwarded" in result.stderr
    assert "--to" in result.stderr
