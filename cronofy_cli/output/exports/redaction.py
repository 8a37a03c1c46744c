"""Deliveries without what should not leave the machine: signatures, credentials, addresses, people.

The signature does not match the body any more, which is the point of it: a recording cannot be used to forge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.notification import parse_notification

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery, Headers

MARK: Final = "REDACTED"

_SECRET_HEADERS: Final = {
    *(b"cronofy-hmac-sha256", b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"),
    *(b"host", b"forwarded", b"x-real-ip", b"true-client-ip", b"cf-connecting-ip"),
}
_SECRET_PREFIXES: Final = (b"x-forwarded-", b"x-api-key", b"x-auth", b"ngrok-", b"cf-")
_URL: Final = re.compile(rb'https?:(?:\\?/){2}[^"\s<>]+', re.IGNORECASE)
# A letter may be written as UTF-8 or, in JSON, as an escape, whose backslash goes with it. Looking back keeps a long
# word from being read again from each of its letters.
_EMAIL: Final = re.compile(
    rb"(?<![A-Za-z0-9._%+\\\x80-\xff-])(?:[A-Za-z0-9._%+\x80-\xff-]|\\.)+"
    rb"@[A-Za-z0-9\x80-\xff-]+(?:\.[A-Za-z0-9\x80-\xff-]+)+"
)
_SECRET_FIELD: Final = re.compile(
    rb'("(?:code|state|access_token|refresh_token|client_secret|token|reply_token)"\s*:\s*)"(?:[^"\\]|\\.)*"'
)


def redacted(delivery: Delivery) -> Delivery:
    """Return a delivery with a mark in the place of secrets: in headers, target, and all URLs and e-mails."""
    body = _body(delivery.request.body)
    request = delivery.request._replace(
        target=f"/{MARK}",
        headers=_headers(delivery.request.headers, len(body)),
        body=body,
    )
    verdict = delivery.verdict._replace(secret_label=None)
    return delivery._replace(request=request, verdict=verdict, notification=parse_notification(body))


def _headers(headers: Headers, length: int) -> Headers:
    return tuple((name, _header(name.lower(), value, length)) for name, value in headers)


def _header(lower_name: bytes, value: bytes, length: int) -> bytes:
    if lower_name == b"content-length":
        return b"%d" % length
    is_secret = lower_name in _SECRET_HEADERS or lower_name.startswith(_SECRET_PREFIXES)
    return MARK.encode() if is_secret else _without_urls_and_people(value)


def _body(body: bytes) -> bytes:
    return _SECRET_FIELD.sub(rb'\1"' + MARK.encode() + rb'"', _without_urls_and_people(body))


def _without_urls_and_people(text: bytes) -> bytes:
    mark = MARK.lower().encode()
    without_urls = _URL.sub(b"https://" + mark + b".invalid/", text)
    return _EMAIL.sub(mark + b"@example.invalid", without_urls)
