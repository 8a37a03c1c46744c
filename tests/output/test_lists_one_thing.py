"""One thing shown."""

from __future__ import annotations

import pytest

from cronofy_cli.output.lists import show_record
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

FIELDS = [("sub", "acc_1"), ("time zone", "Europe/London\x1b[2J\nsecond\tline")]
DOCUMENT = b'{"sub": "acc_1", "more": 1}'


def test_for_people() -> None:
    """Labels in a column, dimmed where colour is taken, and values that stay on their line."""
    memory = MemoryOutput(OutputFormat.TABLE, color=True)

    show_record(memory.output, FIELDS, DOCUMENT)

    assert memory.stdout.text == (
        "\x1b[2msub      \x1b[0m  acc_1\n\x1b[2mtime zone\x1b[0m  Europe/London[2J second line\n"
    )


def test_in_a_pipe() -> None:
    """A label, a tab, a value; a value cannot make another pair."""
    memory = MemoryOutput(OutputFormat.TSV)

    show_record(memory.output, FIELDS, DOCUMENT)

    assert memory.stdout.text == "sub\tacc_1\ntime zone\tEurope/London[2J second line\n"


@pytest.mark.parametrize("format_", [OutputFormat.JSON, OutputFormat.NDJSON])
def test_for_programs(format_: OutputFormat) -> None:
    """The server's own document, with the fields that we do not know."""
    memory = MemoryOutput(format_)

    show_record(memory.output, FIELDS, DOCUMENT)

    assert memory.stdout.text == '{"sub":"acc_1","more":1}\n'
