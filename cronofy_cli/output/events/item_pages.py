"""Pages of events or periods in each of the formats, written as they come.

As NDJSON a page is written as the bytes that it came in, without being decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from cronofy_cli.core.text import clean_lines
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import msgspec

    from cronofy_cli.core.events.field_paths import FieldPath, Members
    from cronofy_cli.output.lists import ListView
    from cronofy_cli.output.streams import Output

T = TypeVar("T")

# The wide forms are taken for the same signs by spreadsheets in East Asian languages.
_FORMULA: Final = r"\s*[=+\-@＝＋－＠]"
_NUMBER: Final = r"(?a)-?\d+(\.\d+)?([eE][+-]?\d+)?"


class PageFormat(StrEnum):
    """How pages are written."""

    TABLE = "table"
    TSV = "tsv"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    ICS = "ics"


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What is listed: how an item is read and shown."""

    noun: str
    """What many of them are called."""
    parse: Callable[[msgspec.Raw], T]
    view: ListView[T]
    csv_fields: tuple[FieldPath, ...]
    """The columns of CSV unless others are chosen."""


def show_pages(
    output: Output,
    pages: Iterable[Sequence[msgspec.Raw]],
    listing: Listing[T],
    format_: PageFormat,
    fields: tuple[FieldPath, ...] = (),
) -> None:
    """Write pages in a format, only some `fields` of their items if any are named. ICS is `output.ics`' job."""
    if format_ is PageFormat.CSV:
        _show_csv(output, pages, fields or listing.csv_fields)
    elif format_ is PageFormat.NDJSON:
        _show_ndjson(output, pages, fields)
    elif fields:
        _show_fields(_as(output, format_), pages, fields, listing.view.empty)
    else:
        items = (listing.parse(raw) for raw in chain.from_iterable(pages))
        show_list(_as(output, format_), items, listing.view, streamed=True)


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as lines of CSV after RFC 4180, safe to open in a spreadsheet.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front of it, after
    https://owasp.org/www-community/attacks/CSV_Injection: anybody can send an invitation with such a title. Numbers
    stay numbers. Lines within a cell stay lines; other control characters are left out.
    """
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def safe_cell(text: str) -> str:
    """Return a cell's text, made harmless for terminals and spreadsheets."""
    cleaned = clean_lines(text)
    return f"'{cleaned}" if re.match(_FORMULA, cleaned) and not re.fullmatch(_NUMBER, cleaned) else cleaned


def _as(output: Output, format_: PageFormat) -> Output:
    return replace(output, format=OutputFormat(format_.value))


def _show_ndjson(output: Output, pages: Iterable[Sequence[msgspec.Raw]], fields: tuple[FieldPath, ...]) -> None:
    from cronofy_cli.output.json_text import write_page

    for page in _cut(pages, fields) if fields else pages:
        write_page(output, page)


def _cut(pages: Iterable[Sequence[msgspec.Raw]], fields: tuple[FieldPath, ...]) -> Iterator[Sequence[msgspec.Raw]]:
    import msgspec

    from cronofy_cli.core.events.field_paths import Projection

    projection = Projection(fields)
    for page in pages:
        yield [msgspec.Raw(projection.cut(raw)) for raw in page]


def _show_csv(output: Output, pages: Iterable[Sequence[msgspec.Raw]], fields: tuple[FieldPath, ...]) -> None:
    from cronofy_cli.core.events.field_paths import members_of, text_at

    header = csv_lines([[".".join(path) for path in fields]])
    # Nothing is written before there is something: the first page may fail.
    for page in pages:
        found = map(members_of, page)
        output.data_bytes(header + csv_lines([text_at(members, path) for path in fields] for members in found))
        header = b""
    if header:
        output.data_bytes(header)


def _show_fields(
    output: Output, pages: Iterable[Sequence[msgspec.Raw]], fields: tuple[FieldPath, ...], empty: str
) -> None:
    from cronofy_cli.core.events.field_paths import Projection, members_of, text_at
    from cronofy_cli.output.lists import Column, ListView

    def column(path: FieldPath) -> Column[tuple[msgspec.Raw, Members]]:
        return Column(".".join(path), lambda item: text_at(item[1], path))

    projection = Projection(fields)
    view = ListView([column(path) for path in fields], lambda item: projection.cut(item[0]), empty)
    show_list(output, ((raw, members_of(raw)) for raw in chain.from_iterable(pages)), view, streamed=True)
