"""What a command imports before it does its work: the tool is called from scripts and from TAB.

Times are measured by `benchmarks/`; here it is read from `sys.modules` what must not be loaded.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.signature import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

PROGRAM = """
import sys
from cronofy_cli.__main__ import run
try:
    sys.exit(run())
finally:
    sys.stderr.write(" ".join(name for name, module in sys.modules.items() if module))
"""
SERVERS = {"starlette", "uvicorn", "httptools", "asyncio", "anyio"}
SCREEN = {"rich", "pygments", "click", "markdown_it"}
OUTSIDE = {"httpx", "httpcore", "keyring", "pyngrok", "ssl", "certifi"}
BODY = b'{"example":"well-known"}'


def imported(cli: Cli, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> set[str]:
    """Run a command to a good end in a process of its own, and return the modules that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        env=cli.environment | dict(environment or {}),
        cwd=cli.folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return set(done.stderr.decode().split())


@pytest.mark.parametrize("line", ["--version", "--version --json", "--help", "-h", "help"])
def test_before_typer(line: str, cli: Cli) -> None:
    """Version and top help are answered before Typer, and before anything of ours that needs it."""
    loaded = imported(cli, *line.split())

    assert not loaded & {"typer", "click", "rich", "msgspec", "json", "re", "dataclasses", "pathlib"}
    assert not loaded & {"cronofy_cli.app", "cronofy_cli.cli.tree", "cronofy_cli.cli.context"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "-", "--signature", digest(BODY, "CRN_1")],
        ["sign", "-"],
        ["completion", "bash"],
        ["deliveries", "list"],
        ["deliveries", "list", "--json"],
        ["help", "exit-codes"],
        ["verify", "--help"],
        ["listen", "--help"],
        ["demo", "--help"],
    ],
    ids=" ".join,
)
def test_without_the_network(arguments: list[str], cli: Cli) -> None:
    """Commands that need no network load no HTTP client, no server, no keyring, and nothing that draws."""
    loaded = imported(cli, *arguments, stdin=BODY, environment={"CRONOFY_CLIENT_SECRET": "CRN_1"})

    assert not loaded & (SERVERS | SCREEN | OUTSIDE)


@pytest.mark.parametrize("format_", [[], ["--json"], ["--ndjson"]], ids=["TSV", "JSON", "NDJSON"])
@pytest.mark.parametrize(
    "command",
    [["channels", "list"], ["calendars", "list"], ["events", "read"], ["api", "GET", "/v1/userinfo"]],
    ids=" ".join,
)
def test_a_call_in_a_pipe(command: list[str], format_: list[str], cli: Cli, simulator: SimulatorServer) -> None:
    """A call loads the HTTP client and not what it could do besides: no terminal drawing, no server, no keyring."""
    loaded = imported(cli, *command, *format_, "--data-center", "simulator")

    assert "httpx" in loaded
    assert not loaded & (SCREEN | {"keyring", "pyngrok", "starlette", "uvicorn", "httptools", "sqlite3", "asyncio"})


def test_only_one_commands_module(cli: Cli) -> None:
    """A command does not load the others."""
    loaded = imported(cli, "sign", "-", stdin=BODY, environment={"CRONOFY_CLIENT_SECRET": "CRN_1"})

    commands = {name.removeprefix("cronofy_cli.commands.") for name in loaded if "cronofy_cli.commands." in name}
    assert commands == {"sign"}


@pytest.mark.parametrize("line", ["cronofy channels cl", "cronofy lis"])
def test_an_answer_to_a_tab(line: str, cli: Cli) -> None:
    """While a word is completed nothing is drawn, and nothing of a command's work is loaded."""
    environment = {"_CRONOFY_COMPLETE": "complete_bash", "_TYPER_COMPLETE_ARGS": line}

    loaded = imported(cli, environment=environment)

    assert not loaded & (SERVERS | SCREEN | OUTSIDE | {"sqlite3"})
