"""`listen --inspect`: the inspector in a process of its own, so that no page that is open delays an answer.

It ends when its stdin does, so it never outlives this run, however that ends. It is told how the run is, a line at each
change.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.errors import WorkerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.condition import Condition
    from cronofy_cli.listen.live.screen import LiveScreen
    from cronofy_cli.listen.reporter import Reporter

_START_LIMIT_S: Final = 15.0
_END_LIMIT_S: Final = 3.0
_LOOK_S: Final = 0.3
STOP_LIMIT_S: Final = 5.0


def _open_page(url: str, reporter: Reporter, number: int) -> None:
    """Open the page at a delivery, or for 0 at none."""
    from cronofy_cli.adapters.oauth.browser import open_browser

    address = f"{url}&id={number}" if number else url
    open_browser(address, lambda: reporter.remark(f" no browser could be started: open {url}"))


class _Opened(msgspec.Struct):
    """What it prints first."""

    url: str


class InspectorProcess(Worker):
    """Runs `cronofy inspect` beside this run. That it fails, or ends, does not end the run."""

    def __init__(
        self,
        environment: Mapping[str, str],
        options: Sequence[str],
        condition: Callable[[], Condition],
        on_trouble: Callable[[CronofyError], None],
    ) -> None:
        """`options` are those that chose context and data center. `on_trouble` hears when it has ended."""
        super().__init__("inspector", on_trouble)
        self._environment = dict(environment)
        self._options = tuple(options)
        self._condition = condition
        self._on_trouble = on_trouble
        self._lines: SimpleQueue[bytes] = SimpleQueue()

    def announce(self, reporter: Reporter, screen: LiveScreen | None) -> None:
        """Wait for the address of its page and say it; on a live view a key opens it.

        Raises:
            CronofyError: it could not be started.
        """
        url = self._url()
        reporter.tick("inspector", url)
        if screen is not None:
            screen.inspect = partial(_open_page, url, reporter)

    def _url(self) -> str:
        try:
            line = self._lines.get(timeout=_START_LIMIT_S)
            return msgspec.json.decode(line, type=_Opened).url
        except (Empty, msgspec.DecodeError) as error:
            raise WorkerFailed("the inspector could not be started") from error

    def _open(self, stack: ExitStack) -> None:
        # -P: a folder of the same name here is not the program.
        program = [sys.executable, "-P", "-m", "cronofy_cli", "inspect", "--attached", "--json", *self._options]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=os.name == "posix",  # Ctrl-C is for us: it ends when this run has
            )
        except OSError as error:
            raise WorkerFailed(f"the inspector could not be started: {error.strerror or error}") from error
        stack.callback(self._end)
        Thread(target=self._read, name="cronofy-inspector-address", daemon=True).start()

    def _work(self) -> None:
        said: Condition | None = None
        while not self._ending.wait(_LOOK_S):
            if self._process.poll() is not None:
                self._on_trouble(WorkerFailed("the inspector has ended; to open it again: cronofy inspect"))
                return
            condition = self._condition()
            # Before it is ready for the first time there is nothing to say.
            if condition != said and (condition.is_ready or said is not None):
                said = condition
                self._say(msgspec.json.encode(condition))

    def _say(self, line: bytes) -> None:
        assert self._process.stdin is not None
        # Where it has ended, that is noticed at the next look.
        with suppress(OSError):
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self._lines.put(self._process.stdout.readline())

    def _end(self) -> None:
        process = self._process
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
