"""Commands that hints name, with what the user chose: whose account is meant is whose is asked next.

One place for all errors, so that no hint can forget it.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND = re.compile(r"\bcronofy(?P<path>(?: [a-z][a-z-]*)+)(?P<rest>[^;'()]*)")
_CHOICES = {"context": "--context", "data_center": "--data-center"}


def with_own_options(hint: str, chosen: Mapping[str, str | None], root: Any) -> str:
    """Return a hint whose commands repeat `chosen`, by the names that `root`'s commands share.

    A command that takes no such option, names one already, or only asks for help stays as it is.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    return _COMMAND.sub(lambda match: _completed(match, given, root), hint) if given else hint


def _completed(match: re.Match[str], chosen: Mapping[str, str], root: Any) -> str:
    words, command = _found(match["path"].split(), root)
    rest = match[0].removeprefix(" ".join(("cronofy", *words)))
    own_words = rest.partition(",")[0]
    if any(option in own_words for option in (*_CHOICES.values(), "--help")):
        return match[0]
    taken = [name for name in getattr(command, "shared", ()) if name in chosen and name in _CHOICES]
    options = [part for name in taken for part in (_CHOICES[name], shlex.quote(chosen[name]))]
    return " ".join(("cronofy", *words, *options)) + rest


def _found(words: list[str], root: Any) -> tuple[list[str], Any]:
    """Return the words that lead to a command, and the command."""
    command = root
    for index, word in enumerate(words):
        below = command.get_command(None, word) if hasattr(command, "get_command") else None
        if below is None:
            return words[:index], command
        command = below
    return words, command
