"""What is sent: a request as it goes over the wire, and a post as Cronofy makes it.

Pure. Cronofy documents two headers (docs: /developers/push-notifications/authentication/); no delivery id, time or
attempt goes along. Its User-Agent is not documented, so ours says whose post this is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli import __version__
from cronofy_cli.core.signature import HEADER

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers
    from cronofy_cli.outbound.target import Target

CONTENT_TYPE: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request with every header line that is sent, `Host` and `Content-Length` too."""

    method: str
    path: str
    """With its query."""
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """A body and its signature."""

    body: bytes
    signature: str | None
    """The header's value; None leaves the header out."""
    signature_header: str = HEADER
    """The spelling of its name."""

    def to(self, target: Target) -> OutgoingRequest:
        """Return the request, with the headers in Cronofy's spelling."""
        signed = ((self.signature_header, self.signature),) if self.signature is not None else ()
        named = (
            ("Host", target.authority),
            ("Content-Type", CONTENT_TYPE),
            ("User-Agent", f"cronofy-cli/{__version__}"),
            *signed,
            ("Content-Length", str(len(self.body))),
        )
        headers = tuple((name.encode(), value.encode("latin-1")) for name, value in named)
        return OutgoingRequest("POST", target.request_target, headers, self.body)
