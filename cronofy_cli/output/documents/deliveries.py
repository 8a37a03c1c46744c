"""Deliveries as documents: stored ones, those that arrive, and what is different between two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self

from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import asdict

from cronofy_cli.core.notifications.delivery_diff import DifferencePart
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.documents.attempts import AppDocument, ForwardDocument
from cronofy_cli.output.documents.base import Document, Line, content_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.adapters.history import AppResult
    from cronofy_cli.adapters.history.moments import DeliveryTimes
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_diff import Difference
    from cronofy_cli.output.documents.attempts import ForwardAndHint

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class SignatureDocument(Document, frozen=True):
    """Whether Cronofy signed a delivery, and with which client secret."""

    state: SignatureState
    secret: str | None
    """Its label; null if none of the known ones signed it."""


class DeliveryDocument(Document, frozen=True):
    """A delivery as it was received, and our response. `body_base64` stands in place of a `body` that is not UTF-8.

    `imported_at` and `claimed_signature`, the result that the file named, are there for what came from a file.
    """

    id: int | None
    received_at: str
    type: str | None
    changes_since: str | None
    channel_id: str | None
    signature: SignatureDocument
    response_status: int | None
    """Null when it came too late: Cronofy waits 5 seconds."""
    data_center: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str | UnsetType = UNSET
    body_base64: str | UnsetType = UNSET
    imported_at: str | UnsetType = UNSET
    claimed_signature: SignatureState | UnsetType = UNSET

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return the document of a delivery."""
        request, notification = delivery.request, delivery.notification
        body = content_of(request.body)
        imported = delivery.imported
        return cls(
            id=delivery.id,
            received_at=to_utc_millis(request.received_at),
            type=notification.type,
            changes_since=notification.changes_since,
            channel_id=notification.channel_id,
            signature=SignatureDocument(delivery.verdict.state, delivery.verdict.secret_label),
            response_status=delivery.answer_status,
            data_center=delivery.context,
            method=request.method,
            target=_target(request.target),
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers),
            body=body.text,
            body_base64=body.base64,
            imported_at=UNSET if imported is None else to_utc_millis(imported.at),
            claimed_signature=UNSET if imported is None else imported.claimed,
        )


class ListedDelivery(DeliveryDocument, frozen=True, kw_only=True):
    """A stored delivery, and what the applications have made of it that it was to be forwarded to."""

    app: tuple[AppDocument, ...]

    @classmethod
    def with_results(cls, delivery: Delivery, results: Iterable[AppResult]) -> Self:
        """Return the document of a delivery and its results."""
        return cls(**asdict(DeliveryDocument.of(delivery)), app=tuple(map(AppDocument.of, results)))


class DeliveryLine(DeliveryDocument, Line, frozen=True, tag="delivery"):
    """A delivery that arrives while `listen` or `wait` runs."""


class ShownDelivery(DeliveryDocument, frozen=True, kw_only=True):
    """A stored delivery with all that is kept beside it. `events` is the read that followed it, as it was kept."""

    tags: tuple[str, ...]
    reconstructed: bool
    app: tuple[AppDocument, ...]
    forwards: tuple[ForwardDocument, ...]
    events: Raw | None
    recorded_at: str | None
    answered_at: str | None
    events_read_at: str | None

    @classmethod
    def with_all(
        cls,
        delivery: Delivery,
        *,
        tags: Iterable[str],
        is_reconstructed: bool,
        results: Iterable[AppResult],
        forwards: Iterable[ForwardAndHint],
        events: bytes | None,
        times: DeliveryTimes,
    ) -> Self:
        """Return the document of a delivery and of what belongs to it."""
        document = DeliveryDocument.of(delivery)
        return cls(
            **asdict(document),
            tags=tuple(tags),
            reconstructed=is_reconstructed,
            app=tuple(map(AppDocument.of, results)),
            forwards=tuple(ForwardDocument.of(forward, hint) for forward, hint in forwards),
            events=None if events is None else Raw(events),
            recorded_at=_time(times.recorded_at),
            answered_at=_time(times.answered_at),
            events_read_at=_time(times.events_read_at),
        )


class DifferenceDocument(Document, frozen=True):
    """One thing that is not the same in two deliveries; null where it is missing."""

    part: DifferencePart
    place: str
    before: str | None
    after: str | None

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """Return the document of a difference."""
        return cls(difference.part, difference.place, difference.before, difference.after)


class ImportedDocument(Document, frozen=True):
    """How many deliveries were imported, and how many were in the history already."""

    imported: int
    already_there: int


class PrunedDocument(Document, frozen=True):
    """How many deliveries were removed."""

    removed: int


class IndexedDocument(Document, frozen=True):
    """How many deliveries were indexed, and how many are still searched one by one."""

    indexed: int
    not_indexed: int


class TagDocument(Document, frozen=True):
    """A name of a delivery."""

    tag: str
    delivery_id: int


class TagRemovedDocument(Document, frozen=True):
    """A name that was removed."""

    removed_tag: str


class HistoryPathDocument(Document, frozen=True):
    """Where deliveries are kept."""

    path: str


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else to_utc_millis(moment)


def _target(target: str) -> str:
    """Return a target as JSON can hold it: bytes that are not UTF-8 as percent signs and digits."""
    return _SURROGATE.sub(lambda match: f"%{ord(match[0]) & 0xFF:02X}", target)
