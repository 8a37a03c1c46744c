"""Lists in the four formats."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.output.events.events import event_list
from cronofy_cli.output.lists import SHORT_LIST, Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = tuple[str, str]
LONG = "https://example.com/" + "callback/" * 12
ROWS: list[Row] = [("chn_1", LONG), ("chn_22", "[bold]https://example.com[/bold]"), ("chn_333", "café 📅")]
VIEW: ListView[Row] = ListView(
    columns=(Column("CHANNEL ID", lambda row: row[0]), Column("CALLBACK URL", lambda row: row[1], 40)),
    document=lambda row: json.dumps({"channel_id": row[0], "callback_url": row[1]}).encode(),
    empty="No channel is open.",
)
HOSTILE = "one\ttwo\nthree\x1b[31m\u202e\u2028four"

EVENTS = [
    (
        b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"Sales call","start":"2026-11-24T10:00:00Z",'
        b'"end":"2026-11-24T11:00:00Z","status":"confirmed","recurring":true}'
    ),
    (
        b'{"event_uid":"evt_2","calendar_id":"cal_1","summary":"","start":"2026-12-24","end":"2026-12-27",'
        b'"event_private":true,"transparency":"transparent"}'
    ),
    (
        b'{"event_uid":"evt_3","event_id":"own","calendar_id":"cal_2","summary":"Tab\\there","start":"2027-01-05T23:30:00Z",'
        b'"end":"2027-01-06T00:30:00Z","status":"tentative","deleted":true}'
    ),
    b'{"event_uid":"evt_4"}',
]


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("color", [False, True], ids=["plain", "color"])
def test_a_short_list_on_a_terminal(color: bool, wide: None) -> None:
    """A table: headings, nothing cut, markup shown as the text that it is."""
    memory = MemoryOutput(OutputFormat.TABLE, color=color)

    show_list(memory.output, ROWS[1:], VIEW)

    check_golden(f"list-table{'-color' if color else ''}.txt", memory.stdout.content)


@pytest.mark.parametrize(("columns", "is_table"), [(22, True), (21, True), (20, False)])
def test_a_list_that_just_fits(columns: int, is_table: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table is drawn up to the terminal's very width, which knows that some characters are two cells wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    memory = MemoryOutput(OutputFormat.TABLE)
    view: ListView[Row] = ListView(
        (Column("ID", lambda row: row[0]), Column("TEXT", lambda row: row[1])), VIEW.document, ""
    )

    show_list(memory.output, [("chn_1", "x" * 14), ("📅", "y")], view)

    gap = 5 if is_table else 6
    assert [line.rstrip() for line in memory.stdout.text.splitlines()] == [
        "ID     TEXT",
        f"chn_1  {'x' * 14}",
        f"📅{' ' * gap}y",
    ]


def test_a_short_list_that_is_too_wide(wide: None) -> None:
    """Nothing is cut or folded: what stands in a cell can be copied as a whole, whatever the terminal's width."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, ROWS, VIEW)

    assert memory.stdout.text.splitlines() == [
        "CHANNEL ID  CALLBACK URL",
        f"chn_1       {LONG}",
        "chn_22      [bold]https://example.com[/bold]",
        "chn_333     café 📅",
    ]


def test_a_streamed_list_on_a_terminal(wide: None) -> None:
    """Aligned lines; a cell that is too wide ends in an ellipsis."""
    memory = MemoryOutput(OutputFormat.TABLE, color=True)

    show_list(memory.output, ROWS, VIEW, streamed=True)

    check_golden("list-aligned-color.txt", memory.stdout.content)


def test_a_list_in_a_pipe() -> None:
    """Tab-separated, complete, without headings."""
    memory = MemoryOutput(OutputFormat.TSV)

    show_list(memory.output, ROWS, VIEW)

    assert memory.stdout.text == "".join(f"{first}\t{second}\n" for first, second in ROWS)
    assert memory.stderr.text == ""


def test_a_list_as_one_document() -> None:
    """One JSON array of the items' own bytes, on one line."""
    memory = MemoryOutput(OutputFormat.JSON)

    show_list(memory.output, ROWS, VIEW)

    assert memory.stdout.content == b"[" + b",".join(VIEW.document(row) for row in ROWS) + b"]\n"


def test_a_list_as_one_document_on_a_terminal() -> None:
    """For people the array is indented; it is the same document."""
    memory = MemoryOutput(OutputFormat.JSON, terminal=True, color=True)

    show_list(memory.output, ROWS, VIEW)

    check_golden("list-json-color.txt", memory.stdout.content)


def test_a_list_as_lines() -> None:
    """One JSON document a line: the items' own bytes, put on one line if they came on several."""
    memory = MemoryOutput(OutputFormat.NDJSON)
    view: ListView[bytes] = ListView(columns=(), document=lambda item: item, empty="")

    show_list(memory.output, [b'{"a" : 1}', b'{\n  "b":\r\n 2.50}'], view)

    assert memory.stdout.content == b'{"a" : 1}\n{"b":2.50}\n'


@pytest.mark.parametrize(
    ("format_", "stdout", "stderr"),
    [
        (OutputFormat.TABLE, "", "No channel is open.\n"),
        (OutputFormat.TSV, "", ""),
        (OutputFormat.JSON, "[]\n", ""),
        (OutputFormat.NDJSON, "", ""),
    ],
)
def test_an_empty_list(format_: OutputFormat, stdout: str, stderr: str) -> None:
    """Nothing is nothing: `[]` as a document, a remark for people, no bytes in a pipe."""
    memory = MemoryOutput(format_)

    show_list(memory.output, [], VIEW)

    assert (memory.stdout.text, memory.stderr.text) == (stdout, stderr)


