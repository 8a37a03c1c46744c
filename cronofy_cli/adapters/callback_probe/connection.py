"""Finding a host's addresses and opening a connection to the first that takes one. No proxy is used.

Nothing here can limit the look-up of a name, which blocks inside the C library; whoever calls it sets a limit.
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.callback_probe.target import ProbeTarget

_LEAST_S: Final = 0.001
"""A time limit of zero would mean a socket that does not block."""


def find_addresses(target: ProbeTarget) -> tuple[str, ...] | ProbeFailure:
    """Return the host's addresses, in the system's order of preference."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
        words = error.strerror if isinstance(error, OSError) else None
        return ProbeFailure(Failure.NAME_NOT_RESOLVED, words or str(error))
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def open_connection(addresses: Sequence[str], port: int, deadline: float) -> socket.socket | ProbeFailure:
    """Connect to the first address that takes a connection; `deadline` is a moment of `time.monotonic()`."""
    failed = ProbeFailure(Failure.NAME_NOT_RESOLVED, "no address")
    for number, address in enumerate(addresses):
        # What is left is shared out, so that an address that swallows everything does not use it up.
        share_s = time_left_s(deadline) / (len(addresses) - number)
        try:
            return socket.create_connection((address, port), timeout=share_s)
        except OSError as error:
            failed = _explain(error)
    return failed


def time_left_s(deadline: float) -> float:
    """Return the time until `deadline` as a limit that a socket takes."""
    return max(deadline - monotonic(), _LEAST_S)


def _explain(error: OSError) -> ProbeFailure:
    words = error.strerror or str(error)
    if isinstance(error, TimeoutError):
        return ProbeFailure(Failure.CONNECTION_TIMED_OUT, words)
    if isinstance(error, ConnectionRefusedError):
        return ProbeFailure(Failure.CONNECTION_REFUSED, words)
    return ProbeFailure(Failure.HOST_UNREACHABLE, words)
