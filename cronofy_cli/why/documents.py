"""What `why` concludes, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.core.checks import grouped
from cronofy_cli.output.documents.base import Document
from cronofy_cli.why.conclusion import CauseCode, ConclusionState, Likelihood

if TYPE_CHECKING:
    from cronofy_cli.why.conclusion import Conclusion, ProbableCause


class CauseDocument(Document, frozen=True):
    """A cause. `subject` is null where it concerns everything."""

    code: CauseCode
    likelihood: Likelihood
    subject: str | None
    sentence: str
    hint: str
    evidence: dict[str, str | list[str]]
    """A fact that occurs several times has all its values in an array."""

    @classmethod
    def of(cls, cause: ProbableCause) -> Self:
        """Return the document of a cause."""
        return cls(
            cause.code, cause.likelihood, cause.subject or None, cause.sentence, cause.hint, grouped(cause.evidence)
        )


class CheckedDocument(Document, frozen=True):
    """Something that was checked."""

    what: str
    finding: str


class NotCheckedDocument(Document, frozen=True):
    """Something that could not be checked. `hint` is null where nothing would make it possible."""

    what: str
    reason: str
    hint: str | None


class ConclusionDocument(Document, frozen=True):
    """Everything that `why` prints."""

    verdict: ConclusionState
    causes: tuple[CauseDocument, ...]
    worth_knowing: tuple[CauseDocument, ...]
    checked: tuple[CheckedDocument, ...]
    not_checked: tuple[NotCheckedDocument, ...]

    @classmethod
    def of(cls, conclusion: Conclusion) -> Self:
        """Return the document of a conclusion."""
        return cls(
            conclusion.state,
            tuple(map(CauseDocument.of, conclusion.causes)),
            tuple(map(CauseDocument.of, conclusion.worth_knowing)),
            tuple(CheckedDocument(each.what, each.finding) for each in conclusion.checked),
            tuple(NotCheckedDocument(each.what, each.reason, each.hint or None) for each in conclusion.not_checked),
        )
