"""What is forwarded to a target: the delivery's own headers in their order and spelling, less those of the hop to us.

Pure. The body is not touched at all, so the signature in the headers stays true.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.deliveries import find_header
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.request import OutgoingRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery, Headers, ReceivedRequest
    from cronofy_cli.outbound.target import Target

_HOP_BY_HOP: Final = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
"""They speak of one connection (RFC 9110, 7.6.1), as every `Proxy-…` does."""

_FULFILLED: Final = {b"expect"}
"""Already done: the whole body is here (RFC 9110, 10.1.1)."""

_FRAMING: Final = {b"content-length", b"transfer-encoding", b"host", b"connection"}
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)")
_SCHEMES: Final = {"http", "https"}
_SENDER: Final = b"127.0.0.1"
"""Whoever posts to the listener does it from this machine: the tunnel's agent, or the simulator."""


def forwarded_request(delivery: Delivery, target: Target, extra: Headers = ()) -> OutgoingRequest:
    """Return the request that hands a delivery on; `extra` header lines take the place of those of the same name.

    What a tunnel has already said in `X-Forwarded-…` stays as it is.
    """
    request = delivery.request
    dropped = _dropped(request.headers)
    replaced = {name.lower() for name, _ in extra}
    host, length = target.authority.encode(), b"%d" % len(request.body)
    # A delivery that was imported may speak of another length, and the target would wait for the rest.
    ours = {b"host": host, b"content-length": length}
    kept = [
        (name, ours.get(name.lower(), value))
        for name, value in request.headers
        if not _is_dropped(name.lower(), dropped) and name.lower() not in replaced
    ]
    present = {name.lower() for name, _ in kept}
    first = [] if b"host" in present else [(b"Host", host)]
    last = [] if b"content-length" in present else [(b"Content-Length", length)]
    forwarded = [line for line in _forwarded(delivery) if line[0].lower() not in present | replaced]
    headers = (*first, *kept, *last, *forwarded, *extra)
    return OutgoingRequest(request.method, _path(request, target), headers, request.body)


def _path(request: ReceivedRequest, target: Target) -> str:
    """Return path and query to ask for: the target's, with the query that Cronofy sent.

    That query is the callback URL's own and often says whose account it is (docs:
    /developers/push-notifications/identifying-account/).
    """
    received = request.target.partition("?")[2].encode("utf-8", "surrogateescape")
    query = "&".join(filter(None, [target.query, _plain(received)]))
    return f"{target.path}?{query}" if query else target.path


def parse_extra_headers(lines: Iterable[str]) -> Headers:
    """Read `Name: value` as written for `--header`.

    Raises:
        WrongUsage: one is no header line, or says how the message is framed.
    """
    return tuple(_extra(line) for line in lines)


def _extra(line: str) -> tuple[bytes, bytes]:
    match = _HEADER.fullmatch(line.strip())
    if match is None or not line.isprintable():
        raise WrongUsage(f"--header does not take '{line}'", hint="write it as --header 'Name: value'")
    name, value = match[1].encode(), match[2].encode()
    if name.lower() in _FRAMING:
        raise WrongUsage(f"--header cannot set {match[1]}", hint="it follows from the target and the body")
    return name, value


def _forwarded(delivery: Delivery) -> Sequence[tuple[bytes, bytes]]:
    """Return what says how the sender reached us, as far as it is known."""
    host = (delivery.request.header("Host") or "").encode("utf-8", "surrogateescape")
    scheme = (delivery.notification.callback_url or "").partition("://")[0].lower()
    proto = scheme.encode() if scheme in _SCHEMES else b""
    lines = ((b"X-Forwarded-For", _SENDER), (b"X-Forwarded-Proto", proto), (b"X-Forwarded-Host", host))
    return [line for line in lines if line[1]]


def _dropped(headers: Headers) -> set[bytes]:
    named = (find_header(headers, "Connection") or "").encode("utf-8", "surrogateescape").split(b",")
    return _HOP_BY_HOP | _FULFILLED | {name.strip().lower() for name in named} - {b"", b"host", b"content-length"}


def _is_dropped(lower_name: bytes, dropped: set[bytes]) -> bool:
    return lower_name in dropped or lower_name.startswith(b"proxy-")


def _plain(query: bytes) -> str:
    return "".join(chr(octet) if 0x21 <= octet <= 0x7E else f"%{octet:02X}" for octet in query)
