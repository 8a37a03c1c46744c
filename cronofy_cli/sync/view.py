"""What a run of `sync` did, and how a copy differs: sentences for people, documents and lines of JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.counts import counted
from cronofy_cli.core.text import clean
from cronofy_cli.output.json_text import show_document, write_json_lines
from cronofy_cli.output.streams import OutputFormat, Style
from cronofy_cli.sync.documents import DriftCountsDocument, DriftDocument, DriftReportDocument, SyncDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.output.streams import Output
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.drift import Drift, DriftReport
    from cronofy_cli.sync.run import Outcome

_MARKS: Final = {"missing": "+", "extra": "-", "different": "~"}
_SHOWN: Final = 20
"""The most differences that are listed for people; the others are counted."""


def show_run(output: Output, name: str, outcome: Outcome, log: ChangeLog, change_lines: Iterable[str]) -> None:
    """Write what a run did. `change_lines` are the first changes in words, for a terminal."""
    if output.format is OutputFormat.NDJSON:
        for change in log.lines():
            write_json_lines(output, change)
    elif output.format is OutputFormat.JSON:
        show_document(output, SyncDocument.of(name, outcome, log.lines()).encode())
    else:
        for line in change_lines if output.is_terminal else ():
            output.data(line)
        output.data(run_sentence(name, outcome))


def run_sentence(name: str, outcome: Outcome) -> str:
    """Return what a run did: `3 added, 1 moved, 2 removed; 512 events in cal.db`."""
    events = f"{counted(outcome.events, 'event')} in {clean(name)}"
    if outcome.is_first:
        return f"first copy: {events}"
    counts = outcome.counts
    said = listed(
        (counts.added, "added"), (counts.moved, "moved"), (counts.changed, "changed"), (counts.removed, "removed")
    )
    slid = listed((counts.slid_in, "came into the window"), (counts.slid_out, "left it"))
    return "; ".join(filter(None, (said or "nothing changed", slid, events)))


def show_drift(output: Output, name: str, report: DriftReport) -> None:
    """Write how a copy differs from what the calendar says."""
    if output.format is OutputFormat.NDJSON:
        for drift in report.drifts:
            write_json_lines(output, DriftDocument.of(drift).encode() + b"\n")
    elif output.format is OutputFormat.JSON:
        show_document(output, DriftReportDocument.of(name, report).encode())
    else:
        _show_drift_lines(output, report.drifts)
        output.data(_drift_sentence(name, report))


def _show_drift_lines(output: Output, drifts: Sequence[Drift]) -> None:
    if output.format is OutputFormat.TSV:
        for drift in drifts:
            output.data("\t".join((drift.kind, drift.event_uid, drift.calendar_id, drift.start, clean(drift.summary))))
        return
    for drift in drifts[:_SHOWN]:
        fields = ", ".join(clean(change.field) for change in drift.fields)
        when = " (since the last run)" if drift.is_pending else ""
        mark = output.paint(_MARKS[drift.kind.value], Style.YELLOW)
        line = f'  {mark} {drift.kind.value.ljust(9)}  {drift.start}  "{clean(drift.summary)}"  {fields}'
        output.data(line.rstrip() + when)
    if len(drifts) > _SHOWN:
        output.data(f"  … and {len(drifts) - _SHOWN:,} more")


def _drift_sentence(name: str, report: DriftReport) -> str:
    if not report.drifts:
        return f"in step: {counted(report.events, 'event')} in {clean(name)}"
    counts = DriftCountsDocument.of(report.drifts).by_name()
    said = listed(*((number, kind) for kind, number in counts.items()))
    pending = sum(drift.is_pending for drift in report.drifts)
    until = f"; {pending:,} of these changed after the last run, and the next one brings them" if pending else ""
    return f"drift: {said}{until}"


def listed(*numbers: tuple[int, str]) -> str:
    """Return what was counted, without what was not: `3 added, 1 moved`."""
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)
