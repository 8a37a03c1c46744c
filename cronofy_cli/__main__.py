"""The entry point. `--version` and the top `--help` are answered before anything heavy is imported."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` is made of, without the time that its import takes
import gc
import os
import sys

INTERRUPTED = 130
"""As errors.ExitCode has it."""


def _leave(*_: object) -> None:
    """Exit now. What was printed has left: each line is flushed when it is written."""
    os._exit(INTERRUPTED)


_IS_INTERRUPTIBLE = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
"""False where Ctrl-C is not meant for this program, such as in the background of a script."""
if _IS_INTERRUPTIBLE:
    # Nothing is open while modules are imported, and a KeyboardInterrupt there would be a traceback.
    _signal.signal(_signal.SIGINT, _leave)

HELP_FILE = f"{__file__.removesuffix('__main__.py')}help.txt"
"""The generated text of `cronofy --help`; a test compares it with the command tree."""

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""A short command ends with half as many. Python's own 700 spends a tenth of its time searching them for cycles."""

SELDOM_USED = ("ast", "bz2", "difflib", "ipaddress", "lzma", "subprocess", "textwrap", "tokenize")
"""Of the standard library, imported by Typer or by what it imports: an eighth of the time of a short command."""


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
    if sorted(arguments) == ["--json", "--version"]:
        from cronofy_cli.output.plain import write_version

        return write_version()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    from cronofy_cli.adapters.interrupts import interrupt
    from cronofy_cli.adapters.late_modules import loaded_later

    with loaded_later(*SELDOM_USED):
        from cronofy_cli.app import main

    try:
        if _IS_INTERRUPTIBLE:
            _signal.signal(_signal.SIGINT, interrupt)
        code = main(arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        if _IS_INTERRUPTIBLE:
            _signal.signal(_signal.SIGINT, _leave)
        # The process ends: a last search for cycles takes a seventh of its time to free what the system takes back.
        gc.freeze()
    if code == INTERRUPTED:
        # Python kills itself by SIGINT at the end if a KeyboardInterrupt has passed an exec(), also if it was caught.
        _leave()
    return code


if __name__ == "__main__":
    sys.exit(run())
