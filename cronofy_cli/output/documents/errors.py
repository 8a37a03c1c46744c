"""An error as a document: one JSON line on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import UNSET, UnsetType

from cronofy_cli.core.text import clean_lines
from cronofy_cli.errors import InvalidRequest
from cronofy_cli.output.documents.base import Document

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError


class FieldProblem(Document, frozen=True):
    """What Cronofy says is wrong with a field of a request."""

    key: str
    description: str


class ErrorDocument(Document, frozen=True):
    """An error: its stable code, one sentence, and how to fix it. `fields` stands with a request that was refused."""

    code: str
    message: str
    hint: str | None
    docs: str | None
    fields: dict[str, tuple[FieldProblem, ...]] | UnsetType = UNSET

    @classmethod
    def of(cls, error: CronofyError) -> Self:
        """Return the document of an error."""
        return cls(
            code=error.code,
            message=clean_lines(error.message),
            hint=error.hint,
            docs=error.docs,
            fields=_fields(error) if isinstance(error, InvalidRequest) else UNSET,
        )


def _fields(error: InvalidRequest) -> dict[str, tuple[FieldProblem, ...]]:
    return {
        field: tuple(FieldProblem(key, description) for key, description in problems)
        for field, problems in error.fields.items()
    }
