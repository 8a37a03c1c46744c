"""A command line run inside the test's own process: as `support.Cli`, without the cost of a process.

For tests that are not about signals, start-up or real pipes.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING
from unittest.mock import patch

from cronofy_cli.app import main
from tests.support import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support import Cli


class Stream(io.TextIOWrapper):
    """A text stream over memory, with the bytes that were written."""

    def __init__(self, content: bytes = b"", *, is_terminal: bool = False) -> None:
        self.memory = io.BytesIO(content)
        self._is_terminal = is_terminal
        super().__init__(self.memory, encoding="utf-8", errors="surrogateescape", write_through=True)

    def isatty(self) -> bool:
        """Whether it plays a terminal."""
        return self._is_terminal

    @property
    def content(self) -> bytes:
        """Everything that was written."""
        self.flush()
        return self.memory.getvalue()

    @property
    def text(self) -> str:
        """Everything that was written, as text."""
        return self.content.decode("utf-8", "replace")


def run_main(
    cli: Cli,
    *arguments: str | Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    terminal: bool = False,
    stdout: Stream | None = None,
) -> Result:
    """Run a command to its end. `terminal` makes all three streams one, 100 columns wide."""
    out = stdout or Stream(is_terminal=terminal)
    err = Stream(is_terminal=terminal)
    width = {"COLUMNS": "100"} if terminal else {}
    with (
        patch.dict(os.environ, cli.environment | width | dict(environment or {}), clear=True),
        patch("sys.stdin", Stream(stdin, is_terminal=terminal)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        exit_code = main([str(argument) for argument in arguments])
    return Result(exit_code, out.text, err.text, out.content)


def refuse_channels(cli: Cli) -> None:
    """Let the simulator open no channel any more."""
    fault = ("simulator", "faults", "add", "/v1/channels", "--method", "POST", "--status", "503", "--times", "99999")
    assert run_main(cli, *fault).exit_code == 0
