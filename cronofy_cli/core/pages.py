"""The rules of paging: which address may be asked for the next page, and when there is none (docs:
/developers/api/events/read-events/).

Pure: fetching pages is adapters.api.paging's job.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from cronofy_cli.core.text import shorten
from cronofy_cli.errors import RequestFailed

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Two parsers of addresses can disagree about backslashes, spaces, controls and text outside ASCII: such are refused.
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
_SHOWN: Final = 80
_LONGEST: Final = 8192


class Origin(NamedTuple):
    """Whom a request goes to: the part of an address that decides who receives the access token."""

    scheme: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """The origin as people write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute http or https address.

    Raises:
        ValueError: it is none, names a user, or two parsers could read it differently.
    """
    return _origin(_split(url))


def is_plain(text: str) -> bool:
    """Whether `text` holds nothing that two parsers of addresses could read differently."""
    return _PLAIN.fullmatch(text) is not None


def is_last_page(next_page: object) -> bool:
    """Whether there is no page after the one that says `pages.next_page`: it is missing, null or ""."""
    return next_page is None or next_page == ""


def own_url(value: object, api_url: str) -> str:
    """Return an address that the server named, rebuilt on the origin of `api_url`.

    Raises:
        RequestFailed: it is no address, or one on another origin, which must never receive the access token.
    """
    try:
        parts = _split(value) if isinstance(value, str) else urlsplit("")
        origin = _origin(parts)
    except ValueError as error:
        raise RequestFailed(
            "the URL of the next page is not valid: it was not requested",
            hint="check that --data-center names Cronofy or a simulator",
        ) from error
    if origin != origin_of(api_url):
        raise RequestFailed(
            f"the next page is on {shorten(origin.address, _SHOWN)}, not on {origin_of(api_url).address}: "
            "it was not asked for",
            hint="the access token is sent only to the data center's own address; check --data-center",
        )
    base = urlsplit(api_url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{base.scheme}://{base.netloc}{parts.path or '/'}{query}"


def _split(url: str) -> SplitResult:
    if len(url) > _LONGEST or not is_plain(url):
        raise ValueError("no address, or one in other than plain characters")
    return urlsplit(url)


def _origin(parts: SplitResult) -> Origin:
    port = _DEFAULT_PORTS.get(parts.scheme)
    if port is None or parts.hostname is None or "@" in parts.netloc:
        raise ValueError("not an absolute http or https address without a user")
    return Origin(parts.scheme, parts.hostname, parts.port or port)
