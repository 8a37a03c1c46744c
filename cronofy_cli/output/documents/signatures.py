"""Signatures as documents: their making, their check, and the diagnosis of one that is not right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.core.autopsy.causes import Confidence, Family
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.output.documents.base import Document, Line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.autopsy.causes import Cause, Finding


class SignDocument(Document, frozen=True):
    """The header that `sign` makes for a body."""

    header: str
    value: str


class CauseDocument(Document, frozen=True):
    """A cause: its family, and what happened exactly, where the family leaves that open."""

    cause: Family
    detail: str | None


class VerifyDocument(Document, frozen=True):
    """Whether a signature is right, with which client secret, and if it is not, why not and how to fix it."""

    state: SignatureState
    secret: str | None
    cause: Family | None = None
    detail: str | None = None
    explanation: str | None = None
    hint: str | None = None
    confidence: Confidence | None = None
    evidence: tuple[str, ...] = ()
    also: tuple[CauseDocument, ...] = ()

    @classmethod
    def of(cls, state: SignatureState, finding: Finding) -> Self:
        """Return the document of a signature that is not right."""
        return cls(
            state=state,
            secret=finding.secret_label,
            cause=finding.cause.family,
            detail=finding.cause.detail,
            explanation=finding.explanation,
            hint=finding.hint,
            confidence=finding.confidence,
            evidence=finding.evidence,
            also=_causes(finding.also),
        )


class DiagnosisLine(Line, frozen=True, tag="diagnosis"):
    """Why the signature of a delivery is wrong or missing, while `listen` runs."""

    delivery_id: int | None
    cause: Family
    detail: str | None
    explanation: str
    hint: str
    confidence: Confidence
    secret: str | None
    evidence: tuple[str, ...]
    also: tuple[CauseDocument, ...]
    not_examined: int
    """How many more came too fast to be examined."""

    @classmethod
    def of(cls, delivery_id: int | None, finding: Finding, not_examined: int) -> Self:
        """Return the line of what was found about a delivery."""
        return cls(
            delivery_id=delivery_id,
            cause=finding.cause.family,
            detail=finding.cause.detail,
            explanation=finding.explanation,
            hint=finding.hint,
            confidence=finding.confidence,
            secret=finding.secret_label,
            evidence=finding.evidence,
            also=_causes(finding.also),
            not_examined=not_examined,
        )


def _causes(causes: Iterable[Cause]) -> tuple[CauseDocument, ...]:
    return tuple(CauseDocument(cause.family, cause.detail) for cause in causes)
