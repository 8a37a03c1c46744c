"""Deliveries as curl commands: the same bytes, the same headers, to wherever the reader likes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery

DEFAULT_TARGET: Final = "http://localhost:3000/"

_LEFT_TO_CURL: Final = {
    *(b"host", b"content-length", b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding"),
    *(b"upgrade", b"expect"),
}
_OF_CURL: Final = (b"Accept", b"User-Agent", b"Content-Type", b"Expect")
"""curl adds these by itself unless they are switched off."""

_LONGEST_ARGUMENT: Final = 64 * 1024
"""Linux takes twice as much (MAX_ARG_STRLEN)."""


def curl_command(delivery: Delivery, target: str | None = None) -> bytes:
    """Return a shell command that sends a delivery to `target`."""
    return _command(delivery, _quoted((target or DEFAULT_TARGET).encode()))


def curl_script(deliveries: Iterable[Delivery]) -> Iterator[bytes]:
    """Yield a shell script that sends deliveries to the address that it is given."""
    yield b"#!/bin/sh\n# Sends what Cronofy sent, to the address given as the first argument.\n"
    yield b"set -eu\ntarget=${1:-" + DEFAULT_TARGET.encode() + b"}\n"
    for delivery in deliveries:
        yield b"\n# #%d\n" % (delivery.id or 0)
        yield _command(delivery, b'"$target"') + b"\n"


def _command(delivery: Delivery, target: bytes) -> bytes:
    request = delivery.request
    headers = [line for line in request.headers if line[0].lower() not in _LEFT_TO_CURL]
    present = {name.lower() for name, _ in headers}
    lines = [b"%s: %s" % (name, value) if value.strip() else name + b";" for name, value in headers]
    lines += [name + b":" for name in _OF_CURL if name.lower() not in present]
    method = _quoted(request.method.encode())
    options = b" \\\n".join(b"  -H " + _quoted(line) for line in lines)
    command = b"curl --silent --show-error --include -X %s %s \\\n%s" % (method, target, options)
    if _is_plain(request.body):
        return command + b" \\\n  --data-raw " + _quoted(request.body)
    # A shell word cannot hold every byte, nor an argument of a program every length; printf is a part of the shell.
    encoded = base64.b64encode(request.body)
    return b"printf %s " + encoded + b" | base64 -d | " + command + b" \\\n  --data-binary @-"


def _is_plain(body: bytes) -> bool:
    if len(body) > _LONGEST_ARGUMENT:
        return False
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and text.isprintable()


def _quoted(word: bytes) -> bytes:
    return b"'" + word.replace(b"'", b"'\\''") + b"'"
