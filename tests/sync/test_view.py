"""What `sync` says of a run and of a copy's drift, whole and in every format."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.events.field_changes import FieldChange
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.sync.change_log import ChangeLog, Counts
from cronofy_cli.sync.drift import Drift, DriftKind, DriftReport
from cronofy_cli.sync.plan import FullRead
from cronofy_cli.sync.run import Outcome
from cronofy_cli.sync.state import CopyState
from cronofy_cli.sync.view import run_sentence, show_drift, show_run
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput

COPY = "cal.db"
STATE = CopyState(
    data_center="uk",
    sub="acc_1",
    tzid="Europe/London",
    calendar_ids=("cal_1",),
    first_day=date(2026, 11, 1),
    end_day=date(2027, 6, 1),
    known_until="2026-11-22T09:24:16Z",
    run_at="2026-11-22T09:24:16Z",
    full_read_at="2026-11-21T09:24:16Z",
)
NOTHING = Outcome(STATE, "2026-11-22T09:24:16Z", None, Counts(), 512, 0)
OUTCOMES = {
    "first": replace(NOTHING, changes_since=None, full_read=FullRead.FIRST, counts=Counts(slid_in=512)),
    "nothing": NOTHING,
    "one event": replace(NOTHING, events=1),
    "everything": replace(
        NOTHING, counts=Counts(added=3, moved=1, changed=1200, removed=2, slid_in=4, slid_out=5), events=12_345
    ),
    "the window only": replace(NOTHING, counts=Counts(slid_in=1, slid_out=2)),
    "asked for everything": replace(NOTHING, full_read=FullRead.ASKED, counts=Counts(removed=1)),
}
BEFORE = b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"Lunch","start":"2026-11-23","end":"2026-11-24"}'
FORMATS = (
    (OutputFormat.TABLE, True),
    (OutputFormat.TSV, False),
    (OutputFormat.JSON, False),
    (OutputFormat.NDJSON, False),
)


def drift(number: int, kind: DriftKind = DriftKind.MISSING, *, is_pending: bool = False) -> Drift:
    """Return a difference; the title tries to drive the terminal."""
    fields = (FieldChange("summary", "Old", "New"), FieldChange("location.description", None, "Room 5"))
    is_different = kind is DriftKind.DIFFERENT
    title, start = f"Lunch \x1b[2J{number}", "2026-11-23T12:00:00Z"
    return Drift(kind, f"evt_{number}", "cal_1", title, start, is_pending, fields if is_different else ())


REPORTS = {
    "in step": DriftReport(STATE, 512, ()),
    "each kind": DriftReport(
        STATE, 3, (drift(1), drift(2, DriftKind.EXTRA), drift(3, DriftKind.DIFFERENT, is_pending=True))
    ),
    "as many as are listed": DriftReport(STATE, 9, tuple(map(drift, range(20)))),
    "one more": DriftReport(STATE, 9, tuple(map(drift, range(21)))),
}


def test_a_sentence_for_every_run() -> None:
    """Each thing that happened is counted under its name; what did not happen is left out."""
    lines = [f"{name}: {run_sentence(COPY, outcome)}" for name, outcome in OUTCOMES.items()]

    check_golden("sync-sentences.txt", "\n".join([*lines, ""]).encode())


@pytest.mark.parametrize(("format_", "is_terminal"), FORMATS)
def test_a_run(format_: OutputFormat, is_terminal: bool) -> None:
    """Changes in words are for a terminal only; programs get them with all their fields."""
    memory = MemoryOutput(format_, terminal=is_terminal)
    change = compare(BEFORE, BEFORE.replace(b"Lunch", b"Dinner"))
    assert change is not None
    with ChangeLog() as log:
        log.add(change)
        show_run(memory.output, COPY, replace(NOTHING, counts=log.counts), log, ['~ "Dinner"'])

    check_golden(f"sync-run-{format_.value}.txt", memory.stdout.content)


@pytest.mark.parametrize(("format_", "is_terminal"), FORMATS)
def test_drift(format_: OutputFormat, is_terminal: bool) -> None:
    """A terminal lists the first 20 differences; a pipe and programs get all of them."""
    content = b""
    for name, report in REPORTS.items():
        memory = MemoryOutput(format_, terminal=is_terminal)
        show_drift(memory.output, COPY, report)
        content += f"{name}\n".encode() + memory.stdout.content

    check_golden(f"sync-drift-{format_.value}.txt", content)
