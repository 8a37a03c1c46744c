"""The parts of a `--where` expression, and what each means for a decoded JSON document.

A comparison holds if it does for any of the values that its path leads to; `!=` says that `==` does not hold, so it is
true of a field that is not there. Values of different kinds are never equal, and neither is less than the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

Scalar = str | int | float | bool | None
"""What a document's value is compared with."""


class EVERY(Enum):
    """A step to each element of an array, or each value of an object."""

    ELEMENT = "*"


class Operator(StrEnum):
    """How a value is compared."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    CONTAINS = "contains"


class Term(Protocol):
    """A part of an expression."""

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where in a document to look: names, positions, or each element."""

    steps: tuple[str | int | EVERY, ...]

    def values(self, document: object) -> list[object]:
        """Return what is there: nothing, one value, or several by way of each element."""
        found = [document]
        for step in self.steps:
            found = [value for parent in found for value in _below(parent, step)]
        return found


@dataclass(frozen=True, slots=True)
class Exists:
    """The path leads somewhere, be it to null."""

    path: Path

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        return bool(self.path.values(document))


@dataclass(frozen=True, slots=True)
class Truthy:
    """A path alone: it leads to something that is not null, false, zero or empty."""

    path: Path

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        return any(self.path.values(document))


@dataclass(frozen=True, slots=True)
class Compare:
    """A value of the document stands in this relation to a given one."""

    path: Path
    operator: Operator
    value: Scalar

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        values = self.path.values(document)
        if self.operator is Operator.NOT_EQUAL:
            return not any(_equal(value, self.value) for value in values)
        return any(_holds(value, self.operator, self.value) for value in values)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    term: Term

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        return not self.term.fits(document)


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    terms: tuple[Term, ...]

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        return all(term.fits(document) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    terms: tuple[Term, ...]

    def fits(self, document: object) -> bool:
        """Whether the document is as this part says."""
        return any(term.fits(document) for term in self.terms)


def _below(parent: object, step: str | int | EVERY) -> Iterator[object]:
    if isinstance(parent, dict):
        if step is EVERY.ELEMENT:
            yield from parent.values()
        elif step in parent:
            yield parent[step]
    elif isinstance(parent, list):
        if step is EVERY.ELEMENT:
            yield from parent
        elif isinstance(step, int) and -len(parent) <= step < len(parent):
            yield parent[step]


def _equal(value: object, wanted: Scalar) -> bool:
    if _is_number(value) and _is_number(wanted):
        return value == wanted
    return type(value) is type(wanted) and value == wanted


def _holds(value: object, operator: Operator, wanted: Scalar) -> bool:
    if operator is Operator.EQUAL:
        return _equal(value, wanted)
    if operator is Operator.CONTAINS:
        return _contains(value, wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        # RFC 3339 times in UTC are in the order of their texts.
        return _ordered(operator, (value > wanted) - (value < wanted))
    if _is_number(value) and _is_number(wanted):
        return _ordered(operator, (value > wanted) - (value < wanted))  # type: ignore[operator]  # both are numbers
    return False


def _ordered(operator: Operator, sign: int) -> bool:
    return {
        Operator.LESS: sign < 0,
        Operator.LESS_OR_EQUAL: sign <= 0,
        Operator.GREATER: sign > 0,
        Operator.GREATER_OR_EQUAL: sign >= 0,
    }[operator]


def _contains(value: object, wanted: Scalar) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    if isinstance(value, list):
        return any(_equal(element, wanted) for element in value)
    return isinstance(value, dict) and wanted in value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
