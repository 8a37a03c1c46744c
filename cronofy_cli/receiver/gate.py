"""Who is let in, and how much one sender may ask for: POST on one or two unguessable paths, within bounds.

To everyone else there is nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING

from cronofy_cli.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on requests and connections. The defaults are far above what Cronofy sends."""

    body_bytes: int = 1024 * 1024
    head_bytes: int = 32 * 1024
    """Request line and header lines together."""
    head_lines: int = 100
    request_s: float = 10.0
    """From a request's first byte to its last."""
    idle_s: float = 120.0
    """How long a connection may wait for its next request: longer than the 90 s for which a Go client, as tunnel agents
    are, keeps one, so that it is not closed just as it is used again."""
    linger_s: float = 2.0
    """How long the rest of a refused request is read and thrown away, so that its sender gets to read the answer."""
    connections: int = 1000
    """At once; fewer where the system allows the process fewer open files."""


def refused(status: int, limits: Limits) -> RequestRefused:
    """Return what to say of a request that was meant for the listener and was not read to its end."""
    reason = {
        408: f"it took longer than {limits.request_s:g} s",
        413: f"its body is larger than {limits.body_bytes // 1024} KiB",
        431: f"its headers are larger than {limits.head_bytes // 1024} KiB, or are more than {limits.head_lines}",
    }.get(status, "it is not HTTP as it should be")
    return RequestRefused(
        f"a request was refused with {status} and is not in the history: {reason}",
        hint="what Cronofy sends is far below these limits: look at what else sends to the callback URL",
    )


class Gate:
    """Decides from method and target whether a request may enter. What may not is neither recorded nor explained."""

    __slots__ = ("_paths",)

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = [path.encode() for path in paths]

    def refusal(self, method: bytes, target: bytes) -> int | None:
        """Return the status to refuse with, or None for a request that may enter.

        Any query string may follow the path: it belongs to the callback URL.
        """
        path = _path(target)
        is_served = False
        for served in self._paths:
            # No early way out, and each in constant time: a guess learns nothing from how long its 404 takes.
            is_served |= compare_digest(path, served)
        if not is_served:
            return 404
        return None if method == b"POST" else 405


def _path(target: bytes) -> bytes:
    """Return the path of a target, which some proxies send as a whole URL (RFC 9112, 3.2.2)."""
    path = target.partition(b"?")[0]
    if path.startswith(b"/"):
        return path
    authority_and_path = path.partition(b"://")[2]
    return b"/" + authority_and_path.partition(b"/")[2]
