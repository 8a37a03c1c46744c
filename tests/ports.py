"""Ports for servers that are started later, or again on the same port."""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 20_000, 29_999
"""Below those that systems give to whoever asks for any: a test that runs at the same time cannot be given one."""


def free_port() -> int:
    """Return a port that nothing listens on, and that nobody gets by asking for any."""
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
