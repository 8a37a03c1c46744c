"""What was found, as lines of a table and as JSON. Nothing is measured here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTHS = (44, 10, 33, 10, 6, 7)
_HEADINGS = ("what", "ours", "against", "theirs", "ratio", "budget")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a ratio may be: at most `limit`, or at least that much."""

    limit: float
    is_least: bool = False

    def allows(self, ratio: float) -> bool:
        """Whether `ratio` keeps to it."""
        return ratio >= self.limit if self.is_least else ratio <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.is_least else '<='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A comparison: our number, theirs, and the median of the ratios of all rounds."""

    what: str
    ours: str
    against: str
    theirs: str
    ratio: float
    budget: Budget

    @property
    def is_kept(self) -> bool:
        """Whether the budget is."""
        return self.budget.allows(self.ratio)


@dataclass(frozen=True, slots=True)
class Omission:
    """A comparison that this machine cannot make. It breaks no budget."""

    what: str
    reason: str
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that nothing was promised about: to be compared with the same machine's others. It breaks no budget."""

    what: str
    ours: str
    is_kept: bool = True


Result = Finding | Omission | Figure


def within(what: str, value: float, limit: float, unit: str) -> Finding:
    """Return the comparison of a number with the most that it may be."""
    return Finding(what, f"{value:.1f} {unit}", "what it may be", f"{limit:g} {unit}", value / limit, Budget(1))


def heading() -> str:
    """Return the table's first line."""
    return _line(_HEADINGS)


def row(found: Result) -> str:
    """Return a line of the table."""
    if isinstance(found, Figure):
        return f"{found.what.ljust(_WIDTHS[0])}  {found.ours}"
    if isinstance(found, Omission):
        return f"{found.what.ljust(_WIDTHS[0])}  not measured: {found.reason}"
    cells = (found.what, found.ours, found.against, found.theirs, f"{found.ratio:.2f}", str(found.budget))
    return f"{_line(cells)}  {'kept' if found.is_kept else 'BROKEN'}"


def as_json(findings: Iterable[Result]) -> str:
    """Return everything as one document."""
    return json.dumps([asdict(found) | {"is_kept": found.is_kept} for found in findings], indent=2) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
