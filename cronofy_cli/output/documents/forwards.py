"""Attempts to hand a delivery to an application, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import UNSET, UnsetType

from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.documents.base import Document, content_of

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward


class ForwardDocument(Document, frozen=True):
    """An attempt and the response. `response_body_base64` stands in place of an `response_body` that is not UTF-8."""

    delivery_id: int
    target: str
    attempt: int
    started_at: str
    duration_ms: float
    address: str | None
    succeeded: bool
    status: int | None
    failure: str | None
    reason: str | None
    response_head: str
    response_body_is_cut: bool
    response_body: str | UnsetType = UNSET
    response_body_base64: str | UnsetType = UNSET

    @classmethod
    def of(cls, forward: Forward) -> Self:
        """Return the document of an attempt."""
        body = content_of(forward.answer_body)
        return cls(
            delivery_id=forward.delivery_id,
            target=forward.target,
            attempt=forward.attempt,
            started_at=to_utc_millis(forward.started_at),
            duration_ms=round(forward.duration_ms, 3),
            address=forward.address,
            succeeded=forward.succeeded,
            status=forward.status,
            failure=forward.failure,
            reason=forward.reason,
            response_head=forward.answer_head.decode("latin-1"),
            response_body_is_cut=forward.is_cut,
            response_body=body.text,
            response_body_base64=body.base64,
        )
