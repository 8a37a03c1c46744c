"""Rows that must be seen at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cronofy_cli.output.lists import Column, ListView, show_as_they_come
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW: ListView[str] = ListView(
    columns=(Column("NO", lambda _: "1"), Column("TEXT", lambda item: item, width=6)),
    document=lambda item: json.dumps(item).encode(),
    empty="Nothing.",
)


def test_each_is_seen_before_the_next_one_comes() -> None:
    """On a terminal a row, and the heading with the first one, is written before the next item is waited for."""
    memory = MemoryOutput(OutputFormat.TABLE)
    seen: list[str] = []

    def coming() -> Iterator[str]:
        for item in ("a", "b"):
            seen.append(memory.stdout.text)
            yield item
        seen.append(memory.stdout.text)

    show_as_they_come(memory.output, coming(), VIEW)

    assert seen == ["", "NO  TEXT\n1   a\n", "NO  TEXT\n1   a\n1   b\n"]


def test_what_is_there_already_says_how_wide_the_columns_are() -> None:
    """Those that are there come first, aligned with one another; a column grows, and not beyond its limit."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_as_they_come(memory.output, ["longer still", "e\x1b[2J"], VIEW, there=["a", "bcdef"])

    assert memory.stdout.text.splitlines() == ["NO  TEXT", "1   a", "1   bcdef", "1   longe…", "1   e[2J"]


def test_for_programs() -> None:
    """In a pipe and as JSON it is the list that it always is."""
    rows, documents = MemoryOutput(OutputFormat.TSV), MemoryOutput(OutputFormat.NDJSON)

    for memory in (rows, documents):
        show_as_they_come(memory.output, ["b"], VIEW, there=["a"])

    assert rows.stdout.text == "1\ta\n1\tb\n"
    assert documents.stdout.text == '"a"\n"b"\n'
