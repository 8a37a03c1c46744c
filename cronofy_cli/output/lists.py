"""Lists and single things in the four formats: tables and lines for people, tabs in a pipe, JSON for programs.

A short list on a terminal is a Rich table, if it fits. Rich needs 1.6 ms a row, so a list that may be long is plain
aligned lines that appear as the data does; its column widths are those of the first lines. A short list that is too
wide is such lines too, with nothing cut off: an identifier that a table would fold cannot be copied.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cronofy_cli.output.documents.base import Document
    from cronofy_cli.output.streams import Output

T = TypeVar("T")

SHORT_LIST = 50
"""The most rows that are drawn by Rich, and the number of rows that decide the widths of aligned lines."""
_GAP: Final = "  "
_BELOW: Final = "      "


class Column(NamedTuple, Generic[T]):
    """A column: its heading on a terminal, its text for an item, and how wide it may get there."""

    heading: str
    text: Callable[[T], str]
    width: int = 60
    leave_out: int = 0
    """Where the terminal is too narrow, the columns with the highest number are left out first; 0 always stays."""
    narrowest: int | None = None
    """How far it is narrowed where the terminal is still too narrow then; None for a column that is not."""


class ListView(NamedTuple, Generic[T]):
    """How the items of one kind are listed: columns for people and pipes, bytes of JSON for programs."""

    columns: Sequence[Column[T]]
    document: Callable[[T], bytes]
    empty: str
    """What to say on a terminal when there is nothing."""
    pipe_columns: Sequence[Column[T]] | None = None
    """What a pipe gets instead, where people and programs want different texts."""
    below: Callable[[T], Sequence[str]] | None = None
    """Lines below an item's row, for people; safe to show."""


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


def show_as_they_come(output: Output, coming: Iterable[T], view: ListView[T], *, there: Sequence[T] = ()) -> None:
    """Write a list in the output's format, each item as soon as it comes; `there` are those that are there already.

    `show_list` looks at the first rows together, to see how wide the columns are. Here the next one may be long in
    coming, or never come, so a column grows when a wider text comes.
    """
    if output.format is not OutputFormat.TABLE:
        show_list(output, chain(there, coming), view, streamed=True)
        return
    for line in _growing_lines(output, coming, view, there):
        output.data(line)


def show_record(output: Output, fields: Sequence[tuple[str, str]], document: bytes) -> None:
    """Write one thing: `fields` are label and text for people and pipes, `document` its JSON."""
    if output.format.is_json:
        from cronofy_cli.output.json_text import show_document

        show_document(output, document)
        return
    width = max((len(label) for label, _ in fields), default=0)
    for label, text in fields:
        if output.format is OutputFormat.TSV:
            output.data(f"{clean(label)}\t{clean(text)}")
        else:
            output.data(f"{output.paint(clean(label).ljust(width), Style.DIM)}  {clean(text)}")


def show_sentence(output: Output, sentence: str, document: Document) -> None:
    """Write what was done: a sentence for people and pipes, its JSON for programs."""
    if output.format.is_json:
        from cronofy_cli.output.json_text import show_document

        show_document(output, document.encode())
    else:
        output.data(clean(sentence))


def _show_lines(output: Output, items: Iterable[T], view: ListView[T]) -> None:
    from cronofy_cli.core.json_lines import one_line
    from cronofy_cli.output.json_text import write_json_lines

    for item in items:
        write_json_lines(output, one_line(view.document(item)) + b"\n")


def _show_array(output: Output, items: Iterable[T], view: ListView[T]) -> None:
    from cronofy_cli.core.json_lines import one_line
    from cronofy_cli.output.json_text import show_document

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
    there = list(islice(rest, SHORT_LIST + 1))
    view = _fitting(view, there, output.width)
    first = [cells(item, view) for item in there]
    widths = [max(map(len, texts)) for texts in zip(headings(view), *first, strict=True)]
    is_short = len(first) <= SHORT_LIST and not streamed and view.below is None
    if not first:
        output.advise(view.empty)
    elif is_short and sum(widths) + len(_GAP) * (len(widths) - 1) <= output.width:
        _show_rich(output, first, view)
    else:
        limits = widths if is_short else list(map(min, widths, (column.width for column in view.columns)))
        output.data(output.paint(aligned(headings(view), limits), Style.DIM))
        for item in chain(there, rest):
            output.data(aligned(cells(item, view), limits))
            for line in _below(item, view):
                output.data(line)


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


def _growing_lines(output: Output, coming: Iterable[T], view: ListView[T], there: Sequence[T]) -> Iterator[str]:
    rest = iter(coming)
    there = [*there, *islice(rest, 0 if there else 1)]
    view = _fitting(view, there, output.width)
    widths = _widened([len(heading) for heading in headings(view)], [cells(item, view) for item in there], view)
    for index, item in enumerate(chain(there, rest)):
        row = cells(item, view)
        widths = _widened(widths, [row], view)
        if index == 0:
            yield output.paint(aligned(headings(view), widths), Style.DIM)
        yield aligned(row, widths)
        yield from _below(item, view)


def _below(item: T, view: ListView[T]) -> list[str]:
    return [f"{_BELOW}{line}" for line in view.below(item)] if view.below else []


def _fitting(view: ListView[T], items: Sequence[T], width: int) -> ListView[T]:
    """Return the view without the columns that these items leave no room for."""
    while True:
        widths = _widened([len(heading) for heading in headings(view)], [cells(item, view) for item in items], view)
        last = max(column.leave_out for column in view.columns)
        excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
        if not last or excess <= 0:
            return _narrowed(view, widths, excess)
        view = view._replace(columns=[column for column in view.columns if column.leave_out != last])


def _narrowed(view: ListView[T], widths: Sequence[int], excess: int) -> ListView[T]:
    """Return the view with columns as narrow as they may be, as far as needed to take away the excess."""
    columns = list(view.columns)
    for index, (column, wide) in enumerate(zip(view.columns, widths, strict=True)):
        if column.narrowest is not None and excess > 0 and wide > column.narrowest:
            room = max(wide - excess, column.narrowest)
            columns[index], excess = column._replace(width=room), excess - (wide - room)
    return view._replace(columns=columns)


def _widened(widths: Sequence[int], rows: Iterable[Sequence[str]], view: ListView[T]) -> list[int]:
    wide = list(widths)
    for row in rows:
        wide = [
            max(width, min(len(cell), column.width))
            for width, cell, column in zip(wide, row, view.columns, strict=True)
        ]
    return wide


def headings(view: ListView[T]) -> list[str]:
    """Return the columns' headings."""
    return [column.heading for column in view.columns]


def cells(item: T, view: ListView[T]) -> list[str]:
    """Return an item's row for people, harmless on a terminal."""
    return [clean(column.text(item)) for column in view.columns]


def aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row as a line; a cell that is wider than its column is shortened."""
    return _GAP.join(shorten(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
