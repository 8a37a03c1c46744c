"""Lists of events and busy periods."""

from __future__ import annotations

from datetime import UTC

import msgspec
import pytest

from cronofy_cli.core.events.event import parse_event, parse_period
from cronofy_cli.output.events.events import event_list, period_list
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput

LONG = "abcdefghij" * 12


def raw(**fields: object) -> msgspec.Raw:
    """Return an item as it was sent."""
    return msgspec.Raw(msgspec.json.encode(fields))


def test_how_wide_columns_get(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is too long for its column is shortened, each column at its own width; a pipe gets all of it."""
    monkeypatch.setenv("COLUMNS", "300")
    times = {"start": "2026-11-24T10:00:00Z", "end": "2027-11-24T11:00:00Z"}
    event = raw(event_uid=LONG, calendar_id=LONG, summary=LONG, status=LONG, **times)
    period = raw(event_uid=LONG, calendar_id=LONG, free_busy_status=LONG, **times)

    content = b""
    for format_ in (OutputFormat.TABLE, OutputFormat.TSV):
        memory = MemoryOutput(format_)
        show_list(memory.output, [parse_event(event)], event_list(UTC, 2026), streamed=True)
        show_list(memory.output, [parse_period(period)], period_list(UTC, 2026), streamed=True)
        content += memory.stdout.content

    check_golden("events-widths.txt", content)


@pytest.mark.parametrize("columns", [80, 120, 150])
def test_a_list_of_events_fits(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """WHEN is never cut: ids are left out first, then the calendar, then titles become shorter."""
    monkeypatch.setenv("COLUMNS", str(columns))
    times = {"start": "2026-12-31T20:00:00Z", "end": "2027-01-01T02:00:00Z"}
    title = "Lunch away from the desk, with everybody"
    event = raw(event_uid=f"evt_{'x' * 33}", calendar_id="cal_1", summary=title, recurring=True, **times)
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, [parse_event(event)], event_list(UTC, 2026, lambda _: "Work"), streamed=True)

    heading, line = memory.stdout.content.decode().splitlines()
    assert "Thu 31 Dec 20:00 - Fri 1 Jan 2027 02:00" in line
    assert max(len(heading), len(line)) <= columns
    assert ("EVENT UID" in heading, "evt_" in line) == (columns == 150, columns == 150)
    assert ("Work" in line, title in line) == (columns > 80, columns > 80)
