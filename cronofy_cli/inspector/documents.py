"""What the page is given. Only the page reads it, and both are of one release: nothing here is promised to scripts."""

from __future__ import annotations

from msgspec import Raw, Struct

from cronofy_cli.core.replay_verdict import ReplayVerdict
from cronofy_cli.output.documents.deliveries import DifferenceDocument, ShownDelivery


class RowDocument(Struct, frozen=True):
    """A delivery in the list."""

    id: int
    received_at: str
    type: str | None
    is_json: bool
    signature: str
    secret: str | None
    channel_id: str | None
    response_status: int | None
    app: str | None
    """The worst result of an application; None where it was to go nowhere."""
    app_ok: bool
    app_waiting: bool
    app_ms: float | None
    what: str
    """What changed, or what else there is to say, in a few words."""
    mark: str
    """The kind of the first change; empty without one."""
    tags: tuple[str, ...]
    imported: bool
    reconstructed: bool
    needs_look: bool


class GapDocument(Struct, frozen=True):
    """A time in which nothing could arrive."""

    started_at: str
    ended_at: str
    reason: str


class PageDocument(Struct, frozen=True):
    """A part of the list, the newest first. `next_before` is where to go on, None at the end."""

    rows: tuple[RowDocument, ...]
    gaps: tuple[GapDocument, ...]
    next_before: int | None
    newest_id: int
    command: str


class CountDocument(Struct, frozen=True):
    """How many deliveries fit and how many there are; `count` is None when that would take long."""

    count: int | None
    is_more: bool
    total: int
    unindexed: int
    newest_id: int = 0
    """Up to which delivery was counted."""


class BucketDocument(Struct, frozen=True):
    """Deliveries of a part of the strip."""

    count: int
    bad: int
    is_gap: bool


class StripDocument(Struct, frozen=True):
    """Deliveries by time."""

    first_at: str | None
    last_at: str | None
    buckets: tuple[BucketDocument, ...]


class FailureDocument(Struct, frozen=True):
    """Deliveries that need a look for the same reason."""

    reason: str
    search: str
    """What finds them."""
    count: int
    first_at: str
    last_at: str
    latest_id: int


class FailuresDocument(Struct, frozen=True):
    """What needs a look, by its reason; `is_more` where older ones were not looked at."""

    failures: tuple[FailureDocument, ...]
    is_more: bool


class FieldDocument(Struct, frozen=True):
    """A field of an event before and after, in words."""

    label: str
    before: str | None
    after: str | None


class SpanDocument(Struct, frozen=True):
    """When an event is: moments, or days. The end is exclusive."""

    start: str
    end: str
    is_all_day: bool


class ChangedEventDocument(Struct, frozen=True):
    """What changed about an event, or about the occurrences of a series."""

    kind: str
    title: str
    calendar: str
    note: str
    fields: tuple[FieldDocument, ...]
    before: tuple[SpanDocument, ...]
    after: tuple[SpanDocument, ...]


class OtherEventDocument(Struct, frozen=True):
    """An event of that time about which nothing changed."""

    title: str
    span: SpanDocument
    is_last_seen: bool
    """It was not in the same read: it stands as it was last seen, which may be later than the delivery."""


class ReadDocument(Struct, frozen=True):
    """The events that were read because of a delivery."""

    changes_since: str | None
    delivery_ids: tuple[int, ...]
    events: int
    changes: tuple[ChangedEventDocument, ...] | None
    """None where the read was kept without them."""
    others: tuple[OtherEventDocument, ...]


class DetailDocument(Struct, frozen=True):
    """All that is known of a delivery."""

    row: RowDocument
    shown: ShownDelivery
    read: ReadDocument | None
    verdicts: tuple[ReplayVerdict | None, ...]
    """For each of the forwards: how a replay compares with the attempt before it at the same target."""
    owed: tuple[str, ...]
    """Targets that it is still to be sent to."""
    targets: tuple[str, ...]
    """Where a replay goes unless another target is named."""
    size: int
    zone: str
    gaps: tuple[GapDocument, ...]
    """Those shortly before it."""


class StateDocument(Struct, frozen=True):
    """Whether `listen` runs on this machine."""

    state: str
    """`listening`, `history` without a run, `lost` when nothing can arrive, `unrecorded` when it is not recorded."""
    since: str | None
    data_center: str
    account: str
    callback_urls: tuple[str, ...]
    targets: tuple[str, ...]
    reason: str | None
    hint: str | None
    history_bytes: int


class ComparedEventDocument(Struct, frozen=True):
    """An event that differs between the reads of two deliveries."""

    title: str
    fields: tuple[FieldDocument, ...]
    """One with an empty label stands for the whole event, where only one of them has it."""


class ComparisonDocument(Struct, frozen=True):
    """What differs between two deliveries."""

    differences: tuple[DifferenceDocument, ...]
    events: tuple[ComparedEventDocument, ...]
    more_events: int
    """Those that differ and are left out."""


class RowsEvent(Struct, frozen=True):
    """What arrived: the newest of it that fit, and how many fit and did not."""

    rows: tuple[RowDocument, ...]
    newest_id: int
    fitting: int
    hidden: int


class ProblemDocument(Struct, frozen=True):
    """Why something was refused or could not be done."""

    code: str
    message: str
    hint: str | None
    confirm: str | None = None
    """What the user has to agree to first."""


class ConclusionDocument(Struct, frozen=True):
    """The answer of `why`."""

    conclusion: Raw
