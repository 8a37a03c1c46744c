"""Opening a page in the user's browser."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_OPEN: Final = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
_STDERR: Final = 2


def open_browser(url: str, on_failure: Callable[[], None]) -> None:
    """Open a page without waiting: a text browser would keep us from answering the redirect it is waiting for.

    `on_failure` is called, from another thread, where no browser could be started.
    """
    threading.Thread(target=_open, args=(url, on_failure), name="browser", daemon=True).start()


def _open(url: str, on_failure: Callable[[], None]) -> None:
    # A process of its own, because browsers write to stdout what they like, and ours is data. Isolated (-I), so that a
    # module in the working directory cannot take the place of webbrowser.
    done = subprocess.run([sys.executable, "-I", "-c", _OPEN, url], stdout=_STDERR, check=False)  # noqa: S603 - no shell
    if done.returncode != 0:
        on_failure()
