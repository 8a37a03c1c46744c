"""`cronofy userinfo`, and how a command fails when the account cannot be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli


def test_in_a_pipe(run_at_simulator: Run) -> None:
    """Label and value, a pair a line: whose account, which zone, what is allowed, what is connected."""
    pairs = [line.split("\t") for line in run_at_simulator("userinfo").lines]

    assert pairs[:4] == [
        ["sub", "acc_5700a00eb0ccd07000000001"],
        ["name", "Jane Doe"],
        ["email", "janed@company.com"],
        ["time zone", "Europe/London"],
    ]
    assert ["data center", "simulator"] in pairs
    assert ["profile", "janed@company.com (google), connected"] in pairs


def test_for_programs(run_at_simulator: Run) -> None:
    """The answer as it came, with the names that have a dot in them."""
    document = run_at_simulator("userinfo", "--json").json

    assert document["sub"] == "acc_5700a00eb0ccd07000000001"
    assert document["cronofy.type"] == "account"


@pytest.mark.parametrize(
    ("status", "exit_code", "code"),
    [
        (401, 4, "not_signed_in"),
        (402, 4, "not_allowed"),
        (403, 4, "not_allowed"),
        (404, 1, "not_found"),
        (423, 1, "request_failed"),
        (301, 1, "request_failed"),
        (422, 1, "invalid_request"),
    ],
)
def test_what_cronofy_refuses(status: int, exit_code: int, code: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """Each status that is no success has its exit code and its code, also with a body that is no JSON."""
    cronofy.answer(status, body=b"<html><title>Sorry\x1b[2J</title></html>", headers={"Content-Type": "text/html"})

    result = run_main(cli, "userinfo", "--json")

    assert (result.exit_code, result.stdout, result.error["code"]) == (exit_code, "", code)
    assert "\x1b" not in result.stderr


def test_no_token(run: Run) -> None:
    """Without an access token the hint names the variable and the way without an account."""
    result = run("userinfo", "--data-center", "uk")

    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.splitlines()[0].endswith(" data center uk")
    assert result.stderr.splitlines()[1] == (
        "hint: cronofy auth login --data-center uk, set CRONOFY_ACCESS_TOKEN, or try everything without an account: "
        "add --data-center simulator, or run cronofy demo"
    )


def test_nothing_is_sent_without_a_token(cli: Cli, cronofy: ScriptedServer) -> None:
    """Without an access token Cronofy is not asked."""
    del cli.environment["CRONOFY_ACCESS_TOKEN"]

    assert run_main(cli, "userinfo").exit_code == 4
    assert cronofy.requests == []


def test_no_simulator_runs(run: Run) -> None:
    """With nothing running the simulator is unreachable, and the hint starts one."""
    result = run("userinfo", "--data-center", "simulator")

    assert (result.exit_code, result.stderr) == (
        3,
        (
            "error: no simulator is running on this machine\n"
            "hint: start one in another terminal: cronofy simulator run\n"
        ),
    )


def test_verbose(cli: Cli, cronofy: ScriptedServer) -> None:
    """Request and answer are shown on stderr without the token; stdout is as it is without them."""
    cronofy.answer(json={"sub": "acc_1"})

    result = run_main(cli, "userinfo", "--json", "--verbose")

    assert result.json == {"sub": "acc_1"}
    assert f"> GET {cronofy.url}/v1/userinfo\n" in result.stderr
    assert "Bearer ***" in result.stderr
    assert "tok_1" not in result.stderr
