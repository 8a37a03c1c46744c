"""A thread with one owner, who starts it and stops it, and who learns of whatever ends it.

Everything that runs beside the main thread of a run is such a worker, so that the rules hold in one place: it can be
stopped in any state, it opens and closes what belongs to it, and it never ends without a word.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import PurePath
from queue import SimpleQueue
from threading import Event, Lock, Thread
from traceback import extract_tb

from cronofy_cli.errors import CronofyError, WorkerFailed

OnFailed = Callable[[CronofyError], None]
"""Is called on the worker's thread, at most once, with what ended it too early."""


class Worker(ABC):
    """Works on a thread of its own between `start` and `stop`.

    A subclass says in `_work` what it does until `_ending` is set, in `_open` what it needs that belongs to its thread
    alone, such as an SQLite connection, and in `_wake` what ends its waiting.

    To be safe against an interrupt between the two, have `stop` called at the end first, then call `start`.
    """

    def __init__(self, name: str, on_failed: OnFailed) -> None:
        """`name` says in messages what it is; `on_failed` has to end the run, or to make it known that it is broken."""
        self._name = name
        self._on_failed = on_failed
        self._ending = Event()
        """Whether the end was asked for: finish what is waiting."""
        self._abandoned = Event()
        """Whether the wait for the end is over: leave what is queued."""
        self._lock = Lock()
        self._opened: SimpleQueue[BaseException | None] = SimpleQueue()
        self._has_entered = False
        # A daemon: what hangs on something outside must not keep the program from ending.
        self._thread = Thread(target=self._run, name=f"cronofy-{name.replace(' ', '-')}", daemon=True)

    def start(self) -> None:
        """Begin, once; on return everything is open that belongs to the thread.

        Raises:
            CronofyError: it cannot be opened, and nothing goes on.
        """
        self._thread.start()
        failure = self._opened.get()
        if failure is not None:
            raise failure

    def stop(self, limit_s: float) -> bool:
        """Ask for the end, wait for it within the limit, and return whether it has come. Harmless in any state."""
        self._ending.set()
        self._wake()
        has_ended = self.wait(limit_s)
        self._abandoned.set()
        return has_ended

    def wait(self, limit_s: float) -> bool:
        """Let it end by itself within the limit, and return whether it has, or never began."""
        with self._lock:
            has_entered = self._has_entered
        if has_entered:
            self._thread.join(limit_s)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether it works. One that hangs on something outside may do so for a while after `stop`."""
        return self._thread.is_alive()

    def _open(self, stack: ExitStack) -> None:  # noqa: B027 - most need nothing
        """Open what belongs to the thread; the stack closes it there at the end."""

    @abstractmethod
    def _work(self) -> None:
        """Do the work, until the end is asked for and nothing waits, or it is abandoned."""

    def _wake(self) -> None:  # noqa: B027 - one that never waits for long needs nothing
        """End the waiting of `_work`: something is to be done, or the end is asked for. Called on any thread."""

    def _run(self) -> None:
        with self._lock:
            # An interrupt can come between the start of the thread and the first line here; then it is not joined.
            if self._ending.is_set():
                self._opened.put(None)
                return
            self._has_entered = True
        is_open = False
        try:
            with ExitStack() as stack:
                self._open(stack)
                is_open = True
                self._opened.put(None)
                self._work()
        except BaseException as error:  # noqa: BLE001 - the thread's border: whatever it is, it is reported
            if not is_open:
                self._opened.put(error)
            elif not self._abandoned.is_set():
                self._on_failed(self._explained(error))

    def _explained(self, error: BaseException) -> CronofyError:
        if isinstance(error, CronofyError):
            return error
        frame = extract_tb(error.__traceback__)[-1]
        place = f"{PurePath(frame.filename).name}:{frame.lineno}"
        failed = WorkerFailed(f"{self._name} failed: {type(error).__name__}: {error} ({place})")
        failed.__cause__ = error
        return failed
