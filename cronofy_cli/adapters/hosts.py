"""Which hosts are this machine. No name is looked up."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound to them here
_HOST_HEADER: Final = re.compile(r"(?:\[([^\]]*)\]|([^\s:@/\[\]]*))(?::[0-9]*)?")
"""An address in brackets or a name, and digits at most as the port (RFC 9110, 7.2)."""


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine and nothing else."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_this_machine(host: str) -> bool:
    """Whether who connects to `host` gets to this machine: `0.0.0.0` and `::`, as servers print them, are it too."""
    return host in _ANY_ADDRESS or is_loopback(host)


def name_in_host_header(host: str) -> str:
    """Return the name in a Host header, in lower case and without the port; nothing for one that is not well made."""
    match = _HOST_HEADER.fullmatch(host.lower())
    return "" if match is None else match[1] or match[2] or ""
