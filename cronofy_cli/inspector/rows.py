"""Deliveries as rows of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.attempt import CRONOFY_LIMIT_S
from cronofy_cli.core.signature import NOT_FROM_CRONOFY
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.inspector.changes import change_sentence
from cronofy_cli.inspector.documents import GapDocument, RowDocument

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import AppResult, Gap, History
    from cronofy_cli.core.notifications.deliveries import Delivery

_ANSWERED_IN_TIME_MS = CRONOFY_LIMIT_S * 1000


def rows_of(history: History, deliveries: Sequence[Delivery], now: datetime) -> tuple[RowDocument, ...]:
    """Return the rows of deliveries, in their order. `now` is in the zone of who looks.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    if not deliveries:
        return ()
    numbers = [delivery.id or 0 for delivery in deliveries]
    results = history.forwards.results(numbers)
    took_ms = history.forwards.durations_ms(numbers)
    tags = history.tags.between(min(numbers), max(numbers))
    reads = history.events_of_many(numbers)
    made_up = history.reconstructed_among(numbers)
    return tuple(
        _row(
            delivery,
            results.get(number, ()),
            took_ms.get(number),
            _what(delivery, reads.get(number), now),
            tags=tuple(tags.get(number, ())),
            is_reconstructed=number in made_up,
        )
        for number, delivery in zip(numbers, deliveries, strict=True)
    )


def gap_document(gap: Gap) -> GapDocument:
    """Return a gap as the page has it."""
    return GapDocument(to_utc_millis(gap.started), to_utc_millis(gap.ended), gap.reason)


def _row(
    delivery: Delivery,
    results: Sequence[AppResult],
    app_ms: float | None,
    what: tuple[str, str],
    *,
    tags: tuple[str, ...],
    is_reconstructed: bool,
) -> RowDocument:
    notification = delivery.notification
    worst = min(results, key=lambda result: (result.succeeded, result.is_waiting), default=None)
    is_late = app_ms is not None and app_ms > _ANSWERED_IN_TIME_MS
    has_failed = worst is not None and not (worst.succeeded or worst.is_waiting)
    mark, words = what
    return RowDocument(
        id=delivery.id or 0,
        received_at=to_utc_millis(delivery.request.received_at),
        type=notification.type,
        is_json=notification.is_json,
        signature=delivery.verdict.state.value,
        secret=delivery.verdict.secret_label,
        channel_id=notification.channel_id,
        response_status=delivery.answer_status,
        app=None if worst is None else worst.text,
        app_ok=worst is not None and worst.succeeded,
        app_waiting=worst is not None and worst.is_waiting,
        app_ms=app_ms,
        what=words,
        mark=mark,
        tags=tags,
        imported=delivery.imported is not None,
        reconstructed=is_reconstructed,
        needs_look=delivery.verdict.state in NOT_FROM_CRONOFY or has_failed or is_late or not delivery.is_accepted,
    )


def _what(delivery: Delivery, read: bytes | None, now: datetime) -> tuple[str, str]:
    if read is not None:
        assert now.tzinfo is not None
        return change_sentence(read, now.tzinfo, now.date())
    if delivery.verdict.state in NOT_FROM_CRONOFY and delivery.notification.is_json:
        return "", "Cronofy has not signed it; the details say why"
    if not delivery.notification.is_json:
        return "", f"{len(delivery.request.body)} bytes that are not JSON"
    if delivery.notification.type == "change" and delivery.notification.changes_since:
        return "", f"since {delivery.notification.changes_since}"
    return "", delivery.notification.channel_id or ""
