"""The listener's answers: a status line without a body, made once and kept as bytes.

Success is `200` with an empty body: any 2xx counts for Cronofy (docs: /developers/push-notifications/), and some
proxies mishandle `204`.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.core.notifications.deliveries import ReceivedRequest

CONTINUE: Final = 100
"""Not an answer yet: the sender waits for it before it sends the body (`Expect: 100-continue`)."""

_PHRASES: Final = {
    200: b"OK",
    400: b"Bad Request",
    401: b"Unauthorized",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


class Persistence(Enum):
    """What becomes of the connection after an answer. The value is the header line that says so."""

    KEEP = b""
    KEEP_HTTP_1_0 = b"Connection: keep-alive\r\n"
    CLOSE = b"Connection: close\r\n"

    # Enum's own hash is a Python function, and each answer is looked up by this.
    __hash__ = object.__hash__


class Exchange:
    """A request that was read, or the reason why it was not, and the status of its answer once there is one."""

    __slots__ = ("_on_answer", "persistence", "request", "status")

    def __init__(
        self,
        request: ReceivedRequest | None,
        status: int | None,
        persistence: Persistence,
        on_answer: Callable[[], None],
    ) -> None:
        self.request = request
        self.status = status
        self.persistence = persistence
        self._on_answer = on_answer

    def answer(self, status: int) -> None:
        """Answer with this status. It leaves once everything that was asked earlier on the connection is answered."""
        self.status = status
        self._on_answer()


@lru_cache(maxsize=64)
def answer_bytes(status: int, persistence: Persistence) -> bytes:
    """Return the answer as it goes over the wire."""
    if status == CONTINUE:
        return b"HTTP/1.1 100 Continue\r\n\r\n"
    allow = b"Allow: POST\r\n" if status == 405 else b""
    line = b"HTTP/1.1 %d %s\r\n" % (status, _PHRASES.get(status, b""))
    return line + allow + b"Content-Length: 0\r\n" + persistence.value + b"\r\n"
