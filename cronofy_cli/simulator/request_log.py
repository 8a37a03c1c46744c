"""The log of API calls: what an application asked, and what it was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

MAX_BODY: Final = 64 * 1024
"""Characters of a body that are kept."""

_SECRETS: Final = re.compile(
    r'("(?:client_secret|refresh_token|access_token|token|code)"\s*:\s*")[^"]*|'
    r"((?:^|&)(?:client_secret|refresh_token|access_token|token|code)=)[^&]*"
)


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One API call. Tokens and client secrets are not kept."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    operation: str | None
    """The name of the matched route; None for an unknown path."""
    status: int | None
    """None when the connection was ended without an answer."""
    duration_ms: float
    application: str | None
    """The name of the application whose token was sent, as far as it is known."""
    sub: str | None
    """The account that the token is of."""
    body: str
    note: str | None = None
    """What the simulator has to say: that the call is not simulated, or that a fault was ordered."""


def without_secrets(body: bytes) -> str:
    """Return a body for the log: text, shortened, its tokens and client secrets taken out."""
    text = body[:MAX_BODY].decode("utf-8", "replace")
    return _SECRETS.sub(lambda match: f"{match[1] or match[2]}…", text)
