"""A callback URL taken apart into what a connection and a request need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from cronofy_cli.core.notifications.callback_url import check_callback_url
from cronofy_cli.errors import WrongUsage

_PORTS: Final = {"http": 80, "https": 443}
_KEPT: Final = "/?%:@!$&'()*+,;=~[]"
"""What may stand in a request's target as it is; anything else is escaped, so that no line can be broken."""


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """Where to connect, and what to ask for there."""

    url: str
    is_tls: bool
    host: str
    """In ASCII, without brackets."""
    port: int
    request_target: str
    """Path and query."""
    authority: str
    """The value of the Host header."""


def parse_target(url: str) -> ProbeTarget:
    """Take a callback URL apart.

    Raises:
        WrongUsage: it is not an http or https address.
    """
    check_callback_url(url, must_be_public=False)
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
        host = _ascii(parts.hostname or "")
    except ValueError as error:  # UnicodeError is one
        raise WrongUsage(f"'{url}' is not a callback URL: {error}", hint="correct its host and port") from error
    shown = f"[{host}]" if ":" in host else host
    return ProbeTarget(
        url=url,
        is_tls=parts.scheme == "https",
        host=host,
        port=port,
        request_target=quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT),
        authority=shown if port == _PORTS[parts.scheme] else f"{shown}:{port}",
    )


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode()
