"""The user's pager: a program that shows long output page by page."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

_FOR_LESS: Final = "FRX"
"""End at once if it fits on the screen, keep colours, leave the text on the screen; as git and gh have it."""


class _Page(TextIOWrapper):
    """A terminal to whoever asks, as the pager shows on one."""

    def isatty(self) -> bool:
        return True


def open_pager(command: str, environment: Mapping[str, str]) -> AbstractContextManager[TextIO] | None:
    """Return a stream to a pager that is started when it is entered; None if there is no such program."""
    words = shlex.split(command)
    program = shutil.which(words[0], path=environment.get("PATH")) if words else None
    if program is None:
        return None
    return _paging([program, *words[1:]], {"LESS": _FOR_LESS, "LV": "-c", **environment})


@contextmanager
def _paging(command: list[str], environment: Mapping[str, str]) -> Iterator[TextIO]:
    # The user's own program, without a shell.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=dict(environment))  # noqa: S603
    assert process.stdin is not None, "it is a pipe"
    page = _Page(process.stdin, encoding="utf-8", errors="replace", write_through=True)
    try:
        yield page
    finally:
        with suppress(OSError):  # it has ended already
            page.close()
        _wait_for(process)


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    """Wait until the user has read. Ctrl-C is the pager's business."""
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:
            continue
        return
