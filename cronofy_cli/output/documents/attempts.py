"""Requests to an application and what came of them, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from cronofy_cli.core.failure import Failure
from cronofy_cli.core.replay_verdict import ReplayVerdict
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.documents.base import Document, Line, content_of

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import AppResult, Forward
    from cronofy_cli.core.attempt import Attempt

ForwardAndHint = tuple["Forward", str | None]
"""An attempt to hand a delivery to a target, and what to look at if it did not go well."""
ForwardAndVerdict = tuple["Forward", "str | None", "ReplayVerdict | None"]
"""A replay, what to look at, and how it compares with the last attempt at the same target."""


class AttemptDocument(Document, frozen=True):
    """A request, and its response or why there is none.

    `response_body_base64` stands in place of a `response_body` that is not UTF-8.
    """

    started_at: str
    duration_ms: float
    address: str | None
    succeeded: bool
    status: int | None
    failure: Failure | None
    reason: str | None
    hint: str | None
    response_head: str
    response_body_is_cut: bool
    response_body: str | UnsetType = UNSET
    response_body_base64: str | UnsetType = UNSET

    @classmethod
    def about(cls, attempt: Attempt, hint: str | None = None) -> AttemptDocument:
        """Return the document of an attempt, with what to look at."""
        body = content_of(attempt.answer_body)
        return AttemptDocument(
            started_at=to_utc_millis(attempt.started_at),
            duration_ms=round(attempt.duration_ms, 3),
            address=attempt.address,
            succeeded=attempt.succeeded,
            status=attempt.status,
            failure=attempt.failure,
            reason=attempt.reason,
            hint=hint,
            response_head=attempt.answer_head.decode("latin-1"),
            response_body_is_cut=attempt.is_cut,
            response_body=body.text,
            response_body_base64=body.base64,
        )


class ForwardDocument(AttemptDocument, frozen=True, kw_only=True):
    """An attempt to hand a delivery to an application; `attempt` counts from 1. A `replay` was sent again by hand."""

    delivery_id: int
    target: str
    attempt: int
    replay: bool

    @classmethod
    def of(cls, forward: Forward, hint: str | None) -> Self:
        """Return the document of a forward."""
        attempt = AttemptDocument.about(forward.attempt, hint)
        return cls(
            **asdict(attempt),
            delivery_id=forward.delivery_id,
            target=forward.target,
            attempt=forward.number,
            replay=forward.is_replay,
        )


class ReplayDocument(ForwardDocument, frozen=True, kw_only=True):
    """A replay, and how it compares with the last attempt at the same target; null without one."""

    verdict: ReplayVerdict | None

    @classmethod
    def judged(cls, forward: Forward, hint: str | None, verdict: ReplayVerdict | None) -> Self:
        """Return the document of a replay."""
        return cls(**asdict(ForwardDocument.of(forward, hint)), verdict=verdict)


class AppDocument(Document, frozen=True):
    """What an application has made of a delivery at last; while it is `waiting` to be sent, nothing yet."""

    target: str
    status: int | None
    failure: Failure | None
    waiting: bool
    replay: bool

    @classmethod
    def of(cls, result: AppResult) -> Self:
        """Return the document of a result."""
        return cls(result.target, result.status, result.failure, result.is_waiting, result.is_replay)


class ForwardLine(ForwardDocument, Line, frozen=True, kw_only=True, tag="forward"):
    """A forward while `listen` runs, and when it is tried again. A `late` one was sent when the target came back."""

    retried_in_s: float | None = None
    late: bool = False

    @classmethod
    def live(cls, forward: Forward, hint: str | None, retried_in_s: float | None, *, late: bool) -> Self:
        """Return the line of a forward that is over just now."""
        return replace(cls.of(forward, hint), retried_in_s=retried_in_s, late=late)


class TriggeredDocument(AttemptDocument, frozen=True, kw_only=True):
    """A notification that was sent by hand."""

    number: int
    type: str
    target: str
