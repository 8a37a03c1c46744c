"""The proxy that the environment names for hosts beyond this machine, and the way through it."""

from __future__ import annotations

import base64
import http.client
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from cronofy_cli.adapters.proxies import find_proxy
from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.errors import SendingFailed

if TYPE_CHECKING:
    import socket

    from cronofy_cli.outbound.target import Target

_DEFAULT_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy listens, and what it is shown."""

    host: str
    port: int
    authorization: bytes | None

    @property
    def lines(self) -> tuple[tuple[bytes, bytes], ...]:
        """The header lines that are for the proxy."""
        return () if self.authorization is None else ((b"Proxy-Authorization", self.authorization),)

    def open_tunnel(self, opened: socket.socket, target: Target) -> None:
        """Have the proxy connect to a target, so that TLS can be spoken with it.

        Raises:
            SendingFailed: the proxy does not do it.
        """
        place = f"{target.bracketed_host}:{target.port}".encode()
        lines = [b"CONNECT %s HTTP/1.1" % place, b"Host: %s" % place, *(b"%s: %s" % line for line in self.lines)]
        try:
            opened.sendall(b"\r\n".join([*lines, b"", b""]))
            with closing(http.client.HTTPResponse(opened, method="CONNECT")) as answer:
                answer.begin()
        except (OSError, http.client.HTTPException) as error:
            raise SendingFailed(Failure.PROXY_FAILED, f"the proxy {self.host} sent no answer: {error}") from error
        if answer.status != http.client.OK:
            said = f"{answer.status} {answer.reason}"
            raise SendingFailed(Failure.PROXY_FAILED, f"the proxy {self.host} refused the way to {target.host}: {said}")


def proxy_for(target: Target) -> Proxy | None:
    """Return the proxy for a target, by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; None for this machine.

    Raises:
        WrongUsage: the proxy cannot be used.
    """
    named = find_proxy(target.url)
    if named is None:
        return None
    try:
        parts = urlsplit(named.url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("not an http proxy")
        return Proxy(parts.hostname, parts.port or _DEFAULT_PORT, _authorization(parts.username, parts.password))
    except ValueError as error:
        # A proxy's address may hold a password: not shown.
        raise WrongUsage(
            "the proxy that the environment names cannot be used",
            hint="name an http:// proxy in HTTPS_PROXY, or exclude the host in NO_PROXY",
        ) from error


def _authorization(user: str | None, password: str | None) -> bytes | None:
    if user is None:
        return None
    return b"Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode())
