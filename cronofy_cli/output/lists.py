"""Lists in the four formats.

A short list on a terminal is a Rich table. Rich needs 1.6 ms a row, so a list that may be long is plain aligned lines
that appear as the data does; its column widths are those of the first lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Generic, TypeVar

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cronofy_cli.output.streams import Output

T = TypeVar("T")

SHORT_LIST = 50
"""Up to so many rows are drawn by Rich, and so many decide the widths of aligned lines."""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its heading on a terminal, its text for an item, and how wide it may get there."""

    heading: str
    text: Callable[[T], str]
    width: int = 60


@dataclass(frozen=True, slots=True)
class ListView(Generic[T]):
    """How the items of one kind are listed: columns for people and pipes, bytes of JSON for programs."""

    columns: Sequence[Column[T]]
    document: Callable[[T], bytes]
    empty: str
    """What to say on a terminal when there is nothing."""
    pipe_columns: Sequence[Column[T]] | None = None
    """What a pipe gets instead, where people and programs want different texts."""


def show_list(output: Output, items: Iterable[T], view: ListView[T], *, streamed: bool = False) -> None:
    """Write a list in the output's format. `streamed` lists appear as the data does and may be of any length."""
    if output.format is OutputFormat.JSON:
        _show_array(output, items, view)
    elif output.format is OutputFormat.NDJSON:
        _show_lines(output, items, view)
    elif output.format is OutputFormat.TSV:
        columns = view.pipe_columns or view.columns
        for item in items:
            output.data("\t".join(clean(column.text(item)) for column in columns))
    else:
        _show_table(output, items, view, streamed=streamed)


def _show_lines(output: Output, items: Iterable[T], view: ListView[T]) -> None:
    from cronofy_cli.output.json_text import one_line

    for item in items:
        output.data_bytes(one_line(view.document(item)) + b"\n")


def _show_array(output: Output, items: Iterable[T], view: ListView[T]) -> None:
    from cronofy_cli.output.json_text import one_line, show_document

    if output.is_terminal:
        show_document(output, b"[" + b",".join(view.document(item) for item in items) + b"]")
        return
    # Nothing is written before there is something: the first page may fail.
    before = b"["
    for item in items:
        output.data_bytes(before + one_line(view.document(item)))
        before = b","
    output.data_bytes(b"[]\n" if before == b"[" else b"]\n")


def _show_table(output: Output, items: Iterable[T], view: ListView[T], *, streamed: bool) -> None:
    rest = iter(items)
    first = [_cells(item, view) for item in islice(rest, SHORT_LIST + 1)]
    if not first:
        output.note(view.empty)
    elif len(first) <= SHORT_LIST and not streamed:
        _show_rich(output, first, view)
    else:
        for line in _aligned(output, chain(first, (_cells(item, view) for item in rest)), first, view):
            output.data(line)


def _cells(item: T, view: ListView[T]) -> list[str]:
    return [clean(column.text(item)) for column in view.columns]


def _show_rich(output: Output, rows: list[list[str]], view: ListView[T]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in view.columns:
        table.add_column(Text(column.heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(
        file=output.stdout,
        width=output.width,
        color_system="standard" if output.color_stdout else None,
        highlight=False,
    )
    console.print(table)


def _aligned(output: Output, rows: Iterable[list[str]], first: list[list[str]], view: ListView[T]) -> Iterator[str]:
    headings = [column.heading for column in view.columns]
    limits = [
        min(column.width, max(len(row[index]) for row in [headings, *first]))
        for index, column in enumerate(view.columns)
    ]
    yield output.paint(_align(headings, limits), Style.DIM)
    for row in rows:
        yield _align(row, limits)


def _align(cells: Sequence[str], limits: Sequence[int]) -> str:
    fitted = (shorten(cell, limit).ljust(limit) for cell, limit in zip(cells, limits, strict=True))
    return "  ".join(fitted).rstrip()
