"""`cronofy check handler`: the contract test on the command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cronofy_cli.commands.check import app
from tests.adapters.callback_probe.tls_servers import make_authorities
from tests.adapters.callback_probe.tls_servers import serving as tls_serving
from tests.commands.one_command import run_command
from tests.handler_check import handlers
from tests.handler_check.checking import make_cases
from tests.handler_check.handlers import SECRET, serving
from tests.outbound.receiver import receiving
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli


@pytest.fixture(autouse=True)
def _signed(cli: Cli) -> None:
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET


def test_a_correct_handler(cli: Cli) -> None:
    """Every case is told, and the exit code is 0."""
    with serving(handlers.Correct()) as url:
        result = run_command(app, cli, "handler", url)

    rows = [line.split("\t") for line in result.lines]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row[2] for row in rows] == [case.id for case in make_cases()]
    assert {row[0] for row in rows} == {"passed"}
    assert all(row[7].startswith("https://docs.cronofy.com/developers/") for row in rows)


def plain(lines: list[str]) -> list[str]:
    """Return lines without colours and indentation."""
    return [re.sub("\x1b\\[[0-9;]*m", "", line).strip() for line in lines]


def test_a_broken_handler_on_a_terminal(cli: Cli) -> None:
    """A failed case says what was sent, what was expected, what came, why it matters and what is usually wrong."""
    only = ("--only", "types.change", "--only", "bytes.utf8", "--only", "signatures.wrong")
    with serving(handlers.ReadsLatin1()) as url:
        result = run_command(app, cli, "handler", url, *only, terminal=True)

    lines = plain(result.lines)
    assert result.exit_code == 1
    assert [line.split("  ")[0] for line in lines[:3]] == ["✓ must", "✓ must", "✗ must"]
    assert lines[3:] == [
        "sent      a change with letters and an emoji in UTF-8",
        "expected  200-299 within the limit",
        "answer    Invalid signature",
        "why       the body is UTF-8, and the signature is over its bytes",
        "hint      the body is decoded as Latin-1 or ASCII before the digest is made",
        "docs      https://docs.cronofy.com/developers/push-notifications/authentication/",
    ]
    assert result.stderr == "1 failed (1 must pass), 2 passed\n"


def test_a_handler_that_accepts_nothing(cli: Cli) -> None:
    """One diagnosis stands at the top, the cases that fail alike are counted, and none that passed is claimed."""
    with serving(handlers.RefusesEverything()) as url:
        result = run_command(app, cli, "handler", url, terminal=True)

    lines = plain(result.lines)
    assert result.exit_code == 1
    assert lines[0].startswith("✗ the handler accepts nothing of what it should accept: 401 in ")
    assert lines[1] == "answer    Invalid signature"
    assert lines[2].startswith(
        "hint      the signature is right for the client secret known here: does the app use the "
    )
    assert lines[3].startswith("failed    42 cases alike: time 2, types ")
    assert lines[4] == "unproven  6 cases: to refuse what it should refuse proves nothing while it accepts nothing"
    assert len(lines) == 5
    assert re.fullmatch("[0-9]+ failed \\([0-9]+ must pass, [0-9]+ should\\), 6 inconclusive\n", result.stderr)


def test_a_handler_that_accepts_nothing_in_several_ways(cli: Cli) -> None:
    """What fails in another way than almost all else is reported in full below the diagnosis."""
    with serving(handlers.DiesOfFilters()) as url:
        result = run_command(app, cli, "handler", url, terminal=True)

    lines = plain(result.lines)
    assert lines[3].startswith("failed    39 cases alike: time 2, types ")
    assert [line.split()[2] for line in lines if line.startswith("✗ must")] == [
        "types.filtered_channel",
        "load.large_body",
        "load.at_once",
    ]


def test_what_is_refused_is_not_passed(cli: Cli) -> None:
    """Programs are not told that a handler passed a case that it cannot fail."""
    with serving(handlers.RefusesEverything()) as url:
        result = run_command(app, cli, "handler", url, "--only", "signatures", "--json")

    states = {each["case"]: each["state"] for each in result.json}
    assert (states["signatures.wrong"], states["signatures.matching_first"]) == ("inconclusive", "failed")
    assert {each["hint"] for each in result.json if each["state"] == "inconclusive"} == {None}


def test_a_route_that_is_not_there(cli: Cli) -> None:
    """When everything fails alike, a person is told what to look at; programs find it in each case."""

    class NoRoute(handlers.Correct):
        def answer(self, *_: object) -> tuple[int, dict[str, str]]:
            raise handlers.Refused(404)

    with serving(NoRoute()) as url:
        person = run_command(app, cli, "handler", url, "--only", "types", terminal=True)
        program = run_command(app, cli, "handler", url, "--only", "types", "--json")

    assert (person.exit_code, program.exit_code, program.stderr) == (1, 1, "")
    assert plain(person.lines)[1] == "hint      does the app have a route for POST /hook?"
    assert {each["hint"] for each in program.json} == {"does the app have a route for POST /hook?"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_port_and_a_path(address: str, cli: Cli) -> None:
    """A handler is named as for `listen`, and found whichever loopback address it listens on."""
    with receiving(address) as receiver:
        result = run_command(app, cli, "handler", f"{receiver.port}/hook", "--only", "types.change", "--json")

    assert result.exit_code == 0
    assert result.json[0]["attempts"][0]["address"].endswith(f":{receiver.port}")
    assert receiver.requests[0].startswith(b"POST /hook HTTP/1.1\r\nHost: localhost:")


def test_a_certificate_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    """A local https handler is refused with a hint at --insecure, and tried with it."""
    with tls_serving(make_authorities(tmp_path).self_signed(), 200) as (url, _):
        refused = run_command(app, cli, "handler", url, "--only", "types.change")
        taken = run_command(app, cli, "handler", url, "--only", "types.change", "--insecure")

    assert (refused.exit_code, taken.exit_code) == (3, 0)
    assert "hint: its certificate is not trusted: add --insecure" in refused.stderr


def test_a_should_does_not_fail(cli: Cli) -> None:
    """A handler that fails only on a should keeps the contract."""
    with serving(handlers.DoesNotTrim()) as url:
        result = run_command(app, cli, "handler", url, "--only", "signatures", "--json")

    assert result.exit_code == 0
    assert [each["case"] for each in result.json if each["state"] == "failed"] == ["signatures.space_after_comma"]


def test_a_line_of_json_for_each_case(cli: Cli) -> None:
    """Programs can read each result as a line."""
    with serving(handlers.NotFoundForUnknownType()) as url:
        result = run_command(app, cli, "handler", url, "--only", "types", "--ndjson")

    failed = [each for each in map(json.loads, result.lines) if each["state"] == "failed"]
    assert result.exit_code == 1
    assert [(each["case"], each["attempts"][0]["status"], each["attempts"][0]["response_body"]) for each in failed] == [
        ("types.unknown", 404, "<h1>Not Found</h1>")
    ]


def test_junit(cli: Cli, tmp_path: Path) -> None:
    """The results are in a JUnit file too, also when the handler fails."""
    with serving(handlers.NotFoundForUnknownType()) as url:
        result = run_command(app, cli, "handler", url, "--only", "types", "--junit", tmp_path / "report.xml")

    tests = ET.parse(tmp_path / "report.xml").findall(".//testcase")
    assert result.exit_code == 1
    assert len(tests) == len(make_cases("types"))
    assert [test.get("name") for test in tests if test.find("failure") is not None] == ["types.unknown"]


@pytest.mark.parametrize(("file", "words"), [("no/report.xml", "there is no folder"), (".", "cannot be written")])
def test_junit_that_cannot_be_written(file: str, words: str, cli: Cli, tmp_path: Path) -> None:
    """A report that has no place is an error, before anything is sent."""
    with serving(handlers.Correct()) as url:
        result = run_command(app, cli, "handler", url, "--only", "types.change", "--junit", tmp_path / file)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_the_channel_in_the_bodies(cli: Cli) -> None:
    """A handler that looks its channel up can be told which one comes."""

    class LooksUp(handlers.Correct):
        def read(self, body: bytes) -> None:
            if b'"chn_mine"' not in body:
                raise handlers.Refused(404, "no such channel")

    with serving(LooksUp()) as url:
        without = run_command(app, cli, "handler", url, "--only", "types.change")
        result = run_command(app, cli, "handler", url, "--only", "types.change", "--channel", "chn_mine")

    assert (without.exit_code, result.exit_code) == (1, 0)


def test_a_secret_from_stdin(cli: Cli) -> None:
    """The handler's client secret can come from stdin."""
    del cli.environment["CRONOFY_CLIENT_SECRET"]
    with serving(handlers.Correct()) as url:
        arguments = ("handler", url, "--only", "types.change")
        result = run_command(app, cli, *arguments, "--client-secret-file", "-", stdin=f"{SECRET}\n".encode())
        without = run_command(app, cli, *arguments)

    assert (result.exit_code, without.exit_code) == (0, 4)


def test_nothing_listens(cli: Cli) -> None:
    """A handler that is not there has an exit code of its own, and no results."""
    port = free_port()

    result = run_command(app, cli, "handler", f"{port}/hook", "--json")

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.error["hint"].startswith(f"nothing listens on port {port} ")


def test_another_machine_is_asked_about(cli: Cli) -> None:
    """Another machine's data may be lost, so it is asked about; without a terminal the option is named."""
    result = run_command(app, cli, "handler", "https://handler.invalid/hook")

    assert result.exit_code == 2
    assert "notifications that may ask for deletion of data" in result.stderr
    assert "hint: add --yes" in result.stderr


def test_a_case_that_does_not_exist(cli: Cli) -> None:
    """A wrong id is wrong usage, and nothing is sent."""
    with receiving() as handler:
        result = run_command(app, cli, "handler", handler.url, "--only", "bytes.utf8", "--only", "signature")

    assert (result.exit_code, handler.connections) == (2, 0)
    assert "did you mean 'signatures" in result.stderr
