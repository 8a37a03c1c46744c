"""`cronofy auth login` at a real terminal: what it asks, and what of the answers can be seen."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pexpect
import pytest

from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET
from tests.auth.simulated import secrets_in
from tests.commands.auth.test_auth import visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

LIMIT_S = 300


@pytest.fixture
def home(cli: Cli) -> Cli:
    """A user whose settings are in a folder of the test's, without a keyring."""
    cli.environment["CRONOFY_CONFIG_DIR"] = str(cli.folder / "config")
    return cli


@contextmanager
def at_terminal(home: Cli, *arguments: str) -> Iterator[pexpect.spawn[str]]:
    """Run a command at a terminal that is wide enough for an address."""
    program, *rest = home.command("auth", *arguments)
    terminal = pexpect.spawn(
        program,
        rest,
        env=home.environment | {"NO_COLOR": "1"},
        cwd=str(home.folder),
        encoding="utf-8",
        timeout=LIMIT_S,
        dimensions=(50, 1000),
    )
    try:
        yield terminal
    finally:
        terminal.close(force=True)


def answer(terminal: pexpect.spawn[str], question: str, said: str) -> str:
    """Wait for a question, answer it, and return everything that was on the screen before it."""
    terminal.expect_exact(question)
    before: str = terminal.before
    terminal.sendline(said)
    return before


def test_everything_is_asked_for(home: Cli, simulator: SimulatorServer) -> None:
    """Without a single option each question names the option that would answer it, and no secret is echoed."""
    with at_terminal(home, "login", "--no-browser") as terminal:
        seen = answer(terminal, "(--data-center), one of us, uk, de, au, ca, sg, simulator [us]: ", simulator.url)
        seen += answer(terminal, "unencrypted (--insecure-storage)? [y/N] ", "y")
        seen += answer(terminal, "The application's client id (--client-id ID): ", CLIENT_ID)
        seen += answer(terminal, "The application's client secret (--client-secret-file FILE): ", CLIENT_SECRET)
        terminal.expect(r"http://\S+/oauth/authorize\?\S+")
        ended = visit(str(terminal.match[0]))
        seen += answer(terminal, "which is not shown while you paste it (--complete URL): ", ended)
        terminal.expect(pexpect.EOF)
        seen += str(terminal.before)
        terminal.wait()

    kept = secrets_in(home, re.sub(r"\W+", "-", simulator.url.removeprefix("http://")))
    assert (terminal.exitstatus, "janed@company.com" in seen) == (0, True)
    assert kept["client_secrets"][0]["value"] == CLIENT_SECRET
    assert not any(secret in seen for secret in (CLIENT_SECRET, ended, kept["access_token"], kept["refresh_token"]))


def test_the_code_alone_can_be_pasted(home: Cli, simulator: SimulatorServer) -> None:
    """The code without the address around it is enough."""
    with at_terminal(home, "login", "--no-browser", "--data-center", "simulator", "--insecure-storage") as terminal:
        terminal.expect(r"http://\S+/oauth/authorize\?\S+")
        code = visit(str(terminal.match[0])).partition("code=")[2].partition("&")[0]
        answer(terminal, "(--complete URL): ", code)
        terminal.expect_exact("janed@company.com")
        terminal.wait()

    assert terminal.exitstatus == 0


@pytest.mark.parametrize(
    ("question", "said", "told"),
    [
        ("[y/N] ", "n", "error: the keyring cannot be used: no keyring runs on this machine"),
        ("one of us, uk, de, au, ca, sg, simulator [us]: ", "nowhere", "error: 'nowhere' is not a data center"),
    ],
)
def test_an_answer_that_ends_it(home: Cli, question: str, said: str, told: str) -> None:
    """A no, or an answer that cannot be meant, ends with a sentence before anything is opened."""
    options = () if said == "nowhere" else ("--data-center", "uk")
    with at_terminal(home, "login", *options) as terminal:
        answer(terminal, question, said)
        terminal.expect_exact(told)
        terminal.expect(pexpect.EOF)
        terminal.wait()

    assert terminal.exitstatus in {2, 4}


def test_the_end_of_input_at_a_hidden_question(home: Cli) -> None:
    """Ctrl-D where a secret is asked for is no crash: the option is named."""
    options = ("--data-center", "uk", "--client-id", "mine", "--insecure-storage")
    with at_terminal(home, "login", *options) as terminal:
        terminal.expect_exact("(--client-secret-file FILE): ")
        terminal.sendeof()
        terminal.expect_exact("hint: add --client-secret-file FILE")
        terminal.expect(pexpect.EOF)
        terminal.wait()

    assert terminal.exitstatus == 2


def test_no_input_asks_nothing(home: Cli) -> None:
    """With --no-input a terminal is as good as none."""
    with at_terminal(home, "login", "--no-input", "--insecure-storage", "--data-center", "uk") as terminal:
        terminal.expect_exact("hint: add --client-id ID")
        terminal.expect(pexpect.EOF)
        terminal.wait()

    assert terminal.exitstatus == 2
