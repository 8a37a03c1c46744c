"""What a run of `sync` did, and how a copy differs, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec
from msgspec.structs import asdict

from cronofy_cli.output.documents.base import Document
from cronofy_cli.output.documents.errors import ErrorDocument
from cronofy_cli.output.documents.events import EventChangeDocument, FieldChangeDocument
from cronofy_cli.sync.drift import DriftKind
from cronofy_cli.sync.plan import FullRead

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.sync.change_log import Counts
    from cronofy_cli.sync.drift import Drift, DriftReport
    from cronofy_cli.sync.run import Outcome


class WindowDocument(Document, frozen=True, rename={"first_day": "from", "end_day": "to"}):
    """The days of a copy: from the first one until the one that is no longer part of it."""

    first_day: str
    end_day: str


class SyncCountsDocument(Document, frozen=True):
    """How many events each thing happened to."""

    added: int
    moved: int
    changed: int
    removed: int
    slid_in: int
    slid_out: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Return the document of counts."""
        return cls(counts.added, counts.moved, counts.changed, counts.removed, counts.slid_in, counts.slid_out)

    def by_name(self) -> dict[str, int]:
        """Return the counts by their names."""
        return asdict(self)


class SyncDocument(Document, frozen=True):
    """What a run did."""

    changed: bool
    first: bool
    counts: SyncCountsDocument
    events: int
    full_read: FullRead | None
    changes_since: str | None
    window: WindowDocument
    tzid: str
    calendar_ids: tuple[str, ...]
    out: str
    changes: tuple[EventChangeDocument, ...]

    @classmethod
    def of(cls, name: str, outcome: Outcome, lines: Iterable[bytes]) -> Self:
        """Return the document of a run of the copy `name`; `lines` are its changes, as `--ndjson` writes them."""
        state = outcome.state
        return cls(
            changed=outcome.counts.has_changes,
            first=outcome.is_first,
            counts=SyncCountsDocument.of(outcome.counts),
            events=outcome.events,
            full_read=outcome.full_read,
            changes_since=outcome.changes_since,
            window=WindowDocument(state.first_day.isoformat(), state.end_day.isoformat()),
            tzid=state.tzid,
            calendar_ids=state.calendar_ids,
            out=name,
            changes=tuple(msgspec.json.decode(line, type=EventChangeDocument) for line in lines),
        )


class DriftDocument(Document, frozen=True):
    """One event that is not the same. `before` in its fields is what the copy says."""

    kind: DriftKind
    event_uid: str
    calendar_id: str
    summary: str
    start: str
    pending: bool
    """Whether it changed after the last run: the next one brings it."""
    fields: tuple[FieldChangeDocument, ...]

    @classmethod
    def of(cls, drift: Drift) -> Self:
        """Return the document of a difference."""
        return cls(
            kind=drift.kind,
            event_uid=drift.event_uid,
            calendar_id=drift.calendar_id,
            summary=drift.summary,
            start=drift.start,
            pending=drift.is_pending,
            fields=FieldChangeDocument.all_of(drift.fields),
        )


class DriftCountsDocument(Document, frozen=True):
    """How many events differ in each way."""

    missing: int
    extra: int
    different: int

    @classmethod
    def of(cls, drifts: Iterable[Drift]) -> Self:
        """Count differences."""
        kinds = [drift.kind for drift in drifts]
        return cls(
            missing=kinds.count(DriftKind.MISSING),
            extra=kinds.count(DriftKind.EXTRA),
            different=kinds.count(DriftKind.DIFFERENT),
        )

    def by_name(self) -> dict[str, int]:
        """Return the counts by their names."""
        return asdict(self)


class DriftReportDocument(Document, frozen=True):
    """How a copy differs from what the calendar says."""

    in_step: bool
    counts: DriftCountsDocument
    pending: int
    events: int
    out: str
    drift: tuple[DriftDocument, ...]

    @classmethod
    def of(cls, name: str, report: DriftReport) -> Self:
        """Return the document of a comparison of the copy `name`."""
        return cls(
            in_step=not report.drifts,
            counts=DriftCountsDocument.of(report.drifts),
            pending=sum(drift.is_pending for drift in report.drifts),
            events=report.events,
            out=name,
            drift=tuple(map(DriftDocument.of, report.drifts)),
        )


class AnAccountDocument(Document, frozen=True, kw_only=True):
    """What is told of each of many accounts."""

    sub: str | None
    """None where it is not known: the account is not signed in."""
    context: str | None
    data_center: str
    duration_ms: float
    error: ErrorDocument | None


class AccountSyncDocument(AnAccountDocument, frozen=True, kw_only=True):
    """What a run did for one of many accounts. If it failed, only `error` is known."""

    changed: bool | None = None
    first: bool | None = None
    counts: SyncCountsDocument | None = None
    events: int | None = None
    full_read: FullRead | None = None
    out: str | None = None


class AccountCheckDocument(AnAccountDocument, frozen=True, kw_only=True):
    """How the copy of one of many accounts differs. If that could not be found out, only `error` is known."""

    in_step: bool | None = None
    counts: DriftCountsDocument | None = None
    pending: int | None = None
    events: int | None = None
    out: str | None = None
