"""Typer's errors about a command line, in our words. Only errors import this."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    import typer

_WORDS: Final = (
    (r"not a valid int( range)?$", "not a whole number"),
    (r"not a valid float( range)?$", "not a number"),
)
"""Typer names the types of Python."""


def as_wrong_usage(error: typer.TyperException) -> WrongUsage:
    """Return an error of Typer's as one of ours, with the help of the command in its hint."""
    sentence = _sentence(error)
    for pattern, words in _WORDS:
        sentence = re.sub(pattern, words, sentence)
    return WrongUsage(sentence, hint=f"{command_path(error)} --help")


def command_path(error: typer.TyperException) -> str:
    """Return the command that an error is about, as it is typed."""
    context = getattr(error, "ctx", None)
    return "cronofy" if context is None else str(context.command_path)


def _sentence(error: typer.TyperException) -> str:
    option = getattr(error, "option_name", None)
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoSuchOption" and option is not None:
        # What Typer would list are all that are only faintly like it.
        known = [] if context is None else [name for each in context.command.get_params(context) for name in each.opts]
        return f"no such option: {option}{did_you_mean(option, known, cutoff=0.7)}"
    sentence = error.format_message().strip().rstrip(".")
    return sentence[:1].lower() + sentence[1:]
