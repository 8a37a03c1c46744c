"""CSV after RFC 4180, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.output.events.item_pages import csv_lines, safe_cell

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
