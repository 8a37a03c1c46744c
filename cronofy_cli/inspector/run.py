"""One run of the inspector: what it is made of, started and ended in order."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.history import open_history
from cronofy_cli.inspector.feed import Feed
from cronofy_cli.inspector.indexing import Indexing
from cronofy_cli.inspector.run_state import RunState
from cronofy_cli.inspector.server import InspectorServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.worker import OnFailed, Worker
    from cronofy_cli.inspector.around import Around

_STOP_LIMIT_S: Final = 2.0


class InspectorRun:
    """On entering it the page can be opened; on leaving everything has ended."""

    def __init__(self, around: Around, on_failed: OnFailed, *, port: int = 0, source: BinaryIO | None = None) -> None:
        """`source` is where a run of `listen` says how it is; while it does, it also fills the search index."""
        self._around = around
        self._on_failed = on_failed
        self._source = source
        self._stack = ExitStack()
        self._state = RunState(around)
        feed = Feed(around, self._state, on_failed)
        self._server = InspectorServer(around, self._state, feed, on_failed, port=port)
        self._feed = feed

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            CronofyError: the history cannot be read, or the port not be used.
        """
        try:
            # What a burst has left is moved once, and a history of another release is noticed here.
            open_history(self._around.history, read_only=True).close()
            self._start(self._feed)
            if self._source is None:
                self._start(Indexing(self._around, self._open_for_index, self._on_failed))
            self._start(self._server)
        except BaseException:  # an interrupt too must end what was started
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        """The page's address, with the token."""
        return self._server.url

    def follow_source(self, on_end: Callable[[], None]) -> None:
        """Listen to what the run of `listen` says; `on_end` is called when that ends."""
        source = self._source
        assert source is not None

        def read() -> None:
            for line in source:
                self._state.take(line)
            on_end()

        threading.Thread(target=read, name="cronofy-inspector-source", daemon=True).start()

    def _open_for_index(self) -> History:
        return open_history(self._around.history, survives_power_cut=False)

    def _start(self, worker: Worker) -> None:
        """Start a worker that ends with the run. Its end comes first: an interrupt may come before its start."""
        self._stack.callback(worker.stop, _STOP_LIMIT_S)
        worker.start()
