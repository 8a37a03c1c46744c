"""`--query`: what an expression finds in the JSON of any command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.samples import make_delivery

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run
    from tests.support import Cli


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["help", "exit-codes", "--query", "[?name == 'usage'].code"], "[2]\n"),
        (["help", "exit-codes", "--json", "-q", "[0]"], '{"code":0,"name":"done","meaning":"done"}\n'),
        (["help", "exit-codes", "--ndjson", "--query", "code", "--no-input"], "0\n1\n2\n3\n4\n5\n6\n124\n130\n"),
        (["help", "exit-codes", "--query", "[].name", "-r"], None),
        (["help", "exit-codes", "--query", "[0].missing"], "null\n"),
        (["help", "exit-codes", "--query", "[0].name"], '"done"\n'),
        (["help", "exit-codes", "--query", "[0].name", "--raw-output"], "done\n"),
        (["--query", "length(@)", "help", "exit-codes"], "9\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_of_a_list(arguments: list[str], expected: str | None, run: Run) -> None:
    """--json and --query look into the whole list, --ndjson into each line; -r writes what programs take as it is."""
    result = run(*arguments)

    names = [
        "done",
        "failed",
        "usage",
        "unreachable",
        "auth",
        "signature",
        "already_listening",
        "time_limit",
        "interrupted",
    ]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == ("\n".join(names) + "\n" if expected is None else expected)


def test_of_one_document(run: Run) -> None:
    """One document is looked into as it is."""
    user = run("config", "path", "--json").json["user"]

    assert json.loads(run("config", "path", "--query", "user").stdout) == user
    assert run("config", "path", "-q", "user", "-r").stdout == f"{user}\n"


def test_of_what_was_received(run: Run, record: Record) -> None:
    """The body of a delivery as it came is JSON as well, even without a line break at its end."""
    record(make_delivery(body=b'{"notification": {"type": "change"}}'))

    assert run("deliveries", "show", "1", "--raw", "--query", "notification.type").stdout == '"change"\n'


def test_of_what_the_api_answers(run_at_simulator: Run) -> None:
    """Lists over several pages and answers as they came are looked into whole."""
    assert (
        run_at_simulator("calendars", "list", "--query", "[].calendar_name", "-r").stdout.split()
        == [
            "Home",
            "Work",
            "Holidays",
        ]
        or run_at_simulator("calendars", "list", "--query", "length(@)").stdout == "3\n"
    )
    names = run_at_simulator("calendars", "list", "--query", "[].calendar_name", "-r").stdout.splitlines()
    assert names == [each["calendar_name"] for each in run_at_simulator("calendars", "list", "--json").json]
    assert run_at_simulator("api", "GET", "/v1/userinfo", "--query", "sub", "-r").stdout.startswith("acc_")
    pages = run_at_simulator("api", "GET", "/v1/events", "-f", "tzid=Etc/UTC", "--paginate", "--query", "length(@)")
    assert int(pages.stdout) > 20


def test_on_a_terminal(run: Run) -> None:
    """For people what is found is indented."""
    result = run("help", "exit-codes", "--query", "[0].{code: code}", "--color", "never", terminal=True)

    assert result.stdout.splitlines() == ["{", '  "code": 0', "}"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["userinfo", "--query", "sub =="], "--query is not understood at its end: something is missing"),
        (
            ["help", "exit-codes", "-q", "sum([].name)"],
            "--query cannot be applied: sum() does not take a value of type",
        ),
        (["help", "exit-codes", "-r"], "--raw-output goes with --query"),
        (["events", "read", "--format", "csv", "-q", "a"], "--query needs JSON, not --format csv"),
        (["api", "GET", "/v1/userinfo", "-i", "-q", "a"], "--include and --query cannot be combined"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong(arguments: list[str], message: str, run: Run) -> None:
    """An expression that is not understood, or cannot be applied, is wrong usage, and nothing is written."""
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")


def test_what_is_not_json(run: Run, record: Record) -> None:
    """What is no JSON is an error and no empty answer."""
    record(make_delivery(body=b"no JSON"))

    result = run("deliveries", "show", "1", "--raw", "--query", "a")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --query needs JSON, and this is not")


def test_only_an_expression_loads_the_language(cli: Cli) -> None:
    """Commands without an expression do not pay for it."""
    program = (
        "import sys\nfrom cronofy_cli.__main__ import run\nrun()\nsys.stderr.write(str('jmespath' in sys.modules))"
    )

    def loads(*arguments: str) -> str:
        command = [sys.executable, "-c", program, "help", "exit-codes", *arguments]
        return subprocess.run(command, env=cli.environment, capture_output=True, text=True, check=True).stderr

    assert (loads("--json"), loads("--query", "[0]")) == ("False", "True")
