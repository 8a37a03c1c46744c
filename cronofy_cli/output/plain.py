"""Writing text that is ready: for answers that must not wait for an import. Only `os` and `sys`, which are
loaded already, are used."""

from __future__ import annotations

import os
import sys


def write_line(text: str) -> int:
    """Write one line of data to stdout and return the exit code."""
    return _write(f"{text}\n")


def write_version() -> int:
    """Write what a report of a bug needs, as JSON (documents.settings.VersionDocument), and return the exit code."""
    from cronofy_cli import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    return write_line(f'{{"version":"{__version__}","python":"{python}","platform":"{sys.platform}"}}')


def write_file(path: str) -> int:
    """Write a packaged text file to stdout as it is, and return the exit code."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib alone costs as much as the interpreter's start
        return _write(file.read())


def open_missing_streams() -> None:
    """Let what goes to a stream that is closed (`>&-`), for which Python has None, go nowhere.

    In this order each gets the number that is its own, so that no file or connection is written to in its place.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _write(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        from cronofy_cli.errors import PIPE_CLOSED, ExitCode
        from cronofy_cli.output.streams import discard

        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return PIPE_CLOSED
        sys.stderr.write(f"error: the output cannot be written: {error.strerror}\n")
        return ExitCode.FAILED
    return 0
