"""What a run of `sync` did, and how a copy differs: sentences for people, documents and lines of JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.text import clean
from cronofy_cli.output.json_text import show_document, write_json_lines
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cronofy_cli.output.streams import Output
    from cronofy_cli.sync.change_log import ChangeLog, Counts
    from cronofy_cli.sync.drift import Drift, DriftReport
    from cronofy_cli.sync.run import Outcome

_MARKS: Final = {"missing": "+", "extra": "-", "different": "~"}
_SHOWN: Final = 20
"""So many differences are listed for people; the others are counted."""


def show_run(output: Output, path: Path, outcome: Outcome, log: ChangeLog, change_lines: Iterable[str]) -> None:
    """Write what a run did. `change_lines` are the first changes in words, for a terminal."""
    if output.format is OutputFormat.NDJSON:
        for change in log.lines():
            write_json_lines(output, change)
    elif output.format is OutputFormat.JSON:
        show_document(output, _run_document(path, outcome, log))
    else:
        for line in change_lines if output.is_terminal else ():
            output.data(line)
        output.data(run_sentence(path, outcome))


def run_sentence(path: Path, outcome: Outcome) -> str:
    """Return what a run did: `3 added, 1 moved, 2 removed; 512 events in cal.db`."""
    events = f"{_number(outcome.events, 'event')} in {clean(str(path))}"
    if outcome.is_first:
        return f"first copy: {events}"
    counts = outcome.counts
    said = _listed(
        (counts.added, "added"), (counts.moved, "moved"), (counts.changed, "changed"), (counts.removed, "removed")
    )
    slid = _listed((counts.slid_in, "came into the window"), (counts.slid_out, "left it"))
    return "; ".join(filter(None, (said or "nothing changed", slid, events)))


def show_drift(output: Output, path: Path, report: DriftReport) -> None:
    """Write how a copy differs from what the calendar says."""
    if output.format is OutputFormat.NDJSON:
        for drift in report.drifts:
            write_json_lines(output, msgspec.json.encode(_drift_data(drift)) + b"\n")
    elif output.format is OutputFormat.JSON:
        show_document(output, _drift_document(path, report))
    else:
        _show_drift_lines(output, report.drifts)
        output.data(_drift_sentence(path, report))


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


def _drift_sentence(path: Path, report: DriftReport) -> str:
    if not report.drifts:
        return f"in step: {_number(report.events, 'event')} in {clean(str(path))}"
    counts = _drift_counts(report)
    said = _listed(*((number, kind) for kind, number in counts.items()))
    pending = sum(drift.is_pending for drift in report.drifts)
    until = f"; {pending:,} of these changed after the last run, and the next one brings them" if pending else ""
    return f"drift: {said}{until}"


def _run_document(path: Path, outcome: Outcome, log: ChangeLog) -> bytes:
    state = outcome.state
    head = msgspec.json.encode(
        {
            "changed": outcome.counts.has_changes,
            "first": outcome.is_first,
            "counts": _counts(outcome.counts),
            "events": outcome.events,
            "full_read": outcome.full_read,
            "changes_since": outcome.changes_since,
            "window": {"from": state.first_day, "to": state.end_day},
            "tzid": state.tzid,
            "calendar_ids": state.calendar_ids,
            "out": str(path),
        }
    )
    changes = b",".join(line.rstrip(b"\n") for line in log.lines())
    return head[:-1] + b',"changes":[' + changes + b"]}"


def _counts(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in counts.__slots__}


def _drift_document(path: Path, report: DriftReport) -> bytes:
    return msgspec.json.encode(
        {
            "in_step": not report.drifts,
            "counts": _drift_counts(report),
            "pending": sum(drift.is_pending for drift in report.drifts),
            "events": report.events,
            "out": str(path),
            "drift": [_drift_data(drift) for drift in report.drifts],
        }
    )


def _drift_counts(report: DriftReport) -> dict[str, int]:
    return {kind: sum(drift.kind.value == kind for drift in report.drifts) for kind in _MARKS}


def _drift_data(drift: Drift) -> dict[str, object]:
    return {
        "kind": drift.kind.value,
        "event_uid": drift.event_uid,
        "calendar_id": drift.calendar_id,
        "summary": drift.summary,
        "start": drift.start,
        "pending": drift.is_pending,
        "fields": [{"field": each.field, "before": each.before, "after": each.after} for each in drift.fields],
    }


def _listed(*numbers: tuple[int, str]) -> str:
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
