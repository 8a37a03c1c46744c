"""One request to an application, and what came of it.

Cronofy takes 200-299 within 5 seconds as success (docs: /developers/push-notifications/). It accepts compressed
answers, so an application may compress even its error page; what is kept is always what was sent.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.core.text import clean, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.core.failure import Failure

CRONOFY_LIMIT_S: Final = 5.0
"""How long Cronofy waits for an answer (docs: /developers/push-notifications/)."""

EXCERPT_LINES: Final = 3
EXCERPT_WIDTH: Final = 160
_LOOKED_AT: Final = 8192
_LONGEST: Final = 64 * 1024
"""Of an unpacked body; the first lines say what went wrong."""

_ZLIB_OR_GZIP: Final = 32 + zlib.MAX_WBITS
_READABLE: Final = {"", "identity"}
_UNPACKED: Final = {"gzip", "x-gzip", "deflate"}


class Attempt(NamedTuple):
    """An answer with its status, or the failure in place of one."""

    started_at: datetime
    duration: timedelta
    """From the first packet of the connection to the end of the answer, or until it was given up."""
    address: str | None = None
    """Where the application was found, such as `[::1]:3000`; None when no connection came about."""
    status: int | None = None
    failure: Failure | None = None
    reason: str | None = None
    """The failure in words, with what the system or the library said of it."""
    answer_head: bytes = b""
    """Status line and headers."""
    answer_body: bytes = b""
    """The first bytes of the body."""
    is_cut: bool = False
    """Whether there was more of the body."""

    @property
    def succeeded(self) -> bool:
        """Whether Cronofy would take the notification as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the application did not want it, without an error of its own."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def is_unreachable(self) -> bool:
        """Whether no connection came about."""
        return self.failure is not None and self.failure.is_unreachable

    @property
    def duration_ms(self) -> float:
        """The duration in milliseconds."""
        return self.duration / timedelta(milliseconds=1)

    @property
    def result(self) -> str:
        """The status or the code of the failure."""
        return str(self.failure) if self.status is None else str(self.status)

    @property
    def summary(self) -> str:
        """One line for people, safe to show."""
        if self.failure is not None:
            return clean(self.reason or self.failure.description)
        redirect = f" to {clean(self.location)}" if self.location else ""
        return f"{self.status}{redirect} in {self.duration_ms:.0f} ms"

    @property
    def location(self) -> str:
        """Where a redirect leads, as it came; it is never followed."""
        return self.header("Location")

    @property
    def excerpt(self) -> tuple[str, ...]:
        """The first lines of the answer's body that say something, with their indentation, safe to show."""
        lines = (clean(line.expandtabs(4)).rstrip() for line in self.text[:_LOOKED_AT].splitlines())
        return tuple(shorten(line, EXCERPT_WIDTH) for line in [line for line in lines if line][:EXCERPT_LINES])

    @property
    def text(self) -> str:
        """The kept part of the answer's body, unpacked if need be. It is not safe to show yet."""
        encoding = self.header("Content-Encoding").lower()
        if encoding in _READABLE or not self.answer_body:
            return self.answer_body.decode("utf-8", "replace")
        unpacked = _unpacked(self.answer_body) if encoding in _UNPACKED else None
        return f"(compressed: {encoding})" if unpacked is None else unpacked.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """Return the value of an answer's header, as it came; nothing when there is none."""
        for line in self.answer_head.decode("latin-1").splitlines():
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


def _unpacked(body: bytes) -> bytes | None:
    """Return the beginning of a body that may be cut off; None when it is not what its header says."""
    try:
        return zlib.decompressobj(_ZLIB_OR_GZIP).decompress(body, _LONGEST)
    except zlib.error:
        return None
