"""What a search index consists of, wherever it is kept.

An entry stands for a block of deliveries, not for one: what they share, such as their headers' names, is written once,
and what a block claims to hold is looked up in the history in any case. Only the set of trigrams is kept, of bytes: a
text is in none of the deliveries of a block that lacks one of its trigrams.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.sqlite import Trouble

Span = tuple[int, int]
"""The first and the last number of deliveries in a row."""

_MOST_TRIGRAMS: Final = 12
"""Of a text, taken from all over it: each costs a look at every block that has it, and more hardly exclude another."""
_SEPARATORS: Final = b"\0\n"
"""No trigram with one of them is asked for: a NUL ends a text for FTS5, and a line feed stands between two texts."""


class Stream(StrEnum):
    """What is indexed, each in the order of its numbers."""

    DELIVERIES = "deliveries"
    EVENT_READS = "event_reads"
    FORWARDS = "forwards"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a stream is indexed: the number of its last row, and what tells this row from another of that number."""

    upto: int = 0
    stamp: int | None = None


class IndexUnavailable(CronofyError):
    """The index cannot be used: it is not there, not supported, locked or damaged. What it holds is in the history."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        self.trouble = trouble
        super().__init__(f"the search index cannot be used: {words}")


class Index(Protocol):
    """An open index, used by one thread at a time."""

    def close(self) -> None:
        """Let go of it."""

    def writing(self) -> AbstractContextManager[None]:
        """Write everything inside the block, or nothing of it, and be the only one to write."""

    def reading(self) -> AbstractContextManager[None]:
        """Have what is read inside the block fit together: marks first, then spans."""

    def marks(self) -> dict[Stream, Mark]:
        """Return how far each stream is indexed."""

    def set_mark(self, stream: Stream, mark: Mark) -> None:
        """Keep how far a stream is indexed."""

    def add(self, span: Span, parts: Iterable[bytes]) -> None:
        """Index what belongs to the deliveries of a span."""

    def spans(self, texts: Sequence[bytes]) -> list[Span] | None:
        """Return where one of the texts may be; None when the index cannot tell, because one is too short."""

    def blocks(self) -> list[tuple[int, int, int]]:
        """Return the number, the first and the last delivery of each block."""

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove blocks."""

    def clear(self) -> None:
        """Forget everything: it is indexed again."""


def asked_trigrams(text: bytes) -> list[bytes]:
    """Return the trigrams to look for in the place of a text; none for one that has none."""
    trigrams = dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2))
    asked = [trigram for trigram in trigrams if not any(each in trigram for each in _SEPARATORS)]
    return asked[:: -(-len(asked) // _MOST_TRIGRAMS) or 1]
