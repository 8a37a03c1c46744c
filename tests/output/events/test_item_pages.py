"""Pages in each of the formats; CSV after RFC 4180, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.output.events.events import event_list
from cronofy_cli.output.events.item_pages import Listing, PageFormat, csv_lines, safe_cell, show_pages
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+44 20 7946 0000", "'+44 20 7946 0000"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("\t=1", "' =1"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("-1.5e3", "-1.5e3"),
        ("2026-11-22", "2026-11-22"),
        ("Lunch = fun", "Lunch = fun"),
        ("one\x1b[31m\ntwo", "one[31m\ntwo"),
        ("", ""),
    ],
)
def test_a_cell(text: str, expected: str) -> None:
    """What a spreadsheet would run gets an apostrophe; numbers and all other texts do not, and lines stay lines."""
    assert safe_cell(text) == expected


def test_lines() -> None:
    """Commas, quotation marks and line ends are quoted, and a line ends with CR and LF."""
    assert csv_lines([["a", 'b"c', "d,e", "f\ng"], ["é"]]) == 'a,"b""c","d,e","f\ng"\r\né\r\n'.encode()


@given(rows=st.lists(st.lists(st.text(), min_size=2, max_size=3), max_size=4))
def test_any_rows(rows: list[list[str]]) -> None:
    """Any texts come back as the cells that were written, and none of them is a formula."""
    read = list(csv.reader(io.StringIO(csv_lines(rows).decode(), newline=""), strict=True))

    assert read == [[safe_cell(cell) for cell in row] for row in rows]
    for cell in (cell for row in read for cell in row):
        assert not cell.lstrip().startswith(FORMULA_SIGNS) or float(cell) < 0


LISTING = Listing(
    noun="events",
    parse=parse_event,
    view=event_list(UTC, 2026),
    csv_fields=(("event_uid",), ("summary",)),
)
PAGES = [
    [msgspec.Raw(b'{"event_uid":"evt_1","summary":"Lunch","start":"2026-11-24","end":"2026-11-25"}')],
    [],
    [msgspec.Raw(b'{"event_uid":"evt_2",\n "summary":"=1","more":{"a":1}}')],
]


def shown(pages: Iterable[Sequence[msgspec.Raw]], format_: PageFormat, *fields: str) -> str:
    """Return what is written of pages in a pipe."""
    memory = MemoryOutput(OutputFormat.TSV)
    show_pages(memory.output, pages, LISTING, format_, tuple(tuple(field.split(".")) for field in fields))
    return memory.stdout.text


@pytest.mark.parametrize("pages", [[], [[]], [[], []]], ids=["no page", "an empty one", "two empty ones"])
def test_csv_of_nothing(pages: list[list[msgspec.Raw]]) -> None:
    """Without any event there is the header, once: what reads the file finds its columns."""
    assert shown(pages, PageFormat.CSV) == "event_uid,summary\r\n"
    assert shown(pages, PageFormat.CSV, "start", "location.lat") == "start,location.lat\r\n"


def test_csv_of_pages() -> None:
    """The header comes once, before the first row; a page without events adds nothing."""
    assert shown(PAGES, PageFormat.CSV) == "event_uid,summary\r\nevt_1,Lunch\r\nevt_2,'=1\r\n"


def test_lines_are_what_was_sent() -> None:
    """An item stays as it came, but for line ends within it."""
    assert shown(PAGES, PageFormat.NDJSON) == (
        '{"event_uid":"evt_1","summary":"Lunch","start":"2026-11-24","end":"2026-11-25"}\n'
        '{"event_uid":"evt_2","summary":"=1","more":{"a":1}}\n'
    )


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        (PageFormat.NDJSON, '{"summary":"Lunch","more":null}\n{"summary":"=1","more":{"a":1}}\n'),
        (PageFormat.JSON, '[{"summary":"Lunch","more":null},{"summary":"=1","more":{"a":1}}]\n'),
        (PageFormat.TSV, "Lunch\t\n=1\t1\n"),
    ],
)
def test_only_some_fields(format_: PageFormat, text: str) -> None:
    """Of each item there are the fields that were named and no other, null or empty where it has none."""
    assert shown(PAGES, format_, "summary", "more.a") == text


def test_an_empty_list_of_fields_says_so() -> None:
    """On a terminal it is said that there is nothing."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_pages(memory.output, [], LISTING, PageFormat.TABLE, (("summary",),))

    assert (memory.stdout.text, memory.stderr.text) == ("", f"{LISTING.view.empty}\n")


def test_chosen_fields_appear_as_they_come() -> None:
    """On a terminal they are lines that need not wait for the end: what is too long for a column is shortened."""
    memory = MemoryOutput(OutputFormat.TABLE)
    pages = [[msgspec.Raw(b'{"summary":"%s"}' % (b"x" * 61))]]

    show_pages(memory.output, pages, LISTING, PageFormat.TABLE, (("summary",),))

    assert memory.stdout.text.splitlines() == ["summary", "x" * 59 + "…"]
