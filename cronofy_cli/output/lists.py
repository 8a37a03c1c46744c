"""Lists in the four formats.

A short list on a terminal is a Rich table, if it fits. Rich needs 1.6 ms a row, so a list that may be long is plain
aligned lines that appear as the data does; its column widths are those of the first lines. A short list that is too
wide is such lines too, with nothing cut off: an identifier that a table would fold cannot be copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cronofy_cli.output.streams import Output

T = TypeVar("T")

SHORT_LIST = 50
"""Up to so many rows are drawn by Rich, and so many decide the widths of aligned lines."""
_GAP: Final = "  "


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
    from cronofy_cli.output.json_text import one_line, write_json_lines

    for item in items:
        write_json_lines(output, one_line(view.document(item)) + b"\n")


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
    first = [cells(item, view) for item in islice(rest, SHORT_LIST + 1)]
    widths = [max(map(len, texts)) for texts in zip(headings(view), *first, strict=True)]
    is_short = len(first) <= SHORT_LIST and not streamed
    if not first:
        output.note(view.empty)
    elif is_short and sum(widths) + len(_GAP) * (len(widths) - 1) <= output.width:
        _show_rich(output, first, view)
    else:
        limits = widths if is_short else list(map(min, widths, (column.width for column in view.columns)))
        output.data(output.paint(aligned(headings(view), limits), Style.DIM))
        for row in chain(first, (cells(item, view) for item in rest)):
            output.data(aligned(row, limits))


def _show_rich(output: Output, rows: list[list[str]], view: ListView[T]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="dim")
    for heading in headings(view):
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(
        file=output.stdout,
        width=output.width,
        color_system="standard" if output.color_stdout else None,
        highlight=False,
    )
    console.print(table)


def headings(view: ListView[T]) -> list[str]:
    """Return the columns' headings."""
    return [column.heading for column in view.columns]


def cells(item: T, view: ListView[T]) -> list[str]:
    """Return an item's row for people, harmless on a terminal."""
    return [clean(column.text(item)) for column in view.columns]


def aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row as a line; a cell that is wider than its column is shortened."""
    return _GAP.join(shorten(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
