"""Ctrl-C as a KeyboardInterrupt, but never where Python would print it and go on."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` is made of, without the time that its import takes
import _thread
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

_SOON_S: Final = 0.02


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt in the main thread, as a handler of signals; a moment later if an import is under way.

    An import frees its locks in callbacks, and what is raised in a callback is printed and forgotten.

    Raises:
        KeyboardInterrupt: always, if not now then soon.
    """
    if frame is None or not frame.f_code.co_filename.startswith("<frozen importlib"):
        raise KeyboardInterrupt
    again = threading.Timer(_SOON_S, _send, (number, threading.get_ident()))
    again.daemon = True
    again.start()


def _send(number: int, thread_id: int) -> None:
    if sys.platform == "win32":
        _thread.interrupt_main(number)  # type: ignore[arg-type]  # a number will do
    else:
        # A real signal also ends a wait, at whose end alone interrupt_main() would be noticed.
        _signal.pthread_kill(thread_id, number)
