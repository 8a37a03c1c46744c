"""Ports for servers that are started later, or again on the same port, and ports on which nothing listens."""

from __future__ import annotations

import os
import random
import re
import socket
from collections import deque

_FIRST, _LAST = 20_000, 29_999
"""Below those that systems give to whoever asks for any: a test that runs at the same time cannot be given one."""
_WORKERS = 16
_given: deque[int] = deque(maxlen=200)
"""What this process gave away last: whoever has one may not have bound it yet."""


def free_port() -> int:
    """Return a port that nothing listens on, and that nobody gets by asking for any, here or in another worker."""
    while True:
        port = random.SystemRandom().randrange(_FIRST + _worker(), _LAST + 1, _WORKERS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.append(port)
            return port


def _worker() -> int:
    """Return which of the processes that run tests side by side this one is."""
    found = re.search(r"\d+$", os.environ.get("PYTEST_XDIST_WORKER", ""))
    return int(found[0]) % _WORKERS if found else 0
