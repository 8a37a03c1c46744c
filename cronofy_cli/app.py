"""The one way in and the one error boundary: `main(argv)` returns the exit code."""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

import typer

from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.tree import COMPLETION_VARIABLE, build_tree
from cronofy_cli.errors import PIPE_CLOSED, CronofyError, ExitCode, WrongUsage
from cronofy_cli.output.errors import show_error
from cronofy_cli.output.plain import write_line
from cronofy_cli.output.streams import PipeClosed, wants_color

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_JSON_OPTIONS: Final = {"--json", "--ndjson", "--format=json", "--format=ndjson"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    Every CronofyError becomes a sentence and a hint on stderr here; any other exception is a bug and stays a traceback.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    context = AppContext(os.environ, sys.stdin, sys.stdout, sys.stderr)
    context.complete = partial(_completed, context)
    if COMPLETION_VARIABLE in os.environ:
        _prepare_completion()
    try:
        with context.resources:
            code = _run(arguments, context)
        if sys.stderr.isatty() and COMPLETION_VARIABLE not in os.environ:
            _say_if_outdated(arguments, context)
        return code
    except PipeClosed:
        return ExitCode.DONE if context.is_paged else PIPE_CLOSED
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _say_if_outdated(arguments: Sequence[str], context: AppContext) -> None:
    """Name a newer version that the last look has found, and look again in the background if a day has passed."""
    from cronofy_cli.adapters.updates import Updates

    updates = Updates(os.environ)
    if not updates.are_wanted or _wants_json(arguments):
        return
    notice = updates.notice()
    if notice is not None:
        context.output.note(f"\n{notice}")
    updates.look_in_background()


def _prepare_completion() -> None:
    """Let Typer answer a shell, without Rich: that reads our plain help as markup, and doubles a TAB's time."""
    from cronofy_cli.cli.completion_shells import register

    register()
    # A module that is None in sys.modules is not found by importlib.util.find_spec(), which Typer asks.
    cast("dict[str, ModuleType | None]", sys.modules).setdefault("rich", None)


def _completed(context: AppContext, text: str) -> str:
    """Return a text whose commands repeat the options that chose context and data center."""
    if "cronofy " not in text or not any(context.flags.choices.values()):
        return text
    from cronofy_cli.cli.own_options import with_own_options

    return with_own_options(text, context.flags.choices, build_tree())


def _run(arguments: list[str], context: AppContext) -> int:
    try:
        result = build_tree().main(args=arguments, prog_name="cronofy", standalone_mode=False, obj=context)
        context.output.close()
    except CronofyError as error:
        return _fail(error, arguments, context)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        if _lacks_a_command(error) and not _wants_json(arguments):
            return write_line(error.format_message())
        return _fail(_wrong_usage(error), arguments, context)
    return result if isinstance(result, int) else ExitCode.DONE


def _lacks_a_command(error: typer.TyperException) -> bool:
    """Whether a group was called by its name alone. Its message is then the help."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _wrong_usage(error: typer.TyperException) -> WrongUsage:
    from cronofy_cli.cli.usage_errors import as_wrong_usage, command_path

    if _lacks_a_command(error):
        path = command_path(error)
        return WrongUsage(f"'{path}' needs a command", hint=f"{path} --help")
    return as_wrong_usage(error)


def _fail(error: CronofyError, arguments: Sequence[str], context: AppContext) -> int:
    from cronofy_cli.core.masking import without_secrets

    error.message = without_secrets(error.message, arguments)
    if error.hint is not None:
        error.hint = without_secrets(error.hint, arguments)
        error.hint = context.complete(error.hint)
    color = wants_color(context.flags.color, sys.stderr, os.environ)
    show_error(error, sys.stderr, as_json=_wants_json(arguments), color=color)
    return error.exit_code


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether errors are to be JSON. Looked for in the arguments: the error may be that they cannot be parsed."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    named = {value for option, value in pairwise(options) if option == "--format"}
    return bool({"json", "ndjson"} & named or _JSON_OPTIONS & set(options))
