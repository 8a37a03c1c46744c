"""What is served: POST on one or two unguessable paths. To everyone else there is nothing here."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
