"""Why what arrives at `cronofy listen` is not signed as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.core.accounts.contexts import Context, SecretPlace
from cronofy_cli.core.signature import HEADER, digest
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.receiver.receiving import Wire
from tests.scripts.listening import listening
from tests.sender import post

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

INVITE = b'{"notification":{"type":"smart_invite"}}'


def send(port: int, path: str, body: bytes, *lines: str) -> int:
    """Post a body with these header lines, and return the answer's status."""
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *lines, "", ""])
    with Wire(port) as wire:
        return wire.ask(head.encode() + body)


@pytest.mark.parametrize(
    ("body", "lines", "cause", "detail"),
    [
        (INVITE + b"\n", [f"{HEADER}: {digest(INVITE, CLIENT_SECRET)}"], "body_whitespace", "newline_added"),
        (INVITE, [f"{HEADER}: {digest(INVITE, 'CRN_mine')}"], "other_context_secret", None),
        (INVITE, [], "header_missing", None),
        (INVITE, [f"{HEADER}: {digest(b'else', 'CRN_stranger')}"], "unknown", None),
    ],
)
def test_the_cause_follows_the_delivery(
    body: bytes, lines: list[str], cause: str, detail: str | None, cli: Cli, simulator: SimulatorServer
) -> None:
    """In a pipe it is a document of its own, right after the delivery's, with a code that stays the same."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_mine"
    with listening(cli, "--count", "1") as run:
        status = send(run.port, run.callback_url.partition(str(run.port))[2], body, *lines)
        assert run.running.end() == 0

    [delivery], [diagnosis] = run.lines("delivery"), run.lines("diagnosis")
    assert status == 401
    assert (diagnosis["delivery_id"], diagnosis["cause"], diagnosis["detail"]) == (delivery["id"], cause, detail)
    assert diagnosis["not_examined"] == 0
    assert diagnosis["explanation"]
    assert diagnosis["hint"]
    assert "CRN_mine" not in "".join(run.running.lines)


def test_a_removed_secret(cli: Cli, simulator: SimulatorServer) -> None:
    """What is signed with a client secret that was removed is refused, and told to be so, without its value."""
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(cli.folder / "config"), "CRONOFY_NO_KEYRING": "1"}
    context = Context("acme", data_center="uk", client_id="client", secret_place=SecretPlace.FILE)
    save_context(user_file(cli.environment), context)
    for arguments in (("add", "old", "--client-secret-file", "-"), ("remove", "old")):
        assert cli("auth", "secret", *arguments, "--context", "acme", stdin=b"CRN_removed").exit_code == 0

    with listening(cli, "--count", "1") as run:
        status = post(run.callback_url, INVITE, secret="CRN_removed")
        assert run.running.end() == 0

    [diagnosis] = run.lines("diagnosis")
    assert (status, diagnosis["cause"], diagnosis["secret"]) == (401, "removed_secret", "old of the context acme")
    assert "CRN_removed" not in "".join([*run.running.lines, *run.running.errors])


def test_for_people(cli: Cli, simulator: SimulatorServer) -> None:
    """On screen there is a line for the cause and one for the hint below the delivery's."""
    ready_file = cli.folder / "ready"
    command = ("listen", "--data-center", "simulator", "--print", "compact", "--ready-file", ready_file, "--count", "1")
    with cli.start(*command) as running:
        running.wait_for("Ready.")
        post(ready_file.read_text().split('"')[3], INVITE, secret=None)
        assert running.end() == 0

    [line, cause, hint] = running.lines
    assert "✗ unsigned" in line
    assert cause == f"            cause  The request has no {HEADER} header."
    assert hint.startswith("            hint   Check that the request came from Cronofy")


def test_a_flood(cli: Cli, simulator: SimulatorServer) -> None:
    """A flood of forged requests is answered and printed at once; some are examined, and the others are counted."""
    with listening(cli, "--count", "100") as run:
        answers = [post(run.callback_url, INVITE, secret="CRN_stranger") for _ in range(100)]
        assert run.running.end() == 0

    examined = run.lines("diagnosis")
    assert answers == [401] * 100
    assert len(run.lines("delivery")) == 100
    assert examined
    assert sum(1 + each["not_examined"] for each in examined) == 100


def test_the_own_verification(cli: Cli, simulator: SimulatorServer) -> None:
    """If the wrong client secret is configured, it is told which one Cronofy signs with."""
    environment = {"CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN, "CRONOFY_CLIENT_SECRET": "CRN_other"}

    result = cli("listen", "--data-center", simulator.url, environment=environment)

    assert (result.exit_code, result.stdout) == (5, "")
    assert "cause  The body was signed with the client secret of another context. (it is simulator)" in result.stderr
    assert "hint   Use that context" in result.stderr
