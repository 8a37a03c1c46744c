"""The user's pager: a program that shows long output page by page.

A pager that fails, as `false` does, shows nothing: then the output goes to the terminal after all.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from contextlib import contextmanager, suppress
from io import RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer

_FOR_LESS: Final = "FRX"
"""End at once if it fits on the screen, keep colours, leave the text on the screen; as git and gh have it."""
_MOST_UNREAD_BYTES: Final = 1024 * 1024
"""A pager that has taken more than a pipe can hold does read, so that nothing has to be kept for the terminal."""
_FIRST_SIGNAL_STATUS: Final = 128
"""From here on an exit code says that a signal ended a program, such as Ctrl-C: the user has seen enough."""


class _Page(TextIOWrapper):
    """A terminal to whoever asks, as the pager shows on one."""

    def isatty(self) -> bool:
        return True


class _Pages(RawIOBase):
    """What is written for the pager. If the pager fails, all of it is for the terminal."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: TextIO, on_failure: Callable[[int], None]) -> None:
        super().__init__()
        assert process.stdin is not None, "it is a pipe"
        self._process, self._pipe = process, process.stdin
        self._terminal, self._on_failure = terminal, on_failure
        self._kept = bytearray()
        self._is_kept_whole = True
        self._has_failed = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._pipe.fileno()

    def write(self, content: Buffer, /) -> int:
        data = bytes(content)
        if self._has_failed:
            self._show(data)
            return len(data)
        if self._is_kept_whole:
            self._kept += data
            self._is_kept_whole = len(self._kept) <= _MOST_UNREAD_BYTES
        try:
            self._pipe.write(data)
            self._pipe.flush()
        except BrokenPipeError:
            if not self._failure():
                raise
        return len(data)

    def end(self) -> None:
        """Wait until the user has read."""
        with suppress(OSError):  # it has ended already
            self._pipe.close()
        if not self._has_failed:
            self._failure()

    def _failure(self) -> bool:
        """Wait for the pager's end; if it has failed, show what was meant for it."""
        code = _ended(self._process)
        self._has_failed = 0 < code < _FIRST_SIGNAL_STATUS and self._is_kept_whole
        if self._has_failed:
            self._on_failure(code)
            self._show(bytes(self._kept))
        return self._has_failed

    def _show(self, content: bytes) -> None:
        self._terminal.flush()
        self._terminal.buffer.write(content)
        self._terminal.buffer.flush()


def open_pager(
    command: str, environment: Mapping[str, str], terminal: TextIO, on_failure: Callable[[int], None]
) -> AbstractContextManager[TextIO] | None:
    """Start a pager and return a stream to it; None if it cannot be run. `on_failure` gets its exit code."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    program = shutil.which(words[0], path=environment.get("PATH")) if words else None
    if program is None:
        return None
    variables = {"LESS": _FOR_LESS, "LV": "-c", **environment}
    try:
        # The user's own program, without a shell.
        process = subprocess.Popen([program, *words[1:]], stdin=subprocess.PIPE, env=variables)  # noqa: S603
    except OSError:
        return None
    return _paging(_Pages(process, terminal, on_failure))


@contextmanager
def _paging(pages: _Pages) -> Iterator[TextIO]:
    page = _Page(pages, encoding="utf-8", errors="replace", write_through=True)  # type: ignore[arg-type]
    try:
        yield page
    finally:
        with suppress(OSError):
            page.flush()
        pages.end()


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Wait until the user has read, and return the exit code. Ctrl-C is the pager's business."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
