"""Results as documents, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.handler_check.case import DOCS_SITE, Importance
from cronofy_cli.handler_check.verdict import State
from cronofy_cli.output.documents.attempts import AttemptDocument
from cronofy_cli.output.documents.base import Document

if TYPE_CHECKING:
    from cronofy_cli.handler_check.verdict import Result


class ResultDocument(Document, frozen=True):
    """A case and how it ended, with each request that was made for it."""

    case: str
    state: State
    importance: Importance
    sent: str
    expected: str
    finding: str
    why: str
    hint: str | None
    docs: str
    attempts: tuple[AttemptDocument, ...]

    @classmethod
    def of(cls, result: Result) -> Self:
        """Return the document of a result."""
        case = result.case
        return cls(
            case=case.id,
            state=result.state,
            importance=case.importance,
            sent=case.sent,
            expected=case.expectation.words,
            finding=result.finding,
            why=case.reason.why,
            hint=result.hint,
            docs=DOCS_SITE + case.reason.docs,
            attempts=tuple(map(AttemptDocument.about, result.attempts)),
        )
