"""Reaching a target: a socket, with TLS where the address says so.

`localhost` is tried on both 127.0.0.1 and ::1: some servers listen on only one of them, and which of the two a name
means differs from one system to the next.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.outbound.failure import FailureKind, ForwardFailed

if TYPE_CHECKING:
    from ssl import SSLContext

    from cronofy_cli.outbound.target import Target

CONNECT_LIMIT_S: Final = 5.0
"""How long one address may take to accept, unless less is left."""

_LOOPBACKS: Final = ("127.0.0.1", "::1")
_REFUSALS: Final = {errno.ECONNREFUSED}
_NOT_THERE: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH, errno.EHOSTUNREACH}
"""On a machine without IPv6, ::1 fails so."""


@dataclass(frozen=True, slots=True)
class Reached:
    """An open connection, and where it leads."""

    socket: socket.socket
    address: str


def reach(target: Target, tls: SSLContext | None, limit_s: float | None, *, preferred: str | None = None) -> Reached:
    """Connect to a target; `preferred` is the loopback address that worked before.

    Raises:
        ForwardFailed: there is no way to it; nothing was sent.
    """
    hosts = _LOOPBACKS if target.host == "localhost" else (target.host,)
    ordered = sorted(hosts, key=lambda host: host != preferred)
    within_s = CONNECT_LIMIT_S if limit_s is None else min(limit_s, CONNECT_LIMIT_S)
    failures: list[ForwardFailed] = []
    for host in ordered:
        try:
            opened = _open(host, target.port, within_s)
        except ForwardFailed as failure:
            failures.append(failure)
            continue
        return Reached(
            _secured(opened, target, tls), f"[{host}]:{target.port}" if ":" in host else f"{host}:{target.port}"
        )
    # That nothing listens on ::1 says less than how 127.0.0.1 failed, unless ::1 was the one that had worked.
    raise failures[0]


def tls_context(target: Target, *, insecure: bool) -> SSLContext | None:
    """Return how TLS is spoken with a target; None for plain HTTP. `insecure` takes any certificate."""
    if target.scheme != "https":
        return None
    import ssl

    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _open(host: str, port: int, within_s: float) -> socket.socket:
    try:
        opened = socket.create_connection((host, port), timeout=within_s)
    except TimeoutError as error:
        raise ForwardFailed(FailureKind.UNREACHABLE, f"no connection within {within_s:g} s") from error
    except socket.gaierror as error:
        raise ForwardFailed(FailureKind.NO_SUCH_HOST, f"there is no host {host}") from error
    except OSError as error:
        kind = FailureKind.REFUSED if error.errno in _REFUSALS | _NOT_THERE else FailureKind.UNREACHABLE
        raise ForwardFailed(kind, error.strerror or str(error)) from error
    # A small body must not wait for the head's acknowledgement.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _secured(opened: socket.socket, target: Target, tls: SSLContext | None) -> socket.socket:
    if tls is None:
        return opened
    try:
        return tls.wrap_socket(opened, server_hostname=target.host)
    # An SSLError is an OSError, and so is a connection that ends during the handshake.
    except OSError as error:
        opened.close()
        reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or error.strerror or str(error)
        raise ForwardFailed(FailureKind.TLS, str(reason)) from error
