"""Writing text that is ready: for answers that must not wait for an import. Only `sys` is used."""

from __future__ import annotations

import sys


def write_line(text: str) -> int:
    """Write one line of data to stdout and return the exit code."""
    return _write(f"{text}\n")


def write_file(path: str) -> int:
    """Write a packaged text file to stdout as it is, and return the exit code."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib alone costs as much as the interpreter's start
        return _write(file.read())


def _write(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        from cronofy_cli.errors import PIPE_CLOSED
        from cronofy_cli.output.streams import discard

        discard(sys.stdout)
        return PIPE_CLOSED
    return 0
