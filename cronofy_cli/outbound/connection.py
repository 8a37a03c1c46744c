"""Reaching a target: a socket, with TLS where the address says so.

`localhost` is tried on both 127.0.0.1 and ::1: some servers listen on only one of them, and which of the two a name
means differs from one system to the next.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.failure import Failure
from cronofy_cli.outbound.errors import SendingFailed
from cronofy_cli.outbound.proxy import proxy_for

if TYPE_CHECKING:
    from ssl import SSLContext

    from cronofy_cli.outbound.proxy import Proxy
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target

CONNECT_LIMIT_S: Final = 5.0
"""How long one address may take to accept, unless less is left."""

_LOCALHOST: Final = "localhost"
_LOOPBACKS: Final = ("127.0.0.1", "::1")
_NOT_THERE: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH, errno.EHOSTUNREACH}
"""On a machine without IPv6, ::1 fails so."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a target is reached."""

    target: Target
    tls: SSLContext | None = None
    proxy: Proxy | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """An open connection, and where it leads."""

    socket: socket.socket
    address: str


def reach(way: Way, limit_s: float | None, *, preferred: str | None = None) -> Reached:
    """Connect to a target; `preferred` is the loopback address that worked before.

    Raises:
        SendingFailed: there is no way to it; nothing was sent.
    """
    place: Target | Proxy = way.proxy or way.target
    hosts = _LOOPBACKS if place.host == _LOCALHOST else (place.host,)
    within_s = CONNECT_LIMIT_S if limit_s is None else min(limit_s, CONNECT_LIMIT_S)
    failures: list[SendingFailed] = []
    for host in sorted(hosts, key=lambda host: host != preferred):
        try:
            opened = _open(host, place.port, within_s)
        except SendingFailed as failed:
            failures.append(failed)
            continue
        return Reached(_secured(opened, way), f"[{host}]:{place.port}" if ":" in host else f"{host}:{place.port}")
    if way.proxy is not None:
        reason = f"the proxy {place.host}:{place.port} cannot be reached: {failures[0].reason}"
        raise SendingFailed(Failure.PROXY_FAILED, reason)
    # That nothing listens on ::1 says less than how 127.0.0.1 failed, unless ::1 was the one that had worked.
    raise failures[0]


def way_to(target: Target, settings: SenderSettings) -> Way:
    """Return how a target is reached.

    Raises:
        WrongUsage: the environment names a proxy or certificates that cannot be used.
    """
    tls = _tls(insecure=settings.insecure) if target.scheme == "https" else None
    return Way(target, tls, proxy_for(target) if settings.is_trial else None)


def _tls(*, insecure: bool) -> SSLContext:
    from cronofy_cli.adapters.http import tls_context

    context = tls_context()
    if insecure:
        import ssl

        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _open(host: str, port: int, within_s: float) -> socket.socket:
    try:
        opened = socket.create_connection((host, port), timeout=within_s)
    except TimeoutError as error:
        raise SendingFailed(Failure.CONNECTION_TIMED_OUT, f"no connection within {within_s:g} s") from error
    except (socket.gaierror, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
        raise SendingFailed(Failure.NAME_NOT_RESOLVED, f"the name {host} does not resolve") from error
    except ConnectionRefusedError as error:
        raise SendingFailed(Failure.CONNECTION_REFUSED, "connection refused") from error
    except OSError as error:
        is_absent = host in _LOOPBACKS and error.errno in _NOT_THERE
        failure = Failure.CONNECTION_REFUSED if is_absent else Failure.HOST_UNREACHABLE
        raise SendingFailed(failure, (error.strerror or str(error)).lower()) from error
    # A small body must not wait for the head's acknowledgement.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _secured(opened: socket.socket, way: Way) -> socket.socket:
    if way.tls is None:
        return opened
    from cronofy_cli.adapters.tls_failures import handshake_failure

    try:
        if way.proxy is not None:
            way.proxy.open_tunnel(opened, way.target)
        return way.tls.wrap_socket(opened, server_hostname=way.target.host)
    # An SSLError is an OSError, and so is a connection that ends during the handshake.
    except (OSError, ValueError) as error:
        opened.close()
        raise SendingFailed(*handshake_failure(error)) from error
    except SendingFailed:
        opened.close()
        raise
