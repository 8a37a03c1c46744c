"""Who may call the server behind a page: programs on this machine and the page itself, not the pages of others.

Any page that the user has open can send requests to loopback. What a browser adds to them tells those apart: `Host`,
which a page cannot choose, against DNS rebinding; `Origin` and `Sec-Fetch-Site` for where a request comes from; and a
content type or method for which a browser asks first (CORS), where it adds neither. Programs send none of those and
need no token. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.hosts import is_loopback, name_in_host_header

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

READING: Final = frozenset({"GET", "HEAD"})
ASKED_FIRST: Final = frozenset({"PUT", "PATCH", "DELETE"})
"""The methods for which a browser always asks first."""
OWN_SITES: Final = frozenset({"same-origin", "none"})
"""`none` is the user: an address that was typed, or a bookmark."""


def why_refused(method: str, headers: Mapping[str, str], hosts: Collection[str] = ()) -> str | None:
    """Return why a request for a page or its data is refused, or None.

    `headers` has lower-case names. `hosts` are the names to be reached at besides loopback's, in lower case.
    """
    if not is_own_host(headers.get("host", ""), hosts):
        return "this server answers on loopback only"
    if is_from_elsewhere(headers) and not is_link(method, headers):
        return "another site's page cannot use this server"
    if method not in READING | ASKED_FIRST and not _is_json(headers.get("content-type", "")):
        return "the content type must be application/json"
    return None


def is_own_host(host: str, hosts: Collection[str] = ()) -> bool:
    """Whether a `Host` header has one of loopback's names or one that was allowed."""
    name = name_in_host_header(host)
    return is_loopback(name) or name in hosts


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that another site's page makes this request; another port is another site."""
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in {
        f"{kind}://{headers.get('host', '').lower()}" for kind in _SCHEMES
    }:
        return True
    return headers.get("sec-fetch-site", "none") not in OWN_SITES


def is_link(method: str, headers: Mapping[str, str]) -> bool:
    """Whether the user follows a link to here: the browser shows the answer, and the linking page cannot read it."""
    return (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


_SCHEMES: Final = ("http", "https")
"""https, since a development environment in the cloud forwards ports under it."""


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"
