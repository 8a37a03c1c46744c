"""Which hosts are this machine. No name is looked up."""

from __future__ import annotations

import ipaddress
from typing import Final

_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound to them here


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
    host = host.lower()
    if not host.startswith("["):
        return host.partition(":")[0]
    name, _, rest = host[1:].partition("]")
    return name if not rest or rest.startswith(":") else ""
