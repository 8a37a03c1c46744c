"""Commands of ours that messages name, ready to be typed again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def own_command(words: Iterable[str], options: Iterable[str] = ()) -> str:
    """Return a command in a shell's spelling; `options` are those that chose data center and context."""
    return " ".join(["cronofy", *map(shlex.quote, (*words, *options))])
