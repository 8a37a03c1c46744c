"""A reporter that keeps what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Gap
    from cronofy_cli.errors import CronofyError


@dataclass
class Told:
    """What was reported."""

    ticks: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    troubles: list[CronofyError] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def tick(self, name: str, detail: str) -> None:
        """A step is done."""
        self.ticks.append((name, detail))

    def remark(self, text: str) -> None:
        """Something to know."""
        self.remarks.append(text)

    def trouble(self, error: CronofyError) -> None:
        """Something failed."""
        self.troubles.append(error)

    def gap(self, gap: Gap) -> None:
        """A gap is over."""
        self.gaps.append(gap)
