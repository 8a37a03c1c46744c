"""Bringing what was read into a copy, a page at a time: each event's newest state is put there, or the event removed,
and the difference noted.

A copy holds what Read Events would return for its window: an event that was deleted, moved out of it or left behind by
it is dropped. An occurrence of a series is an event like others: it has an `event_uid` of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event_changes import ChangeKind, compare
from cronofy_cli.core.fields import decode_object
from cronofy_cli.core.json_lines import one_line
from cronofy_cli.sync.change_log import Effect
from cronofy_cli.sync.event_row import event_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.copy.interface import Copy
    from cronofy_cli.sync.event_row import EventRow
    from cronofy_cli.sync.seen import Seen
    from cronofy_cli.sync.window import WindowRule


_AT_ONCE: Final = 500
"""Events that are removed at once."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the last run could see."""

    rule: WindowRule
    known_until: str | None

    def could_see(self, row: EventRow) -> bool:
        """Whether an event, as it is now, was or would have been visible to it, or has changed since."""
        return self.rule.holds(row) or (row.updated or "") >= (self.known_until or "9999")


class Merge:
    """One run's merging. Call it inside the copy's transaction. `seen` is what the read under way has brought."""

    def __init__(self, copy: Copy, seen: Seen, log: ChangeLog, rule: WindowRule, last_run: LastRun | None) -> None:
        """`rule` is that of the window now. A new copy has no last run."""
        self._copy = copy
        self._seen = seen
        self._log = log
        self._rule = rule
        self._last_run = last_run
        self.unreadable = 0
        """Items that are no events, or have no `event_uid`: no copy of them can be kept."""
        self.repeated = 0
        """Events that one read brought twice: a copy knows an event by its `event_uid`, and keeps the later one."""

    def take(self, page: Iterable[bytes]) -> None:
        """Take the newest states of a page's events."""
        rows = list(self._readable_rows(page))
        before = self._copy.find([row.event_uid for row in rows])
        after = dict(before)
        kept: dict[str, EventRow] = {}
        for row in rows:
            if self._take(row, after.get(row.event_uid)):
                after[row.event_uid] = row.json
                kept[row.event_uid] = row
            else:
                after.pop(row.event_uid, None)
        changed = [kept[uid] for uid, json in after.items() if before.get(uid) != json]
        self._copy.write(changed, [uid for uid in before if uid not in after])

    def begin_read(self) -> None:
        """Begin with another read: what the one before has brought is forgotten."""
        self._seen.begin_read()

    def drop_left_behind(self) -> None:
        """Drop what the window has left behind."""
        self._log.count(Effect.SLID_OUT, self._copy.drop_outside(self._rule))

    def drop_missing(self) -> None:
        """Drop what a read of the whole window has not brought: its deletion was never told."""
        # Only then: nothing may be written while they are read.
        missing = list(self._seen.missing(self._copy.event_uids()))
        for begin in range(0, len(missing), _AT_ONCE):
            some = missing[begin : begin + _AT_ONCE]
            for before in self._copy.find(some).values():
                self._note(before, msgspec.json.encode(decode_object(before) | {"deleted": True}))
            self._copy.write((), some)

    def _readable_rows(self, page: Iterable[bytes]) -> Iterator[EventRow]:
        for raw in page:
            row = event_row(one_line(raw))
            if not row.event_uid:
                self.unreadable += 1
                continue
            if not self._seen.note(row.event_uid):
                self.repeated += 1
            yield row

    def _take(self, row: EventRow, before: bytes | None) -> bool:
        """Note what becomes of an event, and return whether the copy has it from now on."""
        if row.deleted or not self._rule.holds(row):
            if before is not None and not self._note(before, row.json):
                self._log.count(Effect.SLID_OUT)
            return False
        if before is None:
            self._note_new(row)
        elif before != row.json:
            self._note(before, row.json)
        return True

    def _note_new(self, row: EventRow) -> None:
        if self._last_run is None:
            self._log.count(Effect.ADDED)
            return
        change = compare(None, row.json)
        assert change is not None, "an event that was not known is a change"
        kind = ChangeKind.ADDED if self._last_run.could_see(row) else ChangeKind.FIRST_SEEN
        self._log.add(replace(change, kind=kind))

    def _note(self, before: bytes, after: bytes) -> bool:
        change = compare(before, after)
        if change is not None:
            self._log.add(change)
        return change is not None
