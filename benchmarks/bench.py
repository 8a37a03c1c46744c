"""What every measurement is given: the programs, a folder of its own, and how much patience there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.pairs import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.installation import Programs


@dataclass(frozen=True, slots=True)
class Bench:
    """The place where something is measured."""

    programs: Programs
    folder: Path
    """Empty, and the home of all that runs here."""
    quick: bool

    def rounds(self, thorough: int) -> int:
        """Return how many rounds to run: as many as it takes, or a few."""
        return max(thorough // 4, 1) if self.quick else thorough

    def environment(self, **additions: str) -> dict[str, str]:
        """Return a clean environment whose home is the folder."""
        return clean_environment(self.folder, **additions)
