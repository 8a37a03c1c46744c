"""Rows of CSV after RFC 4180, safe to open in a spreadsheet.

A cell that a spreadsheet would take for a formula gets an apostrophe in front of it, after
https://owasp.org/www-community/attacks/CSV_Injection: anybody can send an invitation with such a title. Numbers stay
numbers. Lines within a cell stay lines; other control characters are left out.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The wide forms are taken for the same signs by spreadsheets in East Asian languages.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as lines of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def safe_cell(text: str) -> str:
    """Return a cell's text, made harmless for terminals and spreadsheets."""
    cleaned = clean_lines(text)
    return f"'{cleaned}" if _FORMULA.match(cleaned) and not _NUMBER.fullmatch(cleaned) else cleaned
