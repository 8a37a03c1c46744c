"""What is new, for the pages that are open.

SQLite says at the price of reading a page of memory whether another connection has written. Nothing is asked of the
listener, and nothing of the disk while no page is open. In a burst pages hear of it a few times a second, and what
several pages want to know is worked out once.
"""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.inspector.documents import RowsEvent
from cronofy_cli.inspector.lasting_reader import LastingReader
from cronofy_cli.inspector.listing import matching
from cronofy_cli.inspector.rows import rows_of

if TYPE_CHECKING:
    from contextlib import ExitStack

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.inspector.around import Around
    from cronofy_cli.inspector.filters import Filter
    from cronofy_cli.inspector.run_state import RunState

_LOOK_S: Final = 0.05
_CALM_S: Final = 0.1
_BURST_S: Final = 0.6
_BURST: Final = 20
"""As many new deliveries since the last look are a burst."""
_LOCKED_S: Final = 1.0
MOST_ROWS: Final = 40
_LOOKED_AT: Final = 2_000
"""Of what has arrived since the page last heard; it begins again if there was more."""
_LESS_OFTEN: Final = 20
"""Looks between two at the journal's processes, one of which may have died, and at the file through a new connection:
one that is open does not notice what was written over it."""
_Version = tuple[int, int] | None


class Feed(Worker):
    """Notices changes while somebody waits for them."""

    def __init__(self, around: Around, run_state: RunState, on_failed: OnFailed) -> None:
        super().__init__("inspector's feed", on_failed)
        self._around = around
        self._run_state = run_state
        self._changed = Condition()
        self._waiting = 0
        self._events: dict[tuple[str, int, int], RowsEvent] = {}
        self.data_version = 0
        """Grows with each change of the history."""
        self.state_version = 0
        """Grows when the state of the run may be another one."""
        self.newest_id = 0
        self.replaced = 0
        """Grows when the history is another one than before."""
        self.problem: HistoryUnavailable | None = None
        """Why the history cannot be read."""

    def wait_for_news(self, data_version: int, state_version: int, limit_s: float) -> bool:
        """Wait until one of the versions is another one, and return whether it is within the limit."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(
                    lambda: (
                        self._ending.is_set()
                        or (self.data_version, self.state_version) != (data_version, state_version)
                    ),
                    limit_s,
                )
            finally:
                self._waiting -= 1

    def rows_since(self, history: History, wanted: Filter, after: int, newest_id: int) -> RowsEvent:
        """Return what has arrived after a delivery up to another, as a filter has it.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        key = (wanted.command, after, newest_id)
        known = self._events.get(key)
        if known is not None:
            return known
        arrived = newest_id - after
        looked_at = MOST_ROWS if wanted.is_everything else _LOOKED_AT
        first_id = max(after, newest_id - looked_at) + 1
        found = [each for part in history.between(first_id, newest_id, criteria=wanted.criteria) for each in part]
        fitting = matching(found, wanted)
        count = arrived if wanted.is_everything else len(fitting)
        shown = fitting[-MOST_ROWS:][::-1]
        event = RowsEvent(rows_of(history, shown, self._around.now()), newest_id, count, max(arrived - count, 0))
        self._events = {key: event, **{k: v for k, v in self._events.items() if k[2] == newest_id}}
        return event

    @property
    def has_ended(self) -> bool:
        """Whether no more is noticed."""
        return self._ending.is_set()

    def _open(self, stack: ExitStack) -> None:
        self._reader = stack.enter_context(LastingReader(self._around))
        self.newest_id = self._reader.history().newest_id()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        seen: _Version = None
        state, looks = self._run_state.changed_at(), 0
        while not self._ending.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending.is_set())
            looks += 1
            is_due = looks % _LESS_OFTEN == 0
            if (now := self._run_state.changed_at()) != state or is_due:
                state = now
                self._report(state=1)
            try:
                if is_due:
                    self._around.reading().close()
                pause_s, seen = self._look(seen)
            except HistoryUnavailable as error:
                pause_s, looks, seen = _LOCKED_S, -1, None
                self._report(data=int(self.problem is None), problem=error)
            self._ending.wait(pause_s)

    def _look(self, seen: _Version) -> tuple[float, _Version]:
        version = self._reader.version()
        if version == seen:
            return _LOOK_S, seen
        newest_id = self._reader.history().newest_id()
        arrived = newest_id - self.newest_id
        self.newest_id = newest_id
        if self.replaced != self._reader.replaced:
            self._events = {}
            self.replaced = self._reader.replaced
        self._report(data=1)
        return (_BURST_S if arrived >= _BURST else _CALM_S), version

    def _report(self, *, data: int = 0, state: int = 0, problem: HistoryUnavailable | None = None) -> None:
        with self._changed:
            self.problem = problem if data or problem is not None else self.problem
            self.data_version += data
            self.state_version += state
            self._changed.notify_all()
