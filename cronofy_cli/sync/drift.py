"""Whether a copy is still true: comparing it, event by event, with a full read. Nothing is written.

What changed only after the last run is a difference too, and marked: the next run brings it. Anything else should not
be there.
"""

from __future__ import annotations

import shlex
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.fields import decode_object, readable
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import NotFound
from cronofy_cli.sync.copy.ndjson_file import read_lines
from cronofy_cli.sync.errors import CopyBusy, CopyUnavailable, unreadable_events
from cronofy_cli.sync.event_row import event_row
from cronofy_cli.sync.full_read import Truth
from cronofy_cli.sync.plan import PlanOptions, changes_query, make_plan, whole_query
from cronofy_cli.sync.state import identity_of
from cronofy_cli.sync.window import window_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.events.event_changes import FieldChange
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.sync.copy.interface import Copy
    from cronofy_cli.sync.event_row import EventRow
    from cronofy_cli.sync.plan import Plan
    from cronofy_cli.sync.run import ReadEvents
    from cronofy_cli.sync.state import CopyState, Identity, Wish
    from cronofy_cli.sync.window import WindowRule

_NEVER: Final = timedelta(days=3660)


class DriftKind(StrEnum):
    """How a copy differs."""

    MISSING = "missing"
    """The calendar has the event, the copy has not."""
    EXTRA = "extra"
    """The copy has it, the calendar has not."""
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Drift:
    """One event that is not the same."""

    kind: DriftKind
    event_uid: str
    calendar_id: str
    summary: str
    start: str
    is_pending: bool
    """It changed after the last run, or the window has moved since: the next run brings it."""
    fields: tuple[FieldChange, ...] = ()
    """What differs, `before` as in the copy."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What a comparison found."""

    state: CopyState
    events: int
    """In the copy."""
    drifts: tuple[Drift, ...]


def find_drift(copy: Copy, wish: Wish, server_time: ServerTime, read: ReadEvents) -> DriftReport:
    """Compare a copy with a full read of today's window.

    Raises:
        WrongUsage: the copy is another account's, or of other calendars or another zone.
        NotFound: there is none, or its file of lines is gone.
        CopyUnavailable: it cannot be read.
        CopyBusy: a run has changed it meanwhile.
        CronofyError: something cannot be read.
    """
    with copy.translated(), Truth() as truth:
        state = copy.state
        if state is None:
            raise NotFound(
                f"the copy at {copy.name} was never finished", hint=f"cronofy sync --out {shlex.quote(copy.name)}"
            )
        identity = identity_of(wish, state, copy.name)
        zone = find_zone(identity.tzid)
        plan = make_plan(state, server_time.moment, zone, identity.world, PlanOptions(full=True, full_every=_NEVER))
        now, then = window_rule(plan.window, zone), window_rule(state.window, zone)
        _read_truth(truth, identity, plan, now, read)
        comparison = _Comparison(truth, now, then)
        drifts = tuple(comparison.drifts(_events(copy)))
        if copy.state != state:
            raise CopyBusy(f"a run has changed {copy.name} meanwhile", hint="run the check again")
    return DriftReport(state, comparison.events, drifts)


def _read_truth(truth: Truth, identity: Identity, plan: Plan, rule: WindowRule, read: ReadEvents) -> None:
    # The changes last: one made while the events are read is then known as such.
    unreadable = 0
    with closing(read(whole_query(identity, plan.window))) as pages:
        for raw in (readable(event) for page in pages for event in page.events):
            row = event_row(raw)
            unreadable += not row.event_uid
            if row.event_uid and not row.deleted and rule.holds(row):
                truth.add(row.event_uid, raw)
    if unreadable:
        raise unreadable_events(unreadable)
    if plan.changes_since is not None:
        with closing(read(changes_query(identity, plan))) as pages:
            for raw in (bytes(event) for page in pages for event in page.events):
                truth.touch(event_row(raw).event_uid)


def _events(copy: Copy) -> Iterator[bytes]:
    path = copy.ndjson
    if path is None:
        yield from copy.events()
        return
    hint = f"write it again: cronofy sync --out {shlex.quote(copy.name)}"
    if not path.exists():
        raise NotFound(f"{path} is gone", hint=hint)
    for number, line in enumerate(read_lines(path), start=1):
        if not decode_object(line).get("event_uid"):
            raise CopyUnavailable(f"line {number} of {path} is not an event: another program has changed it", hint=hint)
        yield line


class _Comparison:
    """Compares event by event."""

    def __init__(self, truth: Truth, now: WindowRule, then: WindowRule) -> None:
        self._truth = truth
        self._now = now
        self._then = then
        self.events = 0

    def drifts(self, copied: Iterator[bytes]) -> Iterator[Drift]:
        for raw in copied:
            self.events += 1
            row = event_row(raw)
            true = self._truth.take(row.event_uid)
            if true is None:
                yield self._drift(DriftKind.EXTRA, row)
            elif msgspec.json.decode(true) != msgspec.json.decode(raw):
                change = compare(raw, true)
                yield self._drift(DriftKind.DIFFERENT, event_row(true), change.fields if change else ())
        for true in self._truth.rest():
            yield self._drift(DriftKind.MISSING, event_row(true))

    def _drift(self, kind: DriftKind, row: EventRow, fields: tuple[FieldChange, ...] = ()) -> Drift:
        has_slid = not (self._now.holds(row) and self._then.holds(row))
        is_pending = has_slid or self._truth.is_touched(row.event_uid)
        return Drift(kind, row.event_uid, row.calendar_id, row.summary, row.start, is_pending, fields)
