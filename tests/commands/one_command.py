"""One module's commands run inside the test's own process, without the command tree around them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest.mock import patch

from typer.main import get_command

from cronofy_cli.cli.context import AppContext
from cronofy_cli.errors import CronofyError
from cronofy_cli.output.errors import show_error
from tests.in_process import Stream
from tests.support import Result

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from tests.support import Cli


def run_command(
    app: typer.Typer, cli: Cli, *arguments: str | Path, stdin: bytes = b"", terminal: bool = False
) -> Result:
    """Run a module's command to its end. `terminal` makes all three streams one, 100 columns wide."""
    out, err = Stream(is_terminal=terminal), Stream(is_terminal=terminal)
    standard_input = Stream(stdin, is_terminal=terminal)
    environment = cli.environment | ({"COLUMNS": "100"} if terminal else {})
    context = AppContext(environment, standard_input, out, err)
    with patch.dict(os.environ, environment, clear=True), patch("sys.stdin", standard_input), context.resources:
        try:
            command = get_command(app)
            code = command.main([str(each) for each in arguments], standalone_mode=False, obj=context)
        except CronofyError as error:
            show_error(error, err, as_json="--json" in arguments, color=False)
            code = error.exit_code
    return Result(int(code or 0), out.text, err.text, out.content)
