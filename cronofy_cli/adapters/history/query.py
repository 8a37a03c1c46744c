"""What may be asked of the history, as conditions of an SQL query. Values are always parameters, never text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.signature import SignatureState

Condition = tuple[str, str | int]
"""A fragment with one `?`, and the value that it stands for."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which deliveries are wanted. What is None does not matter."""

    type: str | None = None
    signature: SignatureState | None = None

    def conditions(self) -> Iterator[Condition]:
        """Yield what a delivery has to fulfil, all of it."""
        if self.type is not None:
            yield "type = ?", self.type
        if self.signature is not None:
            yield "signature = ?", self.signature.value


EVERYTHING = Criteria()
"""No condition at all."""


def where(conditions: list[Condition]) -> tuple[str, list[str | int]]:
    """Return the WHERE clause (empty without conditions) and its parameters."""
    if not conditions:
        return "", []
    return "WHERE " + " AND ".join(condition for condition, _ in conditions), [value for _, value in conditions]
