"""Sentences for people in lines that fit: a terminal would break them in the middle of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
