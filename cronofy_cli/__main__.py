"""The entry point. `--version` and the top `--help` are answered before anything heavy is imported."""

from __future__ import annotations

import gc
import sys

HELP_FILE = f"{__file__.removesuffix('__main__.py')}help.txt"
"""The generated text of `cronofy --help`; a test compares it with the command tree."""

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""A short command ends with half as many. Python's own 700 spends a tenth of its time searching them for cycles."""


def run() -> int:
    """Run the command line of this process and return its exit code."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from cronofy_cli.output.plain import open_missing_streams

        open_missing_streams()
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["--help"], ["-h"], ["help"]):
        from cronofy_cli import __version__
        from cronofy_cli.output.plain import write_file, write_line

        return write_line(f"cronofy {__version__}") if arguments == ["--version"] else write_file(HELP_FILE)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    from cronofy_cli.app import main

    try:
        return main(arguments)
    finally:
        # The process ends: a last search for cycles takes a seventh of its time to free what the system takes back.
        gc.freeze()


if __name__ == "__main__":
    sys.exit(run())
