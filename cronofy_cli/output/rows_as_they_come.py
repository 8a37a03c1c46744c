"""Rows of a table that must be seen at once: the next one may be long in coming, or never come.

`lists` looks at the first rows together, to see how wide the columns are. Here a column grows when a wider text comes.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from cronofy_cli.output.lists import aligned, cells, headings, show_list
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cronofy_cli.output.lists import ListView
    from cronofy_cli.output.streams import Output

T = TypeVar("T")


def show_as_they_come(output: Output, coming: Iterable[T], view: ListView[T], *, there: Sequence[T] = ()) -> None:
    """Write a list in the output's format, each item as soon as it comes; `there` are those that are there already."""
    if output.format is not OutputFormat.TABLE:
        show_list(output, chain(there, coming), view, streamed=True)
        return
    for line in _lines(output, coming, view, there):
        output.data(line)


def _lines(output: Output, coming: Iterable[T], view: ListView[T], there: Sequence[T]) -> Iterator[str]:
    widths = _widened([len(heading) for heading in headings(view)], [cells(item, view) for item in there], view)
    for index, item in enumerate(chain(there, coming)):
        row = cells(item, view)
        widths = _widened(widths, [row], view)
        if index == 0:
            yield output.paint(aligned(headings(view), widths), Style.DIM)
        yield aligned(row, widths)


def _widened(widths: Sequence[int], rows: Iterable[Sequence[str]], view: ListView[T]) -> list[int]:
    wide = list(widths)
    for row in rows:
        wide = [
            max(width, min(len(cell), column.width))
            for width, cell, column in zip(wide, row, view.columns, strict=True)
        ]
    return wide
