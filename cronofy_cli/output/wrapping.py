"""Sentences for people in lines that fit: a terminal would break them in the middle of words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STYLE: Final = re.compile("\x1b\\[[0-9;]*m")
_COMMAND: Final = "cronofy "

_NARROWEST: Final = 20
"""The room that text gets at least, however narrow the terminal is."""


def hanging_lines(
    before: str, text: str, *, indent: int, width: int, paint: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield lines of at most `width` columns with `before`, which takes `indent` columns, and the text to its right.

    They are broken between words. A word that is too long stays whole, so that it can be copied.
    """
    import textwrap

    room = max(width - indent, _NARROWEST)
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield f"{' ' * indent if number else before}{paint(line)}"


def fitting(text: str, width: int, *, indent: int | None = None) -> str:
    """Return lines that may carry our own colours, those that are too wide broken between words.

    What is broken off stands `indent` columns in, by default as far as its line begins. A line with a command stays
    whole, so that it can be copied.
    """
    return "\n".join(_fitting(line, width, indent) for line in text.split("\n"))


def _fitting(line: str, width: int, indent: int | None) -> str:
    if len(line) <= width or len(_STYLE.sub("", line)) <= width or _COMMAND in line:
        return line
    margin = " " * min(len(line) - len(line.lstrip(" ")) if indent is None else indent, max(width - _NARROWEST, 0))
    lines, column = [""], 0
    for gap, word in re.findall("( *)([^ ]+)", line):
        size = len(_STYLE.sub("", word))
        if lines[-1].strip() and column + len(gap) + size > width:
            lines.append(margin + word)
            column = len(margin) + size
        else:
            lines[-1] += gap + word
            column += len(gap) + size
    return "\n".join(lines)
