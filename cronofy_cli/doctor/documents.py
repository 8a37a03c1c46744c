"""A check of `doctor` as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.core.checks import CheckState, grouped
from cronofy_cli.output.documents.base import Document

if TYPE_CHECKING:
    from cronofy_cli.core.checks import Check


class CheckDocument(Document, frozen=True):
    """How one check ended. `code`, `meaning` and `hint` are null where nothing is wrong."""

    check: str
    state: CheckState
    subject: str | None
    finding: str
    code: str | None
    meaning: str | None
    hint: str | None
    evidence: dict[str, str | list[str]]
    """A fact that occurs several times has all its values in an array."""

    @classmethod
    def of(cls, check: Check) -> Self:
        """Return the document of a check."""
        return cls(
            check.name,
            check.state,
            check.subject or None,
            check.finding,
            check.code or None,
            check.meaning or None,
            check.hint or None,
            grouped(check.evidence),
        )