@pytest.mark.parametrize("format_", OutputFormat)
def test_a_list_that_fails_at_once_has_written_nothing(format_: OutputFormat) -> None:
    """If the first item cannot be had, stdout stays empty: half a document would be no document."""
    memory = MemoryOutput(format_, terminal=False)

    def fail() -> Row:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        show_list(memory.output, (fail() for _ in ROWS), VIEW)

    assert memory.stdout.content == b""


@pytest.mark.parametrize("streamed", [False, True])
def test_hostile_cells_on_a_terminal(streamed: bool, wide: None) -> None:
    """Text from outside cannot drive the terminal, nor leave its line."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, [(HOSTILE, "x")], VIEW, streamed=streamed)

    assert memory.stdout.text.count("\n") == 2
    assert not set(memory.stdout.text) & set("\x1b\u202e\u2028\t")


def test_hostile_cells_in_a_pipe() -> None:
    """A cell's own tabs and line ends cannot make further cells or rows."""
    memory = MemoryOutput(OutputFormat.TSV)

    show_list(memory.output, [(HOSTILE, HOSTILE)], VIEW)

    assert memory.stdout.text == "one two three[31m four\tone two three[31m four\n"


def test_a_streamed_list_appears_as_the_data_does() -> None:
    """On a terminal the first rows are there while later ones are still to come."""
    memory = MemoryOutput(OutputFormat.TABLE)
    seen: list[str] = []

    def rows() -> Iterator[Row]:
        for number in range(SHORT_LIST + 3):
            yield (f"chn_{number}", "x")
        seen.append(memory.stdout.text)

    show_list(memory.output, rows(), VIEW, streamed=True)

    assert f"chn_{SHORT_LIST + 1} " in seen[0]


@pytest.mark.parametrize(("rows", "is_cut"), [(SHORT_LIST, False), (SHORT_LIST + 1, True)])
def test_how_long_a_short_list_is(rows: int, is_cut: bool) -> None:
    """In one of up to fifty rows every text is whole where there is room; in a longer one columns have their width."""
    view: ListView[Row] = ListView(
        columns=(Column("NAME", lambda row: row[0], 10),), document=lambda _: b"{}", empty=""
    )
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, [("a name that is long", "x")] * rows, view)

    assert SHORT_LIST == 50
    assert ("a name that is long" not in memory.stdout.text) is is_cut


@pytest.mark.parametrize("format_", OutputFormat)
def test_ten_thousand_rows_never_import_rich(format_: OutputFormat) -> None:
    """Rich takes 16 s for so many rows: a long list does without it, also on a terminal, and loses none."""
    program = (
        "import sys\n"
        "from tests.output.outputs import MemoryOutput\n"
        "from tests.output.test_lists import VIEW\n"
        "from cronofy_cli.output.lists import show_list\n"
        "from cronofy_cli.output.streams import OutputFormat\n"
        "memory = MemoryOutput(OutputFormat(sys.argv[1]))\n"
        "show_list(memory.output, ((f'chn_{n}', 'x') for n in range(10_000)), VIEW)\n"
        "print(memory.stdout.text.count('chn_'), 'rich' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, format_.value], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("10000 False\n", "")


@pytest.mark.parametrize("format_", [OutputFormat.TABLE, OutputFormat.TSV])
def test_events(format_: OutputFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events for people have local times and words, for pipes the times as they were sent and the id first."""
    monkeypatch.setenv("COLUMNS", "150")
    memory = MemoryOutput(format_)

    show_list(memory.output, map(parse_event, EVENTS), event_list(UTC, 2026), streamed=True)

    check_golden(f"events-{format_.value}.txt", memory.stdout.content)


def test_a_table_that_just_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short list is a table as long as the terminal is as wide as it, to the column; nothing is folded then."""
    width = len("chn_22      [bold]https://example.com[/bold]")
    looks = []
    for columns in (width, width - 1):
        monkeypatch.setenv("COLUMNS", str(columns))
        memory = MemoryOutput(OutputFormat.TABLE, color=True)
        show_list(memory.output, ROWS[1:2], VIEW)
        looks.append(memory.stdout.text.splitlines()[0].count("\x1b[2m"))

    # A table paints each heading and what is between them, aligned lines are painted as one.
    assert looks == [3, 1]


@pytest.mark.parametrize(("columns", "wide", "narrow"), [(41, 30, 10), (40, 29, 10), (26, 15, 10), (20, 10, 10)])
def test_how_narrow_columns_get(columns: int, wide: int, narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only as far as the terminal asks for, and never below what a column needs; others stay whole."""
    monkeypatch.setenv("COLUMNS", str(columns))
    view: ListView[Row] = ListView(
        columns=(Column("A", lambda row: row[0], 40, narrowest=10), Column("B", lambda row: row[1])),
        document=lambda _: b"{}",
        empty="",
    )
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, [("a" * 30, "b" * 9)], view, streamed=True)

    shown = memory.stdout.text.splitlines()[1]
    assert (len(shown.split()[0]), shown.split()[1]) == (wide, "b" * 9)
    assert narrow <= wide
