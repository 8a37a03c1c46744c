"""How a post ended: an answer, or what stood in its way.

Cronofy counts 200-299 within 5 seconds as success (docs: /developers/push-notifications/).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cronofy_cli.core.text import clean, shorten

EXCERPT_LINES: Final = 3
EXCERPT_WIDTH: Final = 200


class Trouble(StrEnum):
    """Why there is no answer, as a stable word for programs."""

    UNKNOWN_NAME = "unknown_name"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    NO_ROUTE = "no_route"
    TLS = "tls"
    ANSWER_TIMEOUT = "answer_timeout"
    BROKEN_OFF = "broken_off"
    NOT_HTTP = "not_http"
    NOT_DELIVERED = "not_delivered"
    """The simulator says so."""

    @property
    def words(self) -> str:
        """What it means, as the start of a sentence."""
        return _WORDS[self]


_WORDS: Final = {
    Trouble.UNKNOWN_NAME: "the host's name does not resolve",
    Trouble.CONNECTION_REFUSED: "connection refused, nothing listens there",
    Trouble.CONNECT_TIMEOUT: "no connection",
    Trouble.NO_ROUTE: "the host cannot be reached",
    Trouble.TLS: "TLS failed",
    Trouble.ANSWER_TIMEOUT: "no answer",
    Trouble.BROKEN_OFF: "the connection broke off without an answer",
    Trouble.NOT_HTTP: "the answer is not HTTP",
    Trouble.NOT_DELIVERED: "not delivered",
}

_UNREACHABLE: Final = frozenset(
    {Trouble.UNKNOWN_NAME, Trouble.CONNECTION_REFUSED, Trouble.CONNECT_TIMEOUT, Trouble.NO_ROUTE, Trouble.TLS}
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one post."""

    elapsed_ms: float
    """From the first packet of the connection to the end of the answer, or to giving up."""
    status: int | None = None
    excerpt: str = ""
    """The first lines of the answer's body, safe to show."""
    location: str | None = None
    """Where a redirect leads; it is never followed."""
    trouble: Trouble | None = None
    """Why there is no status."""
    detail: str = ""
    """The words of the system or the library about the trouble."""
    address: str | None = None
    """Which address of `localhost` answered, such as `[::1]:3000`; None for every other host."""

    @property
    def is_success(self) -> bool:
        """Whether Cronofy would take the notification as delivered."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the receiver did not want it, without an error of its own."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def is_unreachable(self) -> bool:
        """Whether the post did not even reach a server."""
        return self.trouble in _UNREACHABLE

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.trouble is not None:
            return f"{self.trouble.words}: {clean(self.detail)}" if self.detail else self.trouble.words
        redirect = f" to {clean(self.location)}" if self.location else ""
        return f"{self.status}{redirect} in {self.elapsed_ms:.0f} ms"

    @property
    def document(self) -> dict[str, object]:
        """What programs are told, as the fields of a JSON object."""
        return {
            "status": self.status,
            "address": self.address,
            "error": self.trouble.value if self.trouble else None,
            "detail": self.detail or None,
            "milliseconds": round(self.elapsed_ms, 1),
            "answer": self.excerpt or None,
        }


def excerpt_of(body: bytes) -> str:
    """Return the first lines of an answer that say something, without what could drive a terminal."""
    lines = (clean(line).strip() for line in body.decode("utf-8", "replace").splitlines())
    return "\n".join([shorten(line, EXCERPT_WIDTH) for line in lines if line][:EXCERPT_LINES])
