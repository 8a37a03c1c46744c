"""Filling the search index of the history that is there, where no run of `listen` has brought the inspector along.

The history may come later than the inspector, go, and be replaced; a run that records in it fills the index itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.indexing import BLOCK
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.inspector.lasting_reader import LastingReader
from cronofy_cli.receiver.bookkeeper import Bookkeeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.inspector.around import Around

_LOOK_S: Final = 1.0
_STOP_LIMIT_S: Final = 2.0


class Indexing(Worker):
    """Has a bookkeeper for the history that is there, as long as it stays."""

    def __init__(self, around: Around, open_history: Callable[[], History], on_failed: OnFailed) -> None:
        """`open_history` is to open one that need not survive a power cut."""
        super().__init__("inspector's indexing", on_failed)
        self._around = around
        self._open_history = open_history
        self._on_failed = on_failed
        self._bookkeeper: Bookkeeper | None = None
        self._replaced = 0
        self._unindexed = 0

    def _work(self) -> None:
        try:
            with LastingReader(self._around) as reader:
                while not self._ending.is_set():
                    self._look(reader)
                    self._ending.wait(_LOOK_S)
        finally:
            self._let_go()

    def _look(self, reader: LastingReader) -> None:
        try:
            history = reader.history()
            if reader.replaced != self._replaced:
                self._replaced = reader.replaced
                self._let_go()
            if history.is_stored:
                self._fill(history)
        except HistoryUnavailable:
            # The pages say so. It is tried again at the next look.
            return

    def _fill(self, history: History) -> None:
        if self._bookkeeper is None:
            bookkeeper = Bookkeeper(self._open_history, self._on_failed)
            bookkeeper.start()
            self._bookkeeper = bookkeeper
        before, self._unindexed = self._unindexed, history.search.unindexed()
        # What a run has recorded it indexes itself; what nobody has indexed since the last look is done here.
        if BLOCK <= before <= self._unindexed:
            self._bookkeeper.look_again()

    def _let_go(self) -> None:
        if self._bookkeeper is not None:
            self._bookkeeper.stop(_STOP_LIMIT_S)
            self._bookkeeper = None
