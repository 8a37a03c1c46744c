"""Which proxy the environment names for a host, with NO_PROXY read as curl reads it.

docs: https://curl.se/libcurl/c/CURLOPT_NOPROXY.html
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli.adapters.hosts import is_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATORS: Final = re.compile(r"[,\s]+")
_PORT: Final = re.compile(r"(\[.*\]|[^:]*):\d+")


@dataclass(frozen=True, slots=True)
class NamedProxy:
    """A proxy, and what names it."""

    url: str = field(repr=False)
    """It may hold a password: not to be shown."""
    variable: str

    @property
    def place(self) -> str:
        """The proxy for messages: where it listens, and which variable says so."""
        try:
            return f"{urlsplit(self.url).netloc.rpartition('@')[2]} ({self.variable})"
        except ValueError:
            return self.variable


def find_proxy(url: str) -> NamedProxy | None:
    """Return the proxy for requests to the host of `url`; None for this machine, and where none is named."""
    # Late: most commands speak to no other machine.
    from urllib.request import getproxies

    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_this_machine(host):
        return None
    named = getproxies()
    found = named.get(parts.scheme) or named.get("all")
    if not found or _is_excluded(host, _SEPARATORS.split(named.get("no", ""))):
        return None
    return NamedProxy(found if "://" in found else f"http://{found}", _variable(parts.scheme))


def _is_excluded(host: str, entries: Iterable[str]) -> bool:
    return any(entry and _matches(host.rstrip(".").lower(), entry.lower()) for entry in entries)


def _matches(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    if match := _PORT.fullmatch(entry):
        entry = match[1]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        suffix = entry.strip(".")
        return host == suffix or (bool(suffix) and host.endswith(f".{suffix}"))
    try:
        return address in ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False


def _variable(scheme: str) -> str:
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    return next((name for name in names if os.environ.get(name)), "the system's settings")
