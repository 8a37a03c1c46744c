"""What can be shown about Windows without it: types, and our modules without what only POSIX has.

It was never run there; docs/platforms.md says so.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from tests.support import Cli

PROGRAM = REPOSITORY / "tests" / "windows_program.py"


def test_the_types_of_windows() -> None:
    """mypy finds no use of what Python does not have on Windows."""
    # Lines that are for other systems are not reached there, as is meant.
    options = [
        "--platform",
        "win32",
        "--no-warn-unreachable",
        "--no-warn-unused-ignores",
        "--cache-dir",
        ".mypy_cache/win32",
        "cronofy_cli",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["help", "exit-codes"], b"0\tdone"),
        (["config", "set", "port", "8080"], b"port"),
        (["config", "show", "--json"], b"["),
        (["deliveries", "list", "--json"], b"[]"),
        (["doctor", "--json"], b"["),
        (["listen", "--data-center", "simulator", "--tunnel", "none", "--timeout", "1s"], b""),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_without_what_only_posix_has(arguments: list[str], start: bytes, cli: Cli) -> None:
    """Every module loads, and commands work, without fork, user ids, SIGHUP and the like; locks are Windows' own."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env={**cli.environment, "PYTHONWARNINGS": "ignore"},
        cwd=cli.folder,
        capture_output=True,
        check=False,
    )

    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.stdout.startswith(start)
    assert done.returncode in {0, 1, 124}


def test_the_code_page_of_a_pipe(cli: Cli) -> None:
    """In a pipe Windows has a code page of its region. Data is UTF-8 all the same, and remarks are written somehow."""
    environment = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    event = "Kaffee mit Ágnes ☕"
    body = f'{{"notification":{{"type":"change"}},"note":"{event}"}}'.encode()

    signed = cli("sign", "-", stdin=body, environment={**environment, "CRONOFY_CLIENT_SECRET": "CRN_1"})
    queried = cli("schemas", "listen", "--query", f"'{event}'", "-r", environment=environment)
    refused = cli("channels", "show", event, environment=environment)

    assert signed.exit_code == 0
    assert queried.stdout_bytes == f"{event}\n".encode()
    assert (refused.exit_code, "Traceback" in refused.stderr) == (4, False)
