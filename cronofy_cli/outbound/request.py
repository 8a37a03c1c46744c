"""One post as Cronofy makes it: a body, its signature, and the headers.

Pure. Cronofy documents two headers (docs: /developers/push-notifications/authentication/); no delivery id, time or
attempt goes along. Its User-Agent is not documented, so ours says whose post this is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cronofy_cli import __version__
from cronofy_cli.core.signature import HEADER

CONTENT_TYPE: Final = "application/json; charset=utf-8"

Headers = tuple[tuple[bytes, bytes], ...]
"""Names and values in the order and spelling in which they are sent."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted. `Host` and `Content-Length` are HTTP's own and are added on the way."""

    body: bytes
    signature: str | None
    """The header's value; None leaves the header out."""
    signature_header: str = HEADER
    """The spelling of its name."""

    @property
    def headers(self) -> Headers:
        """The headers, in Cronofy's spelling."""
        signed = ((self.signature_header, self.signature),) if self.signature is not None else ()
        named = (("Content-Type", CONTENT_TYPE), ("User-Agent", f"cronofy-cli/{__version__}"), *signed)
        return tuple((name.encode(), value.encode("latin-1")) for name, value in named)
