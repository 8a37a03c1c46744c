"""`cronofy listen`: what is typed wrong."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.support import Cli


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--backlog", "foo"], "--backlog"),
        (["--forward-timeout", "abc"], "--forward-timeout"),
        (["--header", "no colon"], "header"),
        (["--forward", "http://"], "http://"),
        (["--ack", "app"], "--ack app"),
        (["--max-offline", "abc"], "--max-offline"),
        (["--timeout", "abc"], "--timeout"),
        (["--since", "abc"], "--since"),
        (["--only", "chnge"], "change"),
        (["--channel", " "], "--channel"),
        (["--where", "((("], "--where"),
        (["--public-url", "example.com"], "example.com"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_nothing_starts_for_what_is_typed_wrong(words: list[str], named: str, cli: Cli) -> None:
    """A value that cannot be meant is refused before a simulator starts or somebody is asked to sign in."""
    for data_center in ("simulator", "us"):
        result = run_main(cli, "listen", "--data-center", data_center, *words)

        assert (result.exit_code, result.stdout) == (2, ""), result.stderr
        assert named in result.stderr
        assert "a simulator runs" not in result.stderr


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ("--no-read-events --since 1h", "--since reads what was missed", "leave out --no-read-events"),
        ("--no-read-events --since last", "--since reads what was missed", "leave out --no-read-events"),
        (
            "3000 --no-read-events --forward-reconstructed",
            "--forward-reconstructed reads what was missed",
            "leave out --no-read-events",
        ),
        (
            "--forward-reconstructed",
            "--forward-reconstructed needs a target",
            "name one: cronofy listen 3000/hook --forward-reconstructed",
        ),
        (
            "--public-url https://example.com/x",
            "--public-url needs the local port that it leads to",
            "add --port PORT",
        ),
        (
            "--tunnel ssh --public-url https://example.com/x",
            "--public-url in front of an ssh host needs the port there that it leads to",
            "add --remote-port PORT",
        ),
        ("--only change --only ''", "--only is empty", "name one, or leave --only out to choose all"),
        ("--channel ''", "--channel is empty", "name one, or leave --channel out to choose all"),
    ],
)
def test_nothing_starts_for_what_cannot_be_meant_together(words: str, said: str, hint: str, cli: Cli) -> None:
    """Options that do nothing beside each other, or not without another one, are refused as early, with what to do."""
    for data_center in ("simulator", "us"):
        environment = {"CRONOFY_DATA_CENTER": data_center}
        result = run_main(cli, "listen", *shlex.split(words), environment=environment)

        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"error: {said}\nhint: {hint}\n"


def test_nothing_to_sign_with(cli: Cli) -> None:
    """Without a client secret nothing can be made up that the application would accept."""
    environment = {"CRONOFY_DATA_CENTER": "us", "CRONOFY_ACCESS_TOKEN": "tok_1"}
    for where in (["3000"], ["--forward", "3000"]):
        result = run_main(cli, "listen", *where, "--forward-reconstructed", "--json", environment=environment)

        assert (result.exit_code, result.error["code"]) == (4, "not_signed_in")
        assert result.error["message"] == "--forward-reconstructed needs a client secret to sign with"
        assert result.error["hint"].startswith("set CRONOFY_CLIENT_SECRET, or sign in: cronofy auth login")
