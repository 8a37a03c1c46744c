"""Outputs over memory, for the tests of what is written."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cronofy_cli.output.streams import Output, OutputFormat
from tests.in_process import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryOutput:
    """An output, and what was written to its two streams."""

    def __init__(
        self,
        format_: OutputFormat = OutputFormat.TSV,
        *,
        terminal: bool | None = None,
        color: bool = False,
        can_prompt: bool = False,
    ) -> None:
        """A table goes to a terminal and anything else to a pipe, unless `terminal` says otherwise."""
        is_terminal = format_ is OutputFormat.TABLE if terminal is None else terminal
        self.stdout = Stream(is_terminal=is_terminal)
        self.stderr = Stream(is_terminal=is_terminal)
        self.output = Output(
            stdout=self.stdout,
            stderr=self.stderr,
            format=format_,
            color_stdout=color,
            color_stderr=color,
            can_prompt=can_prompt,
        )


@contextmanager
def closed_pipe() -> Iterator[Output]:
    """Make an output whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        yield Output(stream, stream, OutputFormat.TSV, color_stdout=False, color_stderr=False, can_prompt=False)
