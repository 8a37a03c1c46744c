"""What a run has changed in the copy: counts, and each change as JSON, told when the run has succeeded.

However many changes there are, only the first ones are held in memory.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.output.documents.events import EventChangeDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.events.event_changes import EventChange

_HELD_BYTES: Final = 4 * 1024 * 1024
_HELD_CHANGES: Final = 1000
"""Far more than a person is shown: the occurrences of a series are one line."""


class Effect(StrEnum):
    """What became of an event of the copy."""

    ADDED = "added"
    MOVED = "moved"
    """Perhaps out of the window, and so out of the copy."""
    CHANGED = "changed"
    REMOVED = "removed"
    SLID_IN = "slid_in"
    """The window reached it as time passed; the calendar is the same."""
    SLID_OUT = "slid_out"


CALENDAR_EFFECTS: Final = (Effect.ADDED, Effect.MOVED, Effect.CHANGED, Effect.REMOVED)
"""Those that are changes of the calendar."""
_EFFECTS: Final = {
    ChangeKind.ADDED: Effect.ADDED,
    ChangeKind.MOVED: Effect.MOVED,
    ChangeKind.CHANGED: Effect.CHANGED,
    ChangeKind.REMOVED: Effect.REMOVED,
    ChangeKind.FIRST_SEEN: Effect.SLID_IN,
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events each thing happened to."""

    added: int = 0
    moved: int = 0
    changed: int = 0
    removed: int = 0
    slid_in: int = 0
    slid_out: int = 0

    @property
    def has_changes(self) -> bool:
        """Whether the calendar changed; that time passed is no change of it."""
        return bool(self.added or self.moved or self.changed or self.removed)


class ChangeLog:
    """Takes changes while the copy is written. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._counter: Counter[Effect] = Counter()
        self._lines = tempfile.SpooledTemporaryFile(_HELD_BYTES)  # noqa: SIM115 - closed by close()
        self.first: list[EventChange] = []
        """The first changes of the calendar, for people."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def count(self, effect: Effect, number: int = 1) -> None:
        """Count what is not told one by one."""
        self._counter[effect] += number

    def add(self, change: EventChange) -> None:
        """Take a change; a first seen event is one that slid into the window."""
        effect = _EFFECTS[change.kind]
        self.count(effect)
        self._lines.write(EventChangeDocument.of(change).encode() + b"\n")
        if effect in CALENDAR_EFFECTS and len(self.first) < _HELD_CHANGES:
            self.first.append(change)

    @property
    def counts(self) -> Counts:
        """What happened until now."""
        return Counts(**{effect.value: number for effect, number in self._counter.items()})

    def lines(self) -> Iterator[bytes]:
        """Yield each change as a line of JSON."""
        self._lines.seek(0)
        yield from self._lines
