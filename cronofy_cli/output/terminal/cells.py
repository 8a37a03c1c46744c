"""Text in cells of a terminal: an ideograph takes two of them, a combining mark none."""

from __future__ import annotations

from typing import Final

_CUT: Final = "…"


def width(text: str) -> int:
    """Return how many cells a text takes; it has no control characters."""
    # Late: most output is measured nowhere.
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, cells: int, *, mark: str = _CUT) -> str:
    """Return a text that takes at most so many cells, with a mark where something was left out."""
    if cells <= 0:
        return ""
    if width(text) <= cells:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, cells - width(mark)) + mark


def fill(text: str, cells: int) -> str:
    """Return a text that takes exactly so many cells."""
    shown = cut(text, cells)
    return shown + " " * (cells - width(shown))


def wrap(line: str, cells: int) -> list[str]:
    """Return a line in pieces of at most so many cells; what continues it is indented like it."""
    if width(line) <= cells:
        return [line]
    from rich.cells import chop_cells

    indent = line[: len(line) - len(line.lstrip(" "))]
    if len(indent) * 2 > cells:
        indent = ""
    pieces = chop_cells(line[len(indent) :], max(cells - len(indent), 2))
    return [f"{indent}{piece}" for piece in pieces]
